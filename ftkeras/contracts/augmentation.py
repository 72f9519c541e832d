"""A change to a training example that leaves its answer as it is, or mixes two of them."""

from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np


class Augmentation(Protocol):
    """One file in `data/augmentation/`: built from a call string, called with one raw input.

    All that is random comes from the generator, so that a view of an example is a function of the
    seed, the example and the number of the view, whatever else is in the batch.
    """

    modality: ClassVar[str]
    """What it changes: `"text"`, `"image"` or `"audio"`."""

    def __call__(self, value: Any, generator: np.random.Generator) -> Any:
        """Returns a changed input of the same kind.

        Args:
            value: A text; path or pixels of an image; path of a sound, or its samples and rate.
            generator: Where all randomness comes from.
        """


@runtime_checkable
class Mixing(Protocol):
    """An augmentation that mixes an example with another one, and with it their labels."""

    modality: ClassVar[str]
    """What it mixes."""

    def mix(self, first: Any, second: Any, generator: np.random.Generator) -> tuple[Any, float]:
        """Returns the mixed input, and the share in [0, 1] that the first one's label keeps.

        Args:
            first: The example.
            second: Another one of the training part.
            generator: Where all randomness comes from.
        """
