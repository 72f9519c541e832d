"""Only offsets and scales train."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftkeras.contracts.backbone import Block
from ftkeras.errors import UserError
from ftkeras.freezing import _paths

if TYPE_CHECKING:
    import keras

_BIASES = ("bias", "beta")
_SCALES = ("gamma", "scale")


@dataclass(frozen=True)
class NormAndBias:
    """Trains the biases of all layers and the scales of all normalisations, and the head (BitFit).

    Less than a hundredth of the weights moves, so small data can hardly overfit and an optimizer
    needs little memory; a step costs what `everything` costs, for the gradient still goes through
    all layers. The statistics of a BatchNorm whose scale trains move as in any training.

    Args:
        norms: Whether scales train, too, or biases alone.

    Example:
        >>> import keras
        >>> dense = keras.layers.Dense(2)
        >>> dense.build((None, 3))
        >>> rule = NormAndBias()
        >>> [v.name for v in dense.weights if rule.trains(v)]
        ['bias']

    References:
        Ben Zaken, Goldberg and Ravfogel, 2022, ACL.
    """

    norms: bool = True

    def __call__(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """Returns the blocks that have such weights.

        Raises:
            UserError: There is none.
        """
        chosen = [variable for variable in _paths.variables(blocks) if self.trains(variable)]
        if not chosen:
            raise UserError(
                "Expected a backbone with biases. Received: blocks "
                f"{', '.join(block.name for block in blocks)}, which have none. Take top_blocks."
            )
        return _paths.containing(blocks, chosen)

    def trains(self, variable: "keras.Variable") -> bool:
        """Returns whether it is a bias or the scale of a normalisation."""
        return variable.name in _BIASES + (_SCALES if self.norms else ())
