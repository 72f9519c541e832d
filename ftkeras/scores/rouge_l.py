"""ROUGE-L: the longest common subsequence of a summary and its reference."""

from dataclasses import dataclass
from typing import ClassVar

from ftkeras.scores._rouge import Rouge


@dataclass(frozen=True)
class RougeL(Rouge):
    """Mean over texts of F1 (or precision, or recall) of the longest common subsequence of words.

    Precision is its length / words of the summary, recall its length / words of the reference.
    Words, references and undefined cases as in `RougeN`; a text is one sentence, whatever lines it
    has. Range [0, 1]; 1 is best.

    Args:
        measure: `"f1"`, `"precision"` or `"recall"`.

    Example:
        >>> RougeL()(["the cat sat down"], ["the dog sat down"])
        0.75

    References:
        Lin, 2004, Text Summarization Branches Out, section 3.1. Checked against rouge-score.
    """

    _order: ClassVar[None] = None  # type: ignore[misc]

    measure: str = "f1"
