"""Lists of inputs, such as the documents that were found for a query."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ftkeras.backbones import preprocessing
from ftkeras.backbones.preprocessing import _files
from ftkeras.contracts.backbone import Encoded, Preprocess, input_name
from ftkeras.errors import UserError

MASK = "padding_mask"
ITEM = "item"


class Listed:
    """Preprocessing of a backbone that reads lists of what another one reads.

    An input `token_ids` of `(items, tokens)` becomes `item_token_ids` of `(lists, longest list,
    tokens)`; `padding_mask`, `(lists, longest list)`, tells items from padding. All items of a call
    are padded to the longest of them.

    Args:
        item: Preprocessing of one item.

    Raises:
        UserError: From a call: a value is not a list of items, or a list is empty.

    Example:
        >>> from ftkeras.backbones.preprocessing.raw_text import RawText
        >>> encoded = Listed(RawText())([("a", "b"), ("c",)])
        >>> encoded.arrays["item_text"].tolist(), encoded.lengths.tolist()
        ([['a', 'b'], ['c', '']], [2, 1])
    """

    def __init__(self, item: Preprocess) -> None:
        self.item = item
        self.modality = f"{item.modality}_list"

    @property
    def config(self) -> dict[str, Any]:
        """All settings, with those of one item, as JSON values."""
        return {"modality": self.modality, "kind": "listed", "item": self.item.config}

    def __call__(self, values: Sequence[Any]) -> Encoded:
        """Encodes lists of items."""
        lengths = self.sizes(values)
        encoded = self.item([item for value in values for item in value])
        starts = np.cumsum(lengths) - lengths
        place = np.arange(int(lengths.max()))
        mask = place < lengths[:, None]
        rows = np.where(mask, starts[:, None] + place, 0)
        arrays = {
            input_name(ITEM, name): np.where(
                mask.reshape(mask.shape + (1,) * (array.ndim - 1)), array[rows], _nothing(array)
            )
            for name, array in encoded.arrays.items()
        }
        return Encoded({**arrays, MASK: mask.astype("int32")}, lengths)

    def sizes(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """Returns how many items there are in each list."""
        for index, value in enumerate(values):
            if not isinstance(value, list | tuple) or not value:
                raise UserError(
                    f"Expected lists of one item or more. Received: value {index} is "
                    f"{value!r:.80}. Leave empty lists out."
                )
        if len(values) == 0:
            raise UserError("Expected at least one list. Received: values=[].")
        return np.array([len(value) for value in values], np.int64)

    def save(self, directory: Path) -> None:
        """Writes `preprocess.json`, and that of one item to `item/`."""
        _files.write(directory, self.config, {ITEM: self.item})

    @classmethod
    def load(cls, config: dict[str, Any], directory: Path) -> Self:
        """Builds it again from its `config` and the directory that `save` wrote."""
        return cls(preprocessing.load(directory / ITEM))


def _nothing(array: NDArray[Any]) -> Any:
    return np.zeros((), array.dtype) if array.dtype != object else ""
