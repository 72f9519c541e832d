"""How many words a transcript gets wrong, per word that was said."""

from dataclasses import dataclass
from typing import ClassVar

from ftkeras.scores._error_rate import ErrorRate


@dataclass(frozen=True)
class WordErrorRate(ErrorRate):
    """(substitutions + insertions + deletions) / words of the reference, over the whole corpus.

    The smallest number of edits, summed over units before the division: not a mean of rates. Words
    are separated by spaces; case and punctuation count, so normalise texts first if they should
    not. Of several references that with the smallest rate counts.
    Range [0, inf); 0 is best. Undefined when all references are empty (jiwer returns the number of
    insertions there).

    Example:
        >>> WordErrorRate()(["the cat sat", "hello"], ["the bat sat there", "hello"])
        0.5

    References:
        Levenshtein, 1966, Soviet Physics Doklady 10(8). Checked against jiwer.
    """

    of_what: ClassVar[str] = "words"
