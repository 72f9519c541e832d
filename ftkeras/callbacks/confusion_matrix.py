"""Which class is taken for which, epoch by epoch."""

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError
from ftkeras.scores.counts.class_tallies import ClassTallies
from ftkeras.scores.counts.confusion_cells import ConfusionCells
from ftkeras.scores.tables.confusion_matrix import confusion_matrix

_SMALLEST_SIDE = 256


class ConfusionMatrix(keras.callbacks.Callback):
    r"""Writes the confusion matrix that a metric has counted, for train and validation.

    A matrix is no scalar, so it cannot be a log. Any ftkeras metric that counts the whole table
    will do (`cohen_kappa`; with two classes also accuracy, F1 and their like). Each epoch adds a
    line to a file: `{"epoch": 1, "part": "validation", "matrix": [[...], ...]}`, with true classes
    as rows. With `log_dir` TensorBoard gets it as a table and as an image of the rows' shares.

    Args:
        metric: The metric; it must be among those of `compile`.
        path: The JSON-lines file; `None` writes none.
        log_dir: Folder of TensorBoard's events; `None` writes none. It needs `tensorboard`.
        labels: Names of the classes; `None` for their indices.

    Raises:
        UserError: The metric does not count the whole table, or the labels do not fit it.

    Example:
        >>> import tempfile
        >>> from types import SimpleNamespace
        >>> counted = SimpleNamespace(
        ...     name="kappa",
        ...     score=SimpleNamespace(counts=ConfusionCells(2)),
        ...     counted=lambda: np.array([[3.0, 1.0], [0.0, 2.0]]),
        ... )
        >>> path = Path(tempfile.mkdtemp()) / "matrix.jsonl"
        >>> callback = ConfusionMatrix(counted, path)
        >>> callback.on_epoch_begin(0)
        >>> callback.on_epoch_end(0)
        >>> path.read_text()
        '{"epoch": 1, "part": "train", "metric": "kappa", "matrix": [[3.0, 1.0], [0.0, 2.0]]}\n'
    """

    def __init__(
        self,
        metric: Any,
        path: Path | None = None,
        log_dir: Path | None = None,
        labels: list[str] | None = None,
    ) -> None:
        super().__init__()
        kind = metric.score.counts
        is_whole = isinstance(kind, ConfusionCells)
        if not is_whole and not (isinstance(kind, ClassTallies) and kind.num_classes == 2):
            raise UserError(
                "Expected a metric that counts which class is taken for which. Received: "
                f"metric={metric.name!r}. Add 'cohen_kappa' to the suite and pass that metric."
            )
        self.labels = labels or [str(index) for index in range(kind.num_classes)]
        if len(self.labels) != kind.num_classes:
            raise UserError(
                f"Expected {kind.num_classes} labels, one a class. Received: labels={labels!r}."
            )
        self.metric = metric
        self.path = path
        self.log_dir = log_dir
        self._writer: Any = None
        self._tables: dict[str, NDArray[np.float64]] = {}
        self._in_epoch = False

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Starts an epoch."""
        self._tables, self._in_epoch = {}, True

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Takes what training counted, before validation starts anew."""
        if self._in_epoch:
            self._tables["train"] = confusion_matrix(self.metric.counted())

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Takes what validation counted."""
        if self._in_epoch:
            self._tables["validation"] = confusion_matrix(self.metric.counted())

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Writes both; epochs count from 1."""
        if not self._tables:
            self._tables["train"] = confusion_matrix(self.metric.counted())
        self._in_epoch = False
        for part, table in self._tables.items():
            if self.path is not None:
                line = {"epoch": epoch + 1, "part": part, "metric": self.metric.name}
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({**line, "matrix": table.tolist()}) + "\n")
            if self.log_dir is not None:
                self._show(part, table, epoch + 1)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Closes TensorBoard's file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _show(self, part: str, table: NDArray[np.float64], epoch: int) -> None:
        # TensorBoard is optional, and TensorFlow is not the backend of every model.
        import tensorflow as tf

        try:
            if self._writer is None:
                self._writer = tf.summary.create_file_writer(str(self.log_dir))
            with self._writer.as_default(step=epoch):
                tf.summary.text(f"confusion_matrix/{part}/counts", _markdown(table, self.labels))
                tf.summary.image(f"confusion_matrix/{part}/shares", _picture(table))
        except ImportError as error:
            raise ImportError(
                "TensorBoard is not installed. Run `pip install ftkeras[tensorboard]`."
            ) from error


def _markdown(table: NDArray[np.float64], labels: list[str]) -> str:
    head = ["true \\ predicted", *labels]
    rows = [head, ["---"] * len(head)]
    rows += [
        [label, *(f"{count:g}" for count in row)] for label, row in zip(labels, table, strict=True)
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _picture(table: NDArray[np.float64]) -> NDArray[np.float32]:
    """Returns `(1, height, width, 1)`: white for none of the row, black for all of it."""
    shares = np.nan_to_num(confusion_matrix(table, "true"))
    side = max(1, _SMALLEST_SIDE // len(shares))
    return (1 - np.kron(shares, np.ones((side, side))))[None, :, :, None].astype("float32")
