"""Arrays in a NumPy `.npz` archive."""

import zipfile
import zlib

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog
from ftkeras.contracts.dataset import Dataset
from ftkeras.data.existing_file import existing_file
from ftkeras.data.from_arrays import from_arrays
from ftkeras.errors import UserError

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    KeyError,
    ValueError,
    SyntaxError,
    TypeError,
    MemoryError,
    RuntimeError,  # encrypted, or packed in a way that is not known
    AttributeError,
    OverflowError,
)

_NAMED = 30
_LONGEST = 500


def build(
    path: str,
    inputs: str = "x",
    labels: str = "y",
    max_bytes: int = 8_000_000_000,
    on_bad_row: str = "error",
) -> Dataset:
    """Reads texts or uint8 images and their labels; arrays of objects (pickles) are refused.

    Args:
        path: The file.
        inputs: The array of texts `(examples,)`, or of images `(examples, height, width)` or
            `(examples, height, width, channels)`.
        labels: The array of labels, `(examples,)` or `(examples, 1)`.
        max_bytes: Archives that unpack to more are refused: a small file can unfold without end.
        on_bad_row: `"error"` refuses bad examples and names them; `"skip"` and
            `"quarantine"` leave them out.

    Raises:
        UserError: The file is missing, damaged, too large, holds pickles, or lacks an array.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> path = Path(tempfile.mkdtemp()) / "digits.npz"
        >>> np.savez(path, x=np.zeros((2, 8, 8), "uint8"), y=np.array([[3], [5]]))
        >>> build(str(path)).labels.tolist()
        [3, 5]
    """
    file = existing_file(path, "npz")
    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > max_bytes:
            raise UserError(
                f"Expected an archive of at most max_bytes={max_bytes} when unpacked. "
                f"Received: path={path!r} of {size} bytes. Raise the limit if you trust the file."
            )
        with np.load(file, allow_pickle=False) as arrays:
            for argument, name in (("inputs", inputs), ("labels", labels)):
                _check_name(file.name, arrays.files, argument, name)
            values, answers = (np.asanyarray(arrays[name]) for name in (inputs, labels))
    except UserError:
        raise
    except _DAMAGE as error:
        raise UserError(
            "Expected a NumPy archive without pickled objects. Received: "
            f"path={path!r} ({str(error)[:100]}). Save it with numpy.savez and plain arrays."
        ) from None
    for name, array in ((inputs, values), (labels, answers)):
        _check_array(file.name, name, array)
    return from_arrays(values, _flat(answers), name=file.name, on_bad_row=on_bad_row)


def _check_name(file: str, known: list[str], argument: str, name: str) -> None:
    if name not in known:
        raise UserError(
            f"Expected `{argument}` to be an array in {file}, which has: "
            f"{', '.join(known[:_NAMED])[:_LONGEST] or 'none'}. "
            f"Received: {argument}={name!r}.{catalog.nearest(name, known)}"
        )


def _check_array(file: str, name: str, array: NDArray[np.generic]) -> None:
    if not array.ndim or array.dtype.hasobject:
        raise UserError(
            f"Expected `{name}` of {file} to be an array with one entry an example. Received: "
            f"shape {array.shape} of type {array.dtype}. Save it with numpy.savez and plain arrays."
        )


def _flat(labels: NDArray[np.generic]) -> NDArray[np.generic]:
    return labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
