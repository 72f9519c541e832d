"""Texts or images and labels in TFRecord files of `tf.train.Example`s."""

import os
from collections.abc import Iterator, Sequence
from glob import glob
from pathlib import Path
from typing import Any

from ftkeras.contracts.dataset import Dataset
from ftkeras.data.sources import _records
from ftkeras.errors import UserError


def build(
    path: str,
    text: str | Sequence[str] = "",
    image: str = "",
    label: str = "label",
    on_bad_row: str = "error",
) -> Dataset:
    """Reads a TFRecord file, all of a folder, or those that a pattern names; `.gz` is unpacked.

    Features of one value each become texts, numbers or columns; a label of several values is a
    list. Images are encoded files (PNG, JPEG and so on); they are kept decoded, in memory. Records
    are numbered from 0 in each file, and files are read in the order of their names.

    Args:
        path: A file, a folder (searched for `*.tfrecord*`), or a pattern such as
            `train/part-*.tfrecord.gz`.
        text: Name of the feature that holds the text, or of two.
        image: Name of the feature that holds the image; either this or `text`.
        label: Name of the feature that holds the label.
        on_bad_row: `"error"` refuses the data and names the records; `"skip"` and `"quarantine"`
            leave them out.

    Raises:
        UserError: There is no such file, TensorFlow is not installed, a file is damaged, or a
            record lacks a feature.

    Example:
        >>> build("train/*.tfrecord", text="review", label="stars")  # doctest: +SKIP
    """
    files = _files(path)
    _, first = next(_records_of(files), ("", None))
    if first is None:
        raise UserError(f"Expected records. Received: path={path!r} with none.")
    inputs = _records.check_names(files[0].name, sorted(first), text, image, label)
    needed = [*inputs, label]

    def whole() -> Iterator[tuple[str, dict[str, Any]]]:
        for place, record in _records_of(files):
            lacking = [name for name in needed if record.get(name) is None]
            if lacking:
                raise UserError(
                    f"Expected the features {', '.join(needed)} in every record. Received: {place} "
                    f"without {', '.join(lacking)}. Write the file anew."
                )
            yield place, record

    return _records.assemble(whole(), inputs, image, label, Path(path).name, on_bad_row)


def _files(path: str) -> list[Path]:
    place = Path(os.path.expanduser(path))
    if place.is_dir():
        found = sorted(file for file in place.iterdir() if ".tfrecord" in file.name)
    elif place.is_file():
        found = [place]
    else:
        found = sorted(Path(name) for name in glob(str(place), recursive=True))
    if not found:
        raise UserError(
            f"Expected TFRecord files. Received: path={path!r}, where there are none. "
            "Correct the path; it is taken from the current directory."
        )
    return found


def _records_of(files: Sequence[Path]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields where each record stands, and its features."""
    try:
        import tensorflow as tf  # optional: judging what is on disk needs no framework
    except ImportError as error:
        raise UserError(
            "Expected TensorFlow, which reads TFRecord files. Received: no such package. "
            "pip install tensorflow"
        ) from error
    for file in files:
        kind = "GZIP" if file.suffix == ".gz" else ""
        number = 0
        try:
            stored = tf.data.TFRecordDataset(str(file), compression_type=kind)
            for content in stored.as_numpy_iterator():
                features = tf.train.Example.FromString(content).features.feature
                yield (
                    f"{file.name}, record {number}",
                    {name: _value(feature) for name, feature in features.items()},
                )
                number += 1
        except tf.errors.OpError as error:
            raise _damaged(file, number, error) from None
        except Exception as error:  # protobuf's own error, whose home differs between versions
            if type(error).__name__ != "DecodeError":
                raise
            raise _damaged(file, number, error) from None


def _damaged(file: Path, number: int, error: Exception) -> UserError:
    return UserError(
        f"Expected a whole TFRecord file of tf.train.Examples. Received: {file}, damaged at record "
        f"{number} ({str(error)[:100]}). Write it anew, or remove it."
    )


def _value(feature: Any) -> Any:
    """One value, or a list; `None` where there is none."""
    kind = feature.WhichOneof("kind")
    values = list(getattr(feature, kind).value) if kind else []
    if not values:
        return None
    return values[0] if len(values) == 1 else values
