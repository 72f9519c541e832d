"""Weights whose names match train."""

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftkeras.contracts.backbone import Block
from ftkeras.errors import UserError
from ftkeras.freezing import _paths

if TYPE_CHECKING:
    import keras

_SHOWN = 6


@dataclass(frozen=True)
class Pattern:
    """Trains the weights whose path matches any of some patterns, and the head.

    A path is made of the names of the layers and of the weight, as in
    `transformer_layer_5/self_attention_layer/query/kernel`. In a pattern `*` stands for anything,
    `?` for one character, `[ab]` for one of several.

    Args:
        names: One pattern or a list of them.

    Example:
        >>> import keras
        >>> dense = keras.layers.Dense(2, name="query")
        >>> dense.build((None, 3))
        >>> [v.path for v in dense.weights if Pattern("*query/*").trains(v)]
        ['query/kernel', 'query/bias']
    """

    names: str | Sequence[str]

    def __post_init__(self) -> None:
        if not self._patterns or not all(isinstance(name, str) for name in self._patterns):
            raise UserError(
                f"Expected `names` to be a pattern or a list of them. Received: {self.names!r}."
            )

    def __call__(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """Returns the blocks that have such weights.

        Raises:
            UserError: No weight matches; the message shows some paths.
        """
        everything = list(_paths.variables(blocks))
        chosen = [variable for variable in everything if self.trains(variable)]
        if not chosen:
            step = max(1, len(everything) // _SHOWN)
            some = ", ".join(variable.path for variable in everything[::step][:_SHOWN])
            raise UserError(
                f"Expected `names` to match a weight of this backbone, such as {some}. "
                f"Received: names={self.names!r}. Begin the pattern with * to match any block."
            )
        return _paths.containing(blocks, chosen)

    def trains(self, variable: "keras.Variable") -> bool:
        """Returns whether the path of a variable matches."""
        return any(fnmatch.fnmatchcase(variable.path, name) for name in self._patterns)

    @property
    def _patterns(self) -> tuple[str, ...]:
        return (self.names,) if isinstance(self.names, str) else tuple(self.names)
