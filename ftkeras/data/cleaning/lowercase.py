"""Small letters only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Lowercase:
    """Writes all letters small. Backbones of lower-cased vocabularies do so themselves.

    Example:
        >>> Lowercase()("GREAT Straße")
        'great straße'
    """

    def __call__(self, text: str) -> str:
        """Returns the text in small letters."""
        return text.lower()
