"""Preprocessing of two texts that knows where the tokens of the second one stand in it."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class PlacedPair(Protocol):
    """What reads a question and a text in one sequence, and can point back into the text."""

    @property
    def room(self) -> int:
        """How many tokens of both texts together fit into a sequence."""

    def offsets(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Returns `(tokens, 2)` of each single text: begin and end of each token, in characters."""

    def places(self, values: Sequence[Any]) -> list[NDArray[np.int64]]:
        """Returns `(length, 2)` of each pair: where the token at each position stands in the text.

        -1 where a position holds none of its tokens.
        """
