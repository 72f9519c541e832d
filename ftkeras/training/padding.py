"""How much of what is computed is padding."""

from dataclasses import dataclass


@dataclass
class Padding:
    """Counts positions (tokens, or frames of sound) that went into a model.

    Args:
        true: Positions of examples.
        computed: Positions of the arrays they stood in, padding and repeated rows included.

    Example:
        >>> padding = Padding()
        >>> padding.add(true=90, computed=100)
        >>> padding.share
        0.1
        >>> Padding().share is None
        True
    """

    true: int = 0
    computed: int = 0

    def add(self, true: int, computed: int) -> None:
        """Counts one batch."""
        self.true += true
        self.computed += computed

    def join(self, other: "Padding") -> None:
        """Counts what another one counted."""
        self.add(other.true, other.computed)

    @property
    def share(self) -> float | None:
        """Padding over everything computed, in [0, 1]; `None` when nothing had a length."""
        return (self.computed - self.true) / self.computed if self.computed else None
