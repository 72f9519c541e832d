"""Records of a data set library -> Dataset: what sources with features by name share."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from ftkeras import catalog, sound
from ftkeras.contracts.dataset import Dataset
from ftkeras.data import image_file, table
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.from_arrays import from_arrays
from ftkeras.errors import UserError
from ftkeras.picture_size import DAMAGE

MAX_PIXELS = 50_000_000
MAX_SECONDS = 600.0
PART = "part"
_MAX_CHARACTERS = 1_000_000
# Pictures and sounds are kept decoded: small records can unfold without end.
_MOST_BYTES = 8_000_000_000
# Libraries give samples of 16 bits as integers of 64.
_SIXTEEN_BITS = 1 << 15


@dataclass(frozen=True)
class Wanted:
    """What is made of each record.

    Args:
        inputs: Names of the features an input is made of.
        kind: `"text"`, `"image"` or `"audio"`.
        label: Name of the label.
        sampling_rate: Samples a second, where sounds are bare samples; `None` where they are files.
        max_seconds: Longer sounds are bad.
    """

    inputs: tuple[str, ...]
    kind: str
    label: str
    sampling_rate: int | None = None
    max_seconds: float = MAX_SECONDS


def check_names(
    where: str,
    known: Sequence[str],
    text: str | Sequence[str],
    image: str,
    label: str,
    audio: str = "",
) -> list[str]:
    """Returns the features an input is made of.

    Args:
        where: What messages call the data.
        known: Names of the features that are there.
        text: Name of the text, or of two texts.
        image: Name of the image.
        label: Name of the label.
        audio: Name of the sound; one of `text`, `image` and `audio` is the input.

    Raises:
        UserError: None or several are named, or a feature is not there.
    """
    texts = [text] if isinstance(text, str) else list(text)
    texts = [name for name in texts if name]
    if sum(map(bool, (texts, image, audio))) != 1 or len(texts) > 2:
        raise UserError(
            "Expected the name of a text (or of two), of an image, or of a sound. Received: "
            f"text={text!r}, image={image!r}, audio={audio!r}. {where} has: "
            f"{', '.join(known)[:1000]}."
        )
    named = (("image", image), ("audio", audio), ("label", label))
    for argument, name in (*(("text", one) for one in texts), *named):
        if name and name not in known:
            raise UserError(
                f"Expected a feature `{name}` in {where}, which has: {', '.join(known)[:1000]}. "
                f"Received: {argument}={name!r}.{catalog.nearest(name, list(known))}"
            )
    return texts or [image or audio]


def wanted(
    inputs: Sequence[str], image: str, audio: str, label: str, sampling_rate: int | None = None
) -> Wanted:
    """Returns what is made of each record; the arguments are those of `check_names`."""
    kind = "image" if image else "audio" if audio else "text"
    return Wanted(tuple(inputs), kind, label, sampling_rate)


def assemble(
    records: Iterable[tuple[str, Mapping[str, Any] | str]],
    wanted: Wanted,
    name: str,
    on_bad_row: str,
) -> Dataset:
    """Builds the dataset of records, leaving out what cannot be used.

    Features of one plain value (text, number, true or false) become slice columns.

    Args:
        records: Where each stands, and its features: images and sounds as the bytes of files, or
            as pixels and samples. In place of features a text says why there are none.
        wanted: What is made of them.
        name: What messages call the data.
        on_bad_row: `"error"` refuses bad records and names them; `"skip"` and `"quarantine"`
            leave them out.

    Raises:
        UserError: A record cannot be used, none is left, or all together are too large.
    """
    bad = BadRows(on_bad_row, source=name)
    values, labels, places = [], [], []
    columns: dict[str, list[Any]] = {}
    size = 0
    for place, record in records:
        if isinstance(record, str):
            bad.add(place, record)
            continue
        column, reason, value, label = _read(record, wanted)
        if reason:
            bad.add(place, reason, table.shown(record.get(column)), column)
            continue
        size += _bytes_of(value)
        if size > _MOST_BYTES:
            raise UserError(
                f"Expected at most {_MOST_BYTES:,} bytes of decoded inputs. Received: more, up to "
                f"{place}. Keep files in a folder, with image_folder or audio_folder."
            )
        values.append(value)
        labels.append(label)
        places.append(place)
        for key, cell in record.items():
            if key not in (*wanted.inputs, wanted.label) and _is_plain(cell):
                columns.setdefault(key, [None] * (len(values) - 1)).append(as_python(cell))
        for cells in columns.values():
            cells.extend([None] * (len(values) - len(cells)))
    left_out = bad.settle()
    if not values:
        raise bad.nothing_left()
    dataset = from_arrays(values, labels, columns, name, on_bad_row, places)
    rejected = (*left_out, *dataset.rejected)
    return Dataset(**{**vars(dataset), "rejected": rejected})


def decoded(data: bytes, max_pixels: int = MAX_PIXELS) -> tuple[str, NDArray[np.uint8] | None]:
    """Returns what is wrong with the content of an image file, and its pixels if nothing is."""
    reason = image_file.problem(data, max_pixels)
    if reason:
        return reason, None
    try:
        with Image.open(io.BytesIO(data)) as stored:
            return "", np.asarray(ImageOps.exif_transpose(stored).convert("RGB"), "uint8")
    except DAMAGE as error:  # what of it is read late, or in full size only
        return f"is damaged ({str(error)[:80] or type(error).__name__})", None


def as_python(value: Any) -> Any:
    """Returns a value as Python has it: bytes as texts, arrays of one number as the number.

    Example:
        >>> as_python({"text": np.array([b"Denver"], object), "start": np.int32(29)})
        {'text': ['Denver'], 'start': 29}
    """
    value = _text(value)
    if isinstance(value, dict):
        return {name: as_python(item) for name, item in value.items()}
    if isinstance(value, np.ndarray):
        return value.item() if value.ndim == 0 else [as_python(item) for item in value.tolist()]
    if isinstance(value, list | tuple):
        return [as_python(item) for item in value]
    return _text(value.item()) if isinstance(value, np.generic) else value


def is_not_utf8(value: Any) -> bool:
    """Returns whether bytes, or some of several, are no text."""
    if isinstance(value, list | tuple):
        return any(map(is_not_utf8, value))
    if not isinstance(value, bytes):
        return False
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def _read(record: Mapping[str, Any], wanted: Wanted) -> tuple[str, str, Any, Any]:
    """Returns what column is wrong and why, the input, and the label."""
    for name in (*wanted.inputs, wanted.label):
        if record.get(name) is None:
            return name, f"`{name}` is missing", None, None
    label = as_python(record[wanted.label])
    if is_not_utf8(record[wanted.label]):
        return wanted.label, f"`{wanted.label}` is no UTF-8", None, None
    if reason := table.label_problem(wanted.label, label):
        return wanted.label, reason, None, None
    read = {"text": _texts, "image": _image, "audio": _sound}[wanted.kind]
    column, reason, value = read(record, wanted)
    return column, reason, value, label


def _texts(record: Mapping[str, Any], wanted: Wanted) -> tuple[str, str, Any]:
    texts = []
    for name in wanted.inputs:
        value = record[name]
        if is_not_utf8(value):
            return name, f"`{name}` is no UTF-8", None
        text = as_python(value)
        if reason := table.text_problem(name, text, _MAX_CHARACTERS):
            return name, reason, None
        texts.append(text)
    return "", "", texts[0] if len(texts) == 1 else tuple(texts)


def _image(record: Mapping[str, Any], wanted: Wanted) -> tuple[str, str, Any]:
    [name] = wanted.inputs
    value = record[name]
    if isinstance(value, bytes):
        reason, found = decoded(value)
        return name, f"`{name}` {reason}" if reason else "", found
    pixels = value if isinstance(value, np.ndarray) else np.zeros(0)
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or not pixels.size:
        told = f"{type(value).__name__} of type {pixels.dtype} and shape {pixels.shape}"
        return name, f"`{name}` is no file of an image and no uint8 pixels, but {told}", None
    return "", "", pixels


def _sound(record: Mapping[str, Any], wanted: Wanted) -> tuple[str, str, Any]:
    [name] = wanted.inputs
    value = record[name]
    given = value if isinstance(value, bytes) else _samples(value)
    if given is None:
        return name, f"`{name}` is no file of a sound and no list of samples", None
    of_file = isinstance(given, bytes)
    if not of_file and wanted.sampling_rate is None:
        told = "holds samples, which do not say how fast they are: name sampling_rate=…"
        return name, f"`{name}` {told}", None
    try:
        heard = sound.read(given if of_file else (given, wanted.sampling_rate), wanted.max_seconds)
    except UserError as error:
        return name, f"`{name}` cannot be used ({error})", None
    if heard.cut:
        return name, f"`{name}` is longer than {wanted.max_seconds:g} seconds", None
    return "", "", (heard.samples, heard.sampling_rate)


def _samples(value: Any) -> NDArray[np.float32] | None:
    try:
        array = np.asarray(value)
    except ValueError:  # lists of different lengths
        return None
    if array.dtype.kind not in "iuf" or array.ndim not in (1, 2):
        return None
    if array.dtype.kind == "f":
        return array.astype(np.float32)
    scale = _SIXTEEN_BITS if array.dtype.itemsize == 8 else sound.full_scale(array.dtype)
    return (array / scale).astype(np.float32)


def _bytes_of(value: Any) -> int:
    array = value[0] if isinstance(value, tuple) else value
    return int(array.nbytes) if isinstance(array, np.ndarray) else 0


def _text(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(as_python(value), str | int | float | bool)
