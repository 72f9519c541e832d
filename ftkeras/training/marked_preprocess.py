"""A preprocessing whose inputs were changed before it, and which says so."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.backbone import Encoded, Preprocess


class Marked:
    """Does what a preprocessing does; its `config` also tells what was done to inputs before.

    What is kept on disk for examples is keyed by that `config`. What is saved with a run is the
    preprocessing alone.

    Args:
        inner: The preprocessing.
        mark: What to add to `config`, as JSON values.
    """

    def __init__(self, inner: Preprocess, mark: dict[str, Any]) -> None:
        self.inner = inner
        self.mark = mark
        self.modality = inner.modality

    @property
    def config(self) -> dict[str, Any]:
        """The settings of the preprocessing, and the mark."""
        return {**self.inner.config, **self.mark}

    def __call__(self, values: Sequence[Any]) -> Encoded:
        """Encodes inputs."""
        return self.inner(values)

    def sizes(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """Estimates their lengths."""
        return self.inner.sizes(values)

    def save(self, directory: Path) -> None:
        """Writes the preprocessing alone."""
        self.inner.save(directory)

    def __getattr__(self, name: str) -> Any:
        if name == "inner":  # asked for before it is there, by copies
            raise AttributeError(f"Expected a set attribute. Received: {name!r}.")
        return getattr(self.inner, name)
