"""How many characters a transcript gets wrong, per character that was said."""

from dataclasses import dataclass
from typing import ClassVar

from ftkeras.scores._error_rate import ErrorRate


@dataclass(frozen=True)
class CharacterErrorRate(ErrorRate):
    """(substitutions + insertions + deletions) / characters of the reference, over the corpus.

    Characters are Unicode code points, spaces among them, without blanks at either end. Texts that
    look alike but are stored differently (composed and decomposed accents) differ: bring both to
    one normal form first. Of several references that with the smallest rate counts.
    Range [0, inf); 0 is best. Undefined when all references are empty.

    Example:
        >>> CharacterErrorRate()(["kitten"], ["sitting"])
        0.5

    References:
        Levenshtein, 1966, Soviet Physics Doklady 10(8). Checked against jiwer.
    """

    of_what: ClassVar[str] = "characters"
