"""One step that makes texts cleaner, the same for every part."""

from typing import Protocol


class Cleaning(Protocol):
    """One file in `data/cleaning/`: built from a call string, called with a text.

    It looks at nothing but the text, so that it does the same to training and to new data.
    """

    def __call__(self, text: str) -> str:
        """Returns the cleaned text."""
