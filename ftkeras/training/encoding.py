"""Raw inputs made ready once or batch by batch, whichever memory allows."""

from collections.abc import Sequence
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.backbone import Composed, Encoded, Preprocess, input_name
from ftkeras.data.lazy_column import LazyColumn, taken

# Encoded, these are small enough to be kept for all examples; pictures and sounds are not.
_LIGHT = ("text", "text_pair", "tabular", "text_list", "text_pair_list", "words")
# Of more examples than these, encoded texts of a hundred tokens take gigabytes.
_MOST_KEPT = 1_000_000
_AT_ONCE = 4096


class Rows(Protocol):
    """Encoded examples by row number; `Encoded` is one."""

    @property
    def lengths(self) -> NDArray[np.int64] | None:
        """`(examples,)` true lengths; `None` when all examples have one shape."""

    @property
    def ragged(self) -> tuple[str, ...] | None:
        """Names of the arrays that have these lengths; `None` when all have."""

    def take(self, rows: NDArray[np.integer], length: int | None = None) -> dict[str, NDArray[Any]]:
        """Returns the given rows, what is ragged cut (or zero-padded) to `length`."""


@runtime_checkable
class Measures(Protocol):
    """Preprocessing that can say how long each input will be without keeping it encoded."""

    def lengths(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """Returns `(values,)` the lengths that encoding gives."""


def is_light(preprocess: Preprocess) -> bool:
    """Returns whether all examples of a data set can be kept as this encodes them."""
    return preprocess.modality in _LIGHT


def encode(preprocess: Preprocess, values: Sequence[Any]) -> Rows:
    """Returns raw inputs as rows that batches are cut from.

    Texts and tables are encoded once and kept, unless there are more than a million of them, or
    they were left on disk: then only their lengths are, and a batch is encoded when it is taken.
    Pictures are decoded for each batch, because decoded ones rarely fit into memory. Of inputs with
    several parts each part is treated as its kind is.

    Args:
        preprocess: The backbone's own preprocessing.
        values: Raw inputs.
    """
    if hasattr(preprocess, "parts"):  # also behind a wrapper, which no protocol looks through
        composed = cast(Composed, preprocess)
        parts = composed.parts.items()
        return _SideBySide(
            {name: encode(part, composed.values_of(name, values)) for name, part in parts}
        )
    if is_light(preprocess):
        many = len(values) > _MOST_KEPT or isinstance(values, LazyColumn)
        return _Streamed(preprocess, values) if many else preprocess(values)
    return (_Measured if isinstance(preprocess, Measures) else _BatchByBatch)(preprocess, values)


def lengths_of(rows: Rows, examples: int) -> NDArray[np.int64]:
    """Returns the length of each example; where all are alike, that of the second axis, or 1.

    Args:
        rows: Encoded examples.
        examples: How many there are.
    """
    if rows.lengths is not None:
        return np.asarray(rows.lengths, np.int64)
    first = next(iter(rows.arrays.values())) if isinstance(rows, Encoded) else np.empty(0)
    return np.full(examples, first.shape[1] if first.ndim > 1 else 1, np.int64)


class _BatchByBatch:
    """Examples that are encoded when they are taken."""

    lengths: NDArray[np.int64] | None = None
    ragged: tuple[str, ...] | None = ()

    def __init__(self, preprocess: Preprocess, values: Sequence[Any]) -> None:
        self._preprocess = preprocess
        self._values = values

    def take(self, rows: NDArray[np.integer], length: int | None = None) -> dict[str, NDArray[Any]]:
        return self._preprocess(list(taken(self._values, rows))).arrays


class _Measured(_BatchByBatch):
    """The same for examples of different lengths, which are known beforehand."""

    ragged = None

    def __init__(self, preprocess: Any, values: Sequence[Any]) -> None:
        super().__init__(preprocess, values)
        self.lengths = preprocess.lengths(values)

    def take(self, rows: NDArray[np.integer], length: int | None = None) -> dict[str, NDArray[Any]]:
        encoded = self._preprocess(list(taken(self._values, rows)))
        return encoded.take(np.arange(len(rows)), length)


class _Streamed(_BatchByBatch):
    """Examples that are too many to be kept: encoded once for their lengths, and in batches."""

    def __init__(self, preprocess: Preprocess, values: Sequence[Any]) -> None:
        super().__init__(preprocess, values)
        self.lengths, self.ragged = self._measured(preprocess, values)

    @staticmethod
    def _measured(
        preprocess: Preprocess, values: Sequence[Any]
    ) -> tuple[NDArray[np.int64] | None, tuple[str, ...] | None]:
        if isinstance(preprocess, Measures):
            return preprocess.lengths(values), None
        found: list[NDArray[np.int64]] = []
        for first in range(0, len(values), _AT_ONCE):
            encoded = preprocess(list(values[first : first + _AT_ONCE]))
            if encoded.lengths is None:
                return None, encoded.ragged
            found.append(encoded.lengths)
        return np.concatenate(found), encoded.ragged

    def take(self, rows: NDArray[np.integer], length: int | None = None) -> dict[str, NDArray[Any]]:
        encoded = self._preprocess(list(taken(self._values, rows)))
        return encoded.take(np.arange(len(rows)), length)


class _SideBySide:
    """Examples of several parts; as long as their longest part."""

    def __init__(self, parts: dict[str, Rows]) -> None:
        self._parts = parts
        lengths = [part.lengths for part in parts.values() if part.lengths is not None]
        self.lengths = np.max(lengths, axis=0) if lengths else None
        self.ragged = tuple(
            input_name(name, inner)
            for name, part in parts.items()
            if part.lengths is not None
            for inner in _names_of_ragged(part)
        )

    def take(self, rows: NDArray[np.integer], length: int | None = None) -> dict[str, NDArray[Any]]:
        return {
            input_name(name, inner): array
            for name, part in self._parts.items()
            for inner, array in part.take(rows, None if part.lengths is None else length).items()
        }


def _names_of_ragged(rows: Rows) -> tuple[str, ...]:
    if rows.ragged is not None:
        return rows.ragged
    return tuple(rows.take(np.zeros(1, np.int64)))
