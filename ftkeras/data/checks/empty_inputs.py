"""Inputs with nothing in them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import sound
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import Split
from ftkeras.data import image_file
from ftkeras.data.checks import _wording
from ftkeras.data.normal_form import is_blank


@dataclass(frozen=True)
class EmptyInputs:
    """Finds texts without a visible character, images of a single colour, and silence.

    File sources refuse blank texts when they read; texts made in Python come here unread.
    """

    def __call__(self, dataset: Dataset, split: Split | None = None) -> list[Finding]:
        """Returns at most one finding; the split makes no difference."""
        if dataset.modality == "text":
            rows = np.flatnonzero([is_blank(text) for text in dataset.inputs])
            what = "without a visible character"
        elif dataset.modality == "audio":
            rows = np.flatnonzero([_is_silent(value) for value in dataset.inputs])
            what = "without a sound"
        else:
            rows = np.flatnonzero(image_file.for_each(_is_uniform, dataset.inputs))
            what = "of a single colour"
        if not len(rows):
            return []
        named = "; ".join(dataset.locations[rows[: _wording.SHOWN]].tolist())
        return [
            _wording.finding(
                dataset,
                rows,
                check="empty_inputs",
                severity="warning",
                message=f"{_wording.examples(len(rows))} {what}: {named}"
                f"{_wording.more(len(rows))}.",
                action="Remove them: no answer can be learnt from nothing.",
            )
        ]


def _is_silent(value: Any) -> bool:
    samples = sound.read(value).samples
    return bool((samples == samples[:1]).all())


def _is_uniform(image: str | NDArray[np.uint8]) -> bool:
    _, pixels = image_file.canonical_pixels(image)
    return bool((pixels == pixels[:1, :1]).all())
