"""A dataset of the batches that any training loop takes."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.data.from_arrays import from_arrays
from ftkeras.errors import UserError

_INFINITE = -1


def from_batches(batches: Any, name: str = "batches", most: int = 10_000_000) -> Dataset:
    """Returns the examples of a `tf.data.Dataset`, a `keras.utils.PyDataset`, or any batches.

    Every batch is a pair of inputs and labels, with the examples as first axis. They are read once
    and kept in memory. Float pixels in [0, 255], as `image_dataset_from_directory` gives them, are
    rounded to whole numbers.

    Args:
        batches: Iterable of `(inputs, labels)`; a PyDataset is read from its first batch to its
            last.
        name: What messages call the data.
        most: More examples are refused: data that repeat have no end.

    Raises:
        UserError: The data have no end, no labels, or are not batched; or the inputs are neither
            texts nor pixels in 0..255.

    Example:
        >>> dataset = from_batches([(["great fun", "a bore"], [1, 0]), (["so so"], [0])])
        >>> dataset.inputs.tolist(), dataset.labels.tolist()
        (['great fun', 'a bore', 'so so'], [1, 0, 0])
    """
    if hasattr(batches, "cardinality") and int(batches.cardinality()) == _INFINITE:
        raise UserError(
            f"Expected data with an end. Received: {name}, a tf.data.Dataset of infinite "
            "cardinality. Leave .repeat() out."
        )
    inputs: list[Any] = []
    labels: list[Any] = []
    for number, batch in enumerate(_in_order(batches)):
        values, answers = _pair(batch, f"{name}, batch {number}")
        inputs.extend(values)
        labels.extend(answers)
        if len(inputs) > most:
            raise UserError(
                f"Expected at most most={most:,} examples. Received: {name} with more. Leave "
                ".repeat() out, or raise the limit."
            )
    return from_arrays(inputs, labels, name=name)


def _in_order(batches: Any) -> Iterable[Any]:
    """Batches once: a PyDataset is a sequence, whose iterator need not stop."""
    if hasattr(batches, "__len__") and hasattr(batches, "__getitem__"):
        return (batches[index] for index in range(len(batches)))
    iterator: Iterator[Any] = iter(batches)
    return itertools.chain(iterator)


def _pair(batch: Any, where: str) -> tuple[list[Any], list[Any]]:
    if not isinstance(batch, tuple | list) or len(batch) != 2:
        told = f"{len(batch)} parts" if isinstance(batch, tuple | list) else type(batch).__name__
        raise UserError(
            f"Expected pairs of inputs and labels. Received: {where} with {told}. Leave weights "
            "out; --balance makes some."
        )
    values, labels = (np.asarray(part) for part in batch)
    if values.ndim == 0 or labels.ndim == 0 or len(values) != len(labels):
        raise UserError(
            "Expected batches, the examples as first axis of inputs and labels. Received: "
            f"{where} of shapes {values.shape} and {labels.shape}. Call .batch(32) on the data."
        )
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    return _inputs(values, where), [_text(label) for label in labels.tolist()]


def _inputs(values: NDArray[Any], where: str) -> list[Any]:
    if values.dtype.kind in "SUO":
        flat = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
        return [_text(value) for value in flat.tolist()]
    if values.dtype.kind == "f" and values.ndim in (3, 4):
        low, high = float(values.min()), float(values.max())
        if low < 0 or high > 255 or 0 < high <= 1:
            raise UserError(
                f"Expected pixels in 0..255. Received: {where} with values in [{low:g}, "
                f"{high:g}]. Leave /255 and other scaling out: the backbone does its own."
            )
        values = np.rint(values).astype("uint8")
    return list(values)


def _text(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
