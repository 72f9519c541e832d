"""ROUGE-L of summaries of several sentences, one a line."""

from dataclasses import dataclass

from ftkeras.scores._rouge import Rouge
from ftkeras.scores.counts.rouge_values import RougeValues


@dataclass(frozen=True)
class RougeLSum(Rouge):
    r"""Mean over texts of F1 (or precision, or recall) of words in common order, line by line.

    A word of a reference's line is found when it lies on the longest common subsequence with some
    line of the summary, each word as often as it occurs on both sides at most. Write one sentence a
    line; without line breaks this is about `RougeL`. Words, references and undefined cases as in
    `RougeN`. Range [0, 1]; 1 is best.

    Args:
        measure: `"f1"`, `"precision"` or `"recall"`.
        stemmer: Whether words longer than 3 lose their endings; needs `pip install ftkeras[text]`.

    Example:
        >>> RougeLSum()(["the cat sat\nit rained"], ["it rained\nthe cat sat"])
        1.0

    References:
        Lin, 2004, Text Summarization Branches Out, section 3.2. Checked against rouge-score.
    """

    measure: str = "f1"
    stemmer: bool = False

    @property
    def counts(self) -> RougeValues:
        """Texts and the sums of their values."""
        return RougeValues(None, self.stemmer, by_line=True)
