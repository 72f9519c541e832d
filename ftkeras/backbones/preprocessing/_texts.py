"""What every preprocessing of texts checks first."""

from collections.abc import Sequence
from typing import Any

from ftkeras.errors import UserError


def checked(values: Sequence[Any]) -> list[str]:
    """Returns the texts.

    Raises:
        UserError: A value is not a string, or there are none.
    """
    texts = list(values)
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise UserError(
                f"Expected texts. Received: value {index} is {text!r:.80} of type "
                f"{type(text).__name__}. Fill or drop missing texts first."
            )
    if not texts:
        raise UserError("Expected at least one text. Received: values=[].")
    return texts
