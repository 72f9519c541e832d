"""Raw predictions on disk: everything after them needs no model and no framework."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ftkeras.errors import UserError
from ftkeras.records import atomic

_REQUIRED = ("id", "label", "logits", "split")


@dataclass(frozen=True)
class Predictions:
    """What a model answered, one row an example.

    Args:
        ids: `(examples,)` example ids.
        labels: `(examples,)` true class indices.
        logits: `(examples, outputs)` raw scores of the model, float32.
        splits: `(examples,)` the part each example belongs to.
        task: Name of the task that made them, a file in `tasks/`.
        class_names: Class names in the order of the indices.
        columns: Further columns by name (what slices are cut by), each `(examples,)`.
        previews: `(examples,)` what a person sees of the input: an excerpt of a text, or a
            `data:image/png;base64,` thumbnail. Empty strings when there is none.
        scored: Whether logits say how sure the model is. A language model that only names a class
            does not; its logits then hold one hot answer, and only decisions can be judged.

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
    labels: NDArray[np.int64]
    logits: NDArray[np.float32]
    splits: NDArray[np.str_]
    task: str
    class_names: tuple[str, ...]
    columns: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    previews: NDArray[np.object_] | None = None
    scored: bool = True

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
        )

    def write(self, path: Path) -> None:
        """Writes a Parquet file with the columns id, label, logits, split, preview and extras."""
        width = self.logits.shape[1]
        flat = pa.array(np.ascontiguousarray(self.logits, "float32").ravel())
        columns = {
            "id": pa.array(self.ids.tolist(), pa.string()),
            "label": pa.array(self.labels, pa.int64()),
            "logits": pa.FixedSizeListArray.from_arrays(flat, width),
            "split": pa.array(self.splits.tolist(), pa.string()),
        }
        if self.previews is not None:
            columns["preview"] = pa.array(self.previews.tolist(), pa.string())
        for name, values in self.columns.items():
            columns[f"column.{name}"] = pa.array(values.tolist())
        described = json.dumps(
            {"task": self.task, "class_names": list(self.class_names), "scored": self.scored}
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
        logits = table["logits"].combine_chunks()
        return cls(
            ids=np.array(table["id"].to_pylist(), dtype=np.str_),
            labels=table["label"].to_numpy(),
            logits=logits.flatten().to_numpy().reshape(len(table), -1),
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
        )
