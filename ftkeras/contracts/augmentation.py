"""A change to a training example that leaves its answer as it is, or mixes two of them."""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np


class Augmentation(Protocol):
    """One file in `data/augmentation/`: built from a call string, called with one raw input.

    All that is random comes from the generator, so that a view of an example is a function of the
    seed, the example and the number of the view, whatever else is in the batch. A file that moves
    nothing says `KEEPS_PLACES = True`: it is also for answers that are places.
    """

    modality: ClassVar[str]
    """What it changes: `"text"`, `"image"` or `"audio"`."""

    def __call__(self, value: Any, generator: np.random.Generator) -> Any:
        """Returns a changed input of the same kind.

        Args:
            value: A text; path or pixels of an image; path of a sound, or its samples and rate.
            generator: Where all randomness comes from.
        """


@dataclass(frozen=True)
class Mixture:
    """How two examples are mixed.

    Args:
        share: What the first one's label keeps, in [0, 1].
        window: For a piece of the second one: its top, bottom, left and right, as shares of the
            sides.
    """

    share: float
    window: tuple[float, float, float, float] | None = None


@runtime_checkable
class Mixing(Protocol):
    """An augmentation that mixes an example with another one, and with it their labels.

    What is drawn does not depend on the inputs, so that labels are known without reading them.
    """

    modality: ClassVar[str]
    """What it mixes."""

    def draw(self, generator: np.random.Generator) -> Mixture:
        """Returns how two examples are mixed; all randomness comes from the generator."""

    def mix(self, first: Any, second: Any, mixture: Mixture) -> Any:
        """Returns the mixed input.

        Args:
            first: The example.
            second: Another one of the training part.
            mixture: How they are mixed.
        """
