"""Raw predictions on disk: everything after them needs no model and no framework."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ftkeras.errors import UserError
from ftkeras.records import atomic

_AT_ONCE = 65_536
_REQUIRED = ("id", "label", "logits", "split")


@dataclass(frozen=True)
class Predictions:
    """What a model answered, one row an example.

    Args:
        ids: `(examples,)` example ids.
        labels: What is true, encoded as `contracts.task.KINDS` says: `(examples,)` class indices or
            numbers, `(examples, labels)` int8, `(examples, targets)` numbers, or `(examples,
            longest)` tags, -1 where there is no word; `(examples,)` objects for the kinds that are
            no numbers.
        logits: `(examples, outputs)` raw scores of the model, float32; numbers in the units of the
            labels; `(examples, longest, tags)` for tags; `(examples, 0)` where answers are objects.
        splits: `(examples,)` the part each example belongs to.
        task: Name of the task that made them, a file in `tasks/`.
        class_names: Names of classes, labels, targets or tags in the order of the indices.
        columns: Further columns by name (what slices are cut by), each `(examples,)`.
        previews: `(examples,)` what a person sees of the input: an excerpt of a text, or a
            `data:image/png;base64,` thumbnail. Empty strings when there is none.
        scored: Whether logits say how sure the model is. A language model that only names a class
            does not; its logits then hold one hot answer, and only decisions can be judged.
        answers: `(examples,)` objects, what was answered where logits cannot say it
            (`contracts.task.OBJECTS`): texts, bytes, lists and dictionaries of them.

    Example:
        >>> import tempfile
        >>> predictions = Predictions(
        ...     ids=np.array(["a", "b"]), labels=np.array([0, 1]),
        ...     logits=np.array([[-2.0], [3.0]], "float32"), splits=np.array(["test", "test"]),
        ...     task="binary", class_names=("negative", "positive"))
        >>> path = Path(tempfile.mkdtemp()) / "predictions.parquet"
        >>> predictions.write(path)
        >>> Predictions.read(path).logits.tolist()
        [[-2.0], [3.0]]
    """

    ids: NDArray[np.str_]
    labels: NDArray[Any]
    logits: NDArray[np.float32]
    splits: NDArray[np.str_]
    task: str
    class_names: tuple[str, ...]
    columns: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    previews: NDArray[np.object_] | None = None
    scored: bool = True
    answers: NDArray[np.object_] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def part(self, name: str) -> "Predictions":
        """Returns the rows of one part: `"train"`, `"validation"` or `"test"`."""
        return self.take(np.flatnonzero(self.splits == name))

    def take(self, rows: NDArray[np.integer]) -> "Predictions":
        """Returns the given rows, in that order."""
        return Predictions(
            ids=self.ids[rows],
            labels=self.labels[rows],
            logits=self.logits[rows],
            splits=self.splits[rows],
            task=self.task,
            class_names=self.class_names,
            columns={name: values[rows] for name, values in self.columns.items()},
            previews=None if self.previews is None else self.previews[rows],
            scored=self.scored,
            answers=None if self.answers is None else self.answers[rows],
        )

    def write(self, path: Path) -> None:
        """Writes a Parquet file with the columns id, label, logits, split, preview and extras."""
        columns = {
            "id": _texts(self.ids),
            "label": _column(self.labels),
            "logits": _column(np.asarray(self.logits, "float32")),
            "split": pa.array(self.splits.tolist(), pa.string()),
        }
        if self.answers is not None:
            columns["answer"] = _column(self.answers)
        if self.previews is not None:
            columns["preview"] = _texts(self.previews)
        for name, values in self.columns.items():
            columns[f"column.{name}"] = pa.array(values.tolist())
        described = json.dumps(
            {
                "task": self.task,
                "class_names": list(self.class_names),
                "scored": self.scored,
                # A row of a column is flat; this is what its cells are.
                "shapes": {"label": self.labels.shape[1:], "logits": self.logits.shape[1:]},
            }
        )
        table = pa.table(columns).replace_schema_metadata({"ftkeras": described})
        with atomic.replacing(path) as temporary:
            pq.write_table(table, temporary)

    @classmethod
    def read(cls, path: Path) -> "Predictions":
        """Reads what `write` wrote.

        Raises:
            UserError: The file is missing, is not Parquet, or lacks a column.
        """
        if not path.exists():
            raise UserError(f"Expected a predictions file. Received: path={path} (does not exist).")
        try:
            table = pq.read_table(path)
        except pa.ArrowInvalid as error:
            raise UserError(f"Expected a Parquet file. Received: path={path} ({error}).") from None
        missing = [name for name in _REQUIRED if name not in table.column_names]
        described = json.loads((table.schema.metadata or {}).get(b"ftkeras", b"{}"))
        if missing or not described:
            raise UserError(
                f"Expected predictions with the columns {', '.join(_REQUIRED)} and ftkeras metadata"
                f". Received: path={path} with {', '.join(table.column_names)}."
            )
        shapes = described.get("shapes", {"label": [], "logits": [-1]})
        return cls(
            ids=np.array(table["id"].to_pylist(), dtype=np.str_),
            labels=_array(table["label"], shapes["label"]),
            logits=_array(table["logits"], shapes["logits"]),
            splits=np.array(table["split"].to_pylist(), dtype=np.str_),
            task=described["task"],
            class_names=tuple(described["class_names"]),
            columns={
                name.removeprefix("column."): table[name].to_numpy()
                for name in table.column_names
                if name.startswith("column.")
            },
            previews=(
                np.array(table["preview"].to_pylist(), dtype=object)
                if "preview" in table.column_names
                else None
            ),
            scored=described.get("scored", True),
            answers=_array(table["answer"], []) if "answer" in table.column_names else None,
        )


def _texts(values: NDArray[Any]) -> pa.ChunkedArray:
    """Returns texts, which may lie on disk, without holding all of them as Python has them."""
    slices = range(0, max(1, len(values)), _AT_ONCE)
    return pa.chunked_array(
        [pa.array(values[first : first + _AT_ONCE].tolist(), pa.string()) for first in slices]
    )


def _column(values: NDArray[Any]) -> pa.Array:
    """Returns one row an example: a value, an object, or a flat list of one length for all."""
    if values.dtype == object:
        return pa.array(values.tolist())
    if not math.prod(values.shape[1:]):
        return pa.nulls(len(values))
    flat = pa.array(np.ascontiguousarray(values).ravel())
    if values.ndim == 1:
        return flat
    return pa.FixedSizeListArray.from_arrays(flat, math.prod(values.shape[1:]))


def _array(column: pa.ChunkedArray, shape: Sequence[int]) -> NDArray[Any]:
    """Returns what `_column` was made of."""
    if not shape and (pa.types.is_nested(column.type) or pa.types.is_binary(column.type)):
        objects = np.empty(len(column), object)
        objects[:] = column.to_pylist()
        return objects
    if not shape:
        return np.asarray(column.to_numpy())
    if not math.prod(shape):
        return np.zeros((len(column), *shape), "float32")
    flat: NDArray[Any] = column.combine_chunks().flatten().to_numpy()
    return flat.reshape(len(column), *shape)
