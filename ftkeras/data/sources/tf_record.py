"""Texts, images or sounds and labels in TFRecord files of `tf.train.Example`s."""

import os
from collections.abc import Iterator, Sequence
from glob import glob
from pathlib import Path
from typing import Any, TypeGuard

from ftkeras.contracts.dataset import Dataset
from ftkeras.data.existing_file import existing_file
from ftkeras.data.sources import _records, _tf_record_frames
from ftkeras.errors import UserError

_BROKEN = "the record is damaged, and all behind it in its file are lost"


def build(
    path: str,
    text: str | Sequence[str] = "",
    image: str = "",
    label: str = "label",
    on_bad_row: str = "error",
    audio: str = "",
    sampling_rate: int | None = None,
    max_bytes: int = 8_000_000_000,
) -> Dataset:
    """Reads a TFRecord file, all of a folder, or those that a pattern names; `.gz` is unpacked.

    Features of one value each become texts, numbers or columns; a label of several values is a
    list. Images are encoded files (PNG, JPEG and so on), sounds are encoded files (WAV, FLAC and so
    on) or lists of floats; both are kept decoded, in memory. Records are numbered from 0 in each
    file, and files are read in the order of their names.

    Behind a record that is cut off, or whose checksum is wrong, a file cannot be read on: that
    record is bad, and the ones behind it are lost, which the message says.

    Args:
        path: A file, a folder (searched for `*.tfrecord*`), or a pattern such as
            `train/part-*.tfrecord.gz`.
        text: Name of the feature that holds the text, or of two.
        image: Name of the feature that holds the image.
        label: Name of the feature that holds the label.
        on_bad_row: `"error"` refuses the data and names the records; `"skip"` and `"quarantine"`
            leave them out.
        audio: Name of the feature that holds the sound; one of `text`, `image` and `audio` is the
            input.
        sampling_rate: Samples a second, where sounds are lists of floats.
        max_bytes: Records that take more, unpacked, are refused: a small file can unfold without
            end.

    Raises:
        UserError: There is no such file, TensorFlow is not installed, a file is damaged, or a
            record lacks a feature.

    Example:
        >>> build("train/*.tfrecord", text="review", label="stars")  # doctest: +SKIP
    """
    files = _files(path)
    first = next((found for _, found in _records_of(files, max_bytes) if _is_record(found)), None)
    if first is None:
        told = next((f"{place} {why}" for place, why in _records_of(files, max_bytes)), "with none")
        raise UserError(f"Expected records. Received: path={path[:300]!r}, {told}.")
    inputs = _records.check_names(files[0].name, sorted(first), text, image, label, audio)
    wanted = _records.wanted(inputs, image, audio, label, sampling_rate)
    found = _records_of(files, max_bytes)
    return _records.assemble(found, wanted, Path(path).name, on_bad_row)


def _is_record(found: dict[str, Any] | str) -> TypeGuard[dict[str, Any]]:
    return isinstance(found, dict)


def _files(path: str) -> list[Path]:
    place = Path(os.path.expanduser(path))
    try:
        if place.is_dir():
            found = sorted(file for file in place.iterdir() if ".tfrecord" in file.name)
        elif place.exists() or not any(sign in path for sign in "*?["):
            return [existing_file(path, "tf_record")]
        else:
            found = sorted(Path(name) for name in glob(str(place), recursive=True))
    except (OSError, ValueError, RuntimeError):  # too long, no path at all, links in a circle
        return [existing_file(path, "tf_record")]
    if not found:
        raise UserError(
            f"Expected TFRecord files. Received: path={path[:300]!r}, where there are none. "
            "Correct the path; it is taken from the current directory."
        )
    return [existing_file(str(file), "tf_record") for file in found]


def _records_of(
    files: Sequence[Path], max_bytes: int
) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Yields where each record stands, and its features, or what is wrong with it."""
    try:
        import tensorflow as tf  # optional: judging what is on disk needs no framework
    except ImportError as error:
        raise UserError(
            "Expected TensorFlow, which reads TFRecord files. Received: no such package. "
            "pip install tensorflow"
        ) from error
    for file in files:
        count, problem = _tf_record_frames.whole_records(file, max_bytes)
        stored = tf.data.TFRecordDataset(
            str(file), compression_type="GZIP" if file.suffix == ".gz" else ""
        )
        number = 0
        try:
            for content in stored.take(count).as_numpy_iterator():
                yield f"{file.name}, record {number}", _features(tf, content)
                number += 1
        except tf.errors.OpError as error:
            problem = f"its checksum is wrong ({str(error.message)[-80:]})"
        if problem:
            yield f"{file.name}, record {number}", f"{_BROKEN}: {problem}"


def _features(tf: Any, content: bytes) -> dict[str, Any] | str:
    try:
        features = tf.train.Example.FromString(content).features.feature
        return {name: _value(feature) for name, feature in features.items()}
    except Exception as error:  # protobuf's own error, whose home differs between versions
        if type(error).__name__ != "DecodeError":
            raise
        return "the record is no tf.train.Example"


def _value(feature: Any) -> Any:
    """One value, or a list; `None` where there is none."""
    kind = feature.WhichOneof("kind")
    values = list(getattr(feature, kind).value) if kind else []
    if not values:
        return None
    return values[0] if len(values) == 1 else values
