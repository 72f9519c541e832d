"""Features of a frozen backbone, computed once and kept on disk for all epochs and runs."""

import hashlib
import importlib
import json
import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock
import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.backbone import Backbone
from ftkeras.data.lazy_column import taken
from ftkeras.records import atomic
from ftkeras.training import feature_batches, precision
from ftkeras.training.feature_journal import KEY_BYTES
from ftkeras.training.feature_pass import FeaturePass
from ftkeras.training.feature_rows import FeatureRows
from ftkeras.training.feature_table import FeatureTable, explained
from ftkeras.training.padding import Padding

_FORMAT = 1
# Features of more bytes stay on disk, if the one who asks can do with that.
_MOST_IN_MEMORY = 256 << 20
# What a killed process has to compute again, at most.
_SECONDS_BETWEEN_SAVES = 1.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Passes:
    """What became of the examples asked for.

    Args:
        computed: Examples that went through the backbone.
        reused: Examples that were there already, counted again by each call that asks for them.
    """

    computed: int = 0
    reused: int = 0


class FeatureCache:
    """Takes each example through a frozen backbone once, whoever asks and however often.

    Features are kept for each combination of backbone (architecture and weights), tap,
    preprocessing, precision, backend with its version, and kind of device: all that changes their
    bits. A directory named by the digest of that combination holds them, with a readable
    `key.json`. The features of an example do not depend on what else is computed with it, in what
    order, or whether something was interrupted, so a rerun goes on from where a killed run was and
    ends with the same bits. Two processes may ask at once; the second waits and then reuses.

    Args:
        directory: Where features of all backbones are kept.
        backbone: The frozen backbone.
        tap: One of `backbone.taps`, of fixed size.

    Raises:
        UserError: The backbone has no such tap, or it has a variable size (`sequence`).

    Example:
        >>> cache = FeatureCache(directory, load_backbone(handle), "mean_pooled")  # doctest: +SKIP
        >>> cache.features(ids, texts).shape  # doctest: +SKIP
        (1500, 384)
        >>> cache.passes  # doctest: +SKIP
        Passes(computed=1500, reused=0)
    """

    def __init__(self, directory: Path, backbone: Backbone, tap: str) -> None:
        kind = feature_batches.device()
        shape = feature_batches.shape_for(kind)
        self._pass = FeaturePass(backbone, tap, shape)
        self.key: dict[str, Any] = {
            "format": _FORMAT,
            "backbone": backbone.fingerprint,
            "tap": tap,
            "shape": list(self._pass.row_shape),
            "preprocessing": backbone.preprocess.config,
            "precision": precision.name_of(self._pass.model),
            "keras": keras.version(),
            "backend": f"{keras.backend.backend()} {_backend_version()}",
            "device": kind,
            "batches": {"tokens": shape.tokens, "examples": shape.examples},
        }
        digest = hashlib.sha256(json.dumps(self.key, sort_keys=True).encode()).hexdigest()
        self.path = directory / digest[:16]
        self.passes = Passes()
        self._table = FeatureTable(self.path, math.prod(self._pass.row_shape))

    @property
    def padding(self) -> Padding:
        """How much of what was computed here was padding."""
        return self._pass.padding

    def features(
        self,
        ids: NDArray[np.str_],
        values: Sequence[Any],
        progress: Callable[[int, int], None] | None = None,
    ) -> NDArray[np.float32]:
        """Returns the features of examples in memory; see `rows`."""
        return np.asarray(self.rows(ids, values, progress), np.float32)

    def rows(
        self,
        ids: NDArray[np.str_],
        values: Sequence[Any],
        progress: Callable[[int, int], None] | None = None,
    ) -> NDArray[np.float32] | FeatureRows:
        """Returns the features of examples; computes and keeps those that are missing.

        Args:
            ids: Digest of each example's content; equal ids are one example.
            values: Raw inputs. Those whose features are there are not looked at, and of a
                `LazyColumn` no more than a window is read at once.
            progress: Called with (done, total) of the examples to compute; once, as (n, n), when
                there are none.

        Returns:
            `(len(ids), ...)` float32; row `i` belongs to `ids[i]`. More than a quarter of a
            gigabyte stays on disk, and is read where it is asked for.

        Raises:
            UserError: The disk is full or the directory cannot be written. Nothing half-written
                stays, and what was saved until then is kept.
            ValueError: There are more or fewer values than ids.
        """
        if len(ids) != len(values):
            raise ValueError(
                f"Expected one value for each id. Received: {len(ids)} ids, {len(values)} values."
            )
        keys = np.fromiter((_key(str(id_)) for id_ in ids), f"S{KEY_BYTES}", len(ids))
        first = np.sort(np.unique(keys, return_index=True)[1])
        distinct = keys[first]
        computed = self._compute_missing(distinct, first, values, progress)
        if progress is not None and not computed:
            progress(len(distinct), len(distinct))
        self.passes = Passes(
            self.passes.computed + computed, self.passes.reused + len(distinct) - computed
        )
        found = FeatureRows(self._table.read, self._table.rows(keys), self._pass.row_shape)
        return found if found.nbytes > _MOST_IN_MEMORY else np.asarray(found)

    def _compute_missing(
        self,
        keys: NDArray[np.bytes_],
        rows: NDArray[np.int64],
        values: Sequence[Any],
        progress: Callable[[int, int], None] | None,
    ) -> int:
        """Returns how many examples it computed."""
        self._table.refresh()
        if (self._table.rows(keys) >= 0).all():
            return 0
        with self._alone():
            self._table.recover()
            missing = np.flatnonzero(self._table.rows(keys) < 0)
            if not len(missing):
                return 0
            self._table.expect_room(len(missing))
            done = 0
            for saved in self._save(keys[missing], taken(values, rows[missing])):
                done += saved
                if progress is not None:
                    progress(done, len(missing))
        return len(missing)

    def _save(self, keys: NDArray[np.bytes_], values: Sequence[Any]) -> Iterator[int]:
        """Computes and saves everything; yields the number of examples of each batch."""
        waiting: list[tuple[NDArray[np.int64], NDArray[np.float32]]] = []
        last = time.monotonic()
        for rows, features in self._pass(values):
            waiting.append((rows, features))
            if time.monotonic() - last >= _SECONDS_BETWEEN_SAVES:
                self._append(keys, waiting)
                waiting, last = [], time.monotonic()
            yield len(rows)
        if waiting:
            self._append(keys, waiting)

    def _append(
        self,
        keys: NDArray[np.bytes_],
        waiting: list[tuple[NDArray[np.int64], NDArray[np.float32]]],
    ) -> None:
        rows = np.concatenate([rows for rows, _ in waiting])
        features = np.concatenate([features for _, features in waiting])
        self._table.append(keys[rows], features)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Holds the directory's lock, which dies with the process; writes `key.json` if needed."""
        lock = filelock.FileLock(self.path / "lock")
        with explained(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire(blocking=False)
            except filelock.Timeout:
                _log.warning("Another process computes these features; waiting (%s).", self.path)
                lock.acquire()
        try:
            with explained(self.path):
                self._describe()
            yield
        finally:
            lock.release()

    def _describe(self) -> None:
        if not (self.path / "key.json").exists():
            with atomic.replacing(self.path / "key.json") as temporary:
                temporary.write_text(json.dumps(self.key, indent=1, sort_keys=True) + "\n")


def _key(id_: str) -> bytes:
    return hashlib.blake2b(id_.encode(), digest_size=KEY_BYTES).digest()


def _backend_version() -> str:
    return str(importlib.import_module(keras.backend.backend()).__version__)
