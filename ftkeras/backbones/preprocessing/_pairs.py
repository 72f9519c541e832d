"""What preprocessing of two texts shares."""

from collections.abc import Sequence
from typing import Any

from ftkeras.errors import UserError


def unzipped(values: Sequence[Any]) -> tuple[list[str], list[str]]:
    """Returns the first texts and the second texts.

    Raises:
        UserError: A value is not a pair of texts, or there are none.
    """
    for index, value in enumerate(values):
        pair = isinstance(value, list | tuple) and len(value) == 2
        if not pair or not all(isinstance(text, str) for text in value):
            raise UserError(
                f"Expected pairs (first, second) of texts. Received: value {index} is "
                f"{value!r:.80}. Fill or drop missing texts first."
            )
    if len(values) == 0:
        raise UserError("Expected at least one pair of texts. Received: values=[].")
    return [value[0] for value in values], [value[1] for value in values]
