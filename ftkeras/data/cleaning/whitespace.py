"""One space where there was any white space."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Whitespace:
    r"""Makes every run of white space, line ends among it, one space; none at the ends.

    Example:
        >>> Whitespace()("  one\n\ttwo \u00a0 three ")
        'one two three'
    """

    def __call__(self, text: str) -> str:
        """Returns the text with single spaces."""
        return " ".join(text.split())
