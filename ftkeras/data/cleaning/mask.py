"""Addresses and names that say nothing about the answer, replaced by what they are."""

import re
from dataclasses import dataclass

# What ends a sentence around an address belongs to the sentence.
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"']*[^\s<>\"'.,;:!?)\]}]", re.IGNORECASE)
_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_USER = re.compile(r"(?<![\w@/])@\w+")


@dataclass(frozen=True)
class Mask:
    """Replaces web addresses, e-mail addresses and `@names`.

    They hardly come twice, so a model can only learn them by heart; and they tell of persons.

    Args:
        url: What stands for a web address; `None` leaves them.
        email: What stands for an e-mail address; `None` leaves them.
        user: What stands for an `@name`; `None` leaves them.

    Example:
        >>> Mask()("@anna see https://example.org/a?b=1, or write to bob@example.org!")
        '@user see http, or write to email!'
    """

    url: str | None = "http"
    email: str | None = "email"
    user: str | None = "@user"

    def __call__(self, text: str) -> str:
        """Returns the text with what it masks replaced."""
        for pattern, stand_in in ((_URL, self.url), (_EMAIL, self.email), (_USER, self.user)):
            if stand_in is not None:
                text = pattern.sub(stand_in.replace("\\", r"\\"), text)
        return text
