"""Which example was in which part, on disk."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ftkeras.contracts.split import PARTS, Split
from ftkeras.errors import UserError
from ftkeras.records import atomic

_AT_ONCE = 1_000_000
_CONTEXT = "context"


def write(split: Split, path: Path, contexts: Mapping[str, str] | None = None) -> None:
    """Writes a Parquet file with the columns id and split, and what examples are about if known.

    Args:
        split: The parts.
        path: The file.
        contexts: Id -> digest of what the example is about, such as the text a question is asked
            of: examples of other ids may be about the same.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> split = Split(np.array(["a"]), np.array(["b"]), np.array(["c"]), rule="r", seed=0)
        >>> path = Path(tempfile.mkdtemp()) / "split.parquet"
        >>> write(split, path)
        >>> read(path)
        {'train': {'a'}, 'validation': {'b'}, 'test': {'c'}}
    """
    columns = {"id": pa.string(), "split": pa.string()}
    schema = pa.schema(columns if contexts is None else {**columns, _CONTEXT: pa.string()})
    with atomic.replacing(path) as temporary, pq.ParquetWriter(temporary, schema) as file:
        for part in PARTS:
            ids = split.ids(part)
            for first in range(0, len(ids), _AT_ONCE):
                named = ids[first : first + _AT_ONCE].tolist()
                some = pa.array(named, pa.string())
                found = {"id": some, "split": pa.repeat(part, len(some))}
                if contexts is not None:
                    found[_CONTEXT] = pa.array([contexts[id_] for id_ in named], pa.string())
                file.write_table(pa.table(found, schema))


def read(path: Path) -> dict[str, set[str]]:
    """Returns part -> ids.

    Raises:
        UserError: The file is missing or damaged.
    """
    return _by_part(_columns(path), "id", path)


def contexts(path: Path) -> dict[str, set[str]] | None:
    """Returns part -> digests of what its examples are about; `None` where that is not kept.

    Raises:
        UserError: The file is missing or damaged.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> split = Split(np.array(["a"]), np.array(["b"]), np.array(["c"]), rule="r", seed=0)
        >>> path = Path(tempfile.mkdtemp()) / "split.parquet"
        >>> write(split, path, {"a": "x", "b": "y", "c": "x"})
        >>> contexts(path)["test"]
        {'x'}
    """
    columns = _columns(path)
    return _by_part(columns, _CONTEXT, path) if _CONTEXT in columns else None


def _columns(path: Path) -> dict[str, list[str]]:
    try:
        columns: dict[str, list[str]] = pq.read_table(path).to_pydict()
    except (OSError, pa.ArrowInvalid) as error:
        raise _no_split(path, error) from None
    return columns


def _by_part(columns: dict[str, list[str]], name: str, path: Path) -> dict[str, set[str]]:
    try:
        pairs = list(zip(columns[name], columns["split"], strict=True))
    except KeyError as error:
        raise _no_split(path, error) from None
    return {part: {value for value, of in pairs if of == part} for part in PARTS}


def _no_split(path: Path, error: Exception) -> UserError:
    return UserError(
        f"Expected the split of a finished run. Received: path={path} ({error}). Replay the "
        "run from its run.flags."
    )
