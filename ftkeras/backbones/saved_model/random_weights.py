"""Random numbers in place of what a SavedModel has learned."""

from collections.abc import Sequence

import numpy as np

from ftkeras.backbones.saved_model.variables import VariableGroup


def draw(groups: Sequence[VariableGroup], seed: int) -> None:
    """Draws each variable of floats from a normal distribution of its own mean and deviation.

    Variables that hold one value stay, and what is nowhere negative stays so.

    Args:
        groups: The variables.
        seed: Equal seeds give equal bits.
    """
    generator = np.random.default_rng(seed)
    for variable in [v for group in groups for v in group.shared]:
        values = variable.numpy()
        if values.dtype.kind == "f" and values.size and np.ptp(values) > 0:
            drawn = generator.normal(values.mean(), values.std(), values.shape)
            low = values.min() if (values >= 0).all() else -np.inf  # a variance stays one
            variable.assign(np.maximum(drawn, low).astype(values.dtype))
