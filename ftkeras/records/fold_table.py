"""Which example was in which part of which fold, on disk."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ftkeras.contracts.split import PARTS, Split
from ftkeras.records import atomic


def write(splits: Sequence[Split], folds: int, path: Path) -> None:
    """Writes a Parquet file with the columns repeat, fold (both from 0), id and split.

    Args:
        splits: The folds of the first repeat, then those of the second, and so on.
        folds: Folds a repeat.
        path: The file.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> split = Split(np.array(["a"]), np.array(["b"]), np.array(["c"]), rule="r", seed=0)
        >>> path = Path(tempfile.mkdtemp()) / "folds.parquet"
        >>> write([split], 1, path)
        >>> pq.read_table(path).to_pylist()[2]
        {'repeat': 0, 'fold': 0, 'id': 'c', 'split': 'test'}
    """
    rows: dict[str, list[int | str]] = {"repeat": [], "fold": [], "id": [], "split": []}
    for number, split in enumerate(splits):
        for part in PARTS:
            ids = split.ids(part).tolist()
            rows["repeat"] += [number // folds] * len(ids)
            rows["fold"] += [number % folds] * len(ids)
            rows["id"] += ids
            rows["split"] += [part] * len(ids)
    with atomic.replacing(path) as temporary:
        pq.write_table(pa.table(rows), temporary)
