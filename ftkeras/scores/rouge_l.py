"""ROUGE-L: the longest common subsequence of a summary and its reference."""

from dataclasses import dataclass

from ftkeras.scores._rouge import Rouge
from ftkeras.scores.counts.rouge_values import RougeValues


@dataclass(frozen=True)
class RougeL(Rouge):
    """Mean over texts of F1 (or precision, or recall) of the longest common subsequence of words.

    Precision is its length / words of the summary, recall its length / words of the reference.
    Words, references and undefined cases as in `RougeN`; a text is one sentence, whatever lines it
    has (see `RougeLSum`). Range [0, 1]; 1 is best.

    Args:
        measure: `"f1"`, `"precision"` or `"recall"`.
        stemmer: Whether words longer than 3 lose their endings; needs `pip install ftkeras[text]`.

    Example:
        >>> RougeL()(["the cat sat down"], ["the dog sat down"])
        0.75

    References:
        Lin, 2004, Text Summarization Branches Out, section 3.1. Checked against rouge-score.
    """

    measure: str = "f1"
    stemmer: bool = False

    @property
    def counts(self) -> RougeValues:
        """Texts and the sums of their values."""
        return RougeValues(None, self.stemmer)
