"""Which example was in which part, on disk."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ftkeras.contracts.split import PARTS, Split
from ftkeras.errors import UserError
from ftkeras.records import atomic

_AT_ONCE = 1_000_000


def write(split: Split, path: Path) -> None:
    """Writes a Parquet file with the columns id and split.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> split = Split(np.array(["a"]), np.array(["b"]), np.array(["c"]), rule="r", seed=0)
        >>> path = Path(tempfile.mkdtemp()) / "split.parquet"
        >>> write(split, path)
        >>> read(path)
        {'train': {'a'}, 'validation': {'b'}, 'test': {'c'}}
    """
    schema = pa.schema({"id": pa.string(), "split": pa.string()})
    with atomic.replacing(path) as temporary, pq.ParquetWriter(temporary, schema) as file:
        for part in PARTS:
            ids = split.ids(part)
            for first in range(0, len(ids), _AT_ONCE):
                some = pa.array(ids[first : first + _AT_ONCE].tolist(), pa.string())
                file.write_table(
                    pa.table({"id": some, "split": pa.repeat(part, len(some))}, schema)
                )


def read(path: Path) -> dict[str, set[str]]:
    """Returns part -> ids.

    Raises:
        UserError: The file is missing or damaged.
    """
    try:
        columns = pq.read_table(path).to_pydict()
        pairs = list(zip(columns["id"], columns["split"], strict=True))
    except (OSError, pa.ArrowInvalid, KeyError) as error:
        raise UserError(
            f"Expected the split of a finished run. Received: path={path} ({error}). Replay the "
            "run from its run.flags."
        ) from None
    return {part: {id_ for id_, of in pairs if of == part} for part in PARTS}
