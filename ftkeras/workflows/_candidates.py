"""What is ranked: pretrained backbones, their random twins, and plain features as the floor."""

import dataclasses
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import seeds
from ftkeras.backbones import random_twin
from ftkeras.config import RunConfig
from ftkeras.contracts.backbone import Backbone
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.memory_use import BATCH, MemoryUse
from ftkeras.data.lazy_column import listed
from ftkeras.handles import Handle
from ftkeras.message import message
from ftkeras.model import choose_tap, features_model
from ftkeras.training import feature_batches
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.feature_pass import FeaturePass
from ftkeras.training.recipe import Step
from ftkeras.workflows import _frozen, _memory, _plain_features

# A tap of this name holds what a source classifier answers; LEEP needs it.
_ANSWERS = "class_probabilities"
# A pass over fewer examples says little about speed; then so many are timed by themselves.
_FEWEST_TIMED = 500
_TIMED = 64


class Candidate(ABC):
    """Something that gives features to the training examples.

    Args:
        name: What people call it.
        kind: `backbone`, `random twin` or `floor`.
    """

    def __init__(self, name: str, kind: str) -> None:
        self.name = name
        self.kind = kind
        self.passes = {"computed": 0, "reused": 0}

    @abstractmethod
    def features(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Returns `(rows, width)` features of rows of the training part."""

    def answers(self, rows: NDArray[np.int64]) -> NDArray[np.float32] | None:
        """Returns `(rows, source classes)` probabilities, where the source classifier is there."""
        return None

    @abstractmethod
    def facts(self) -> dict[str, Any]:
        """Returns what the record says of it: where it is from, its size, its speed."""

    def release(self) -> None:  # noqa: B027 - most have nothing to let go of
        """Lets go of what takes memory."""


class BackboneCandidate(Candidate):
    """A frozen backbone, loaded when its features are first asked for.

    Args:
        name: What people call it.
        kind: `backbone` or `random twin`.
        load: Loads it.
        config: The settings.
        train: The training part.
        step: Called with a name and a unit when something long begins.
        like: One with weights of the same shapes, which takes as much memory; `None` has its own
            measured.
    """

    def __init__(
        self,
        name: str,
        kind: str,
        load: Callable[[], Backbone],
        config: RunConfig,
        train: Dataset,
        step: Step,
        like: "BackboneCandidate | None" = None,
    ) -> None:
        super().__init__(name, kind)
        self._load = load
        self._config = config
        self._train = train
        self._step = step
        self._backbone: Backbone | None = None
        self._cache: FeatureCache | None = None
        self._seconds = 0.0
        self._like = like
        self._memory: MemoryUse | None = None

    def features(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Returns features, computing only what the cache lacks."""
        found = self._through(self._opened(), rows, message("Features of {name}", name=self.name))
        # As heads do: what has axes besides the width is averaged over them.
        return found.mean(axis=tuple(range(1, found.ndim - 1))) if found.ndim > 2 else found

    def answers(self, rows: NDArray[np.int64]) -> NDArray[np.float32] | None:
        """Returns what the source classifier answers, where the backbone has kept it."""
        self._opened()
        if self._backbone is None or _ANSWERS not in self._backbone.taps:
            return None
        cache = FeatureCache(self._config.cache_dir, self._backbone, _ANSWERS)
        return self._through(cache, rows, message("Source classes of {name}", name=self.name))

    def facts(self) -> dict[str, Any]:
        """Returns handle, fingerprint, tap, size, speed and memory."""
        self._opened()
        backbone = self._backbone
        assert backbone is not None  # noqa: S101 - for the type checker
        tap = choose_tap(backbone, self._config.tap)
        return {
            "handle": str(backbone.handle),
            "fingerprint": backbone.fingerprint,
            "tap": tap,
            "parameters": features_model(backbone, tap).count_params(),
            "memory": dataclasses.asdict((self._like or self).memory()),
            **self._speed(backbone, tap),
        }

    def memory(self) -> MemoryUse:
        """Returns what it takes of memory, measured once and on examples of the training part."""
        if self._memory is not None:
            return self._memory
        self._opened()
        backbone = self._backbone
        assert backbone is not None  # noqa: S101 - for the type checker
        extractor = features_model(backbone, choose_tap(backbone, self._config.tap))
        if self._config.cost == "recorded":
            self._memory = _memory.unmeasured(extractor)
        else:
            told = self._step(message("Memory of {name}", name=self.name), "")
            with _memory.Probe() as probe:
                encoded = backbone.preprocess(self._examples(BATCH))
                self._memory = probe.measured(extractor, encoded.arrays)
            told(1, 1)
        return self._memory

    def release(self) -> None:
        """Forgets the backbone; it is loaded again when asked for."""
        self._backbone = self._cache = None

    def _opened(self) -> FeatureCache:
        if self._cache is None:
            self._backbone = self._load()
            self._cache = _frozen.cache(self._config, self._backbone)
        return self._cache

    def _through(
        self, cache: FeatureCache, rows: NDArray[np.int64], name: str
    ) -> NDArray[np.float32]:
        part, before = self._train.take(rows), cache.passes
        started = time.perf_counter()
        found = cache.features(part.ids, listed(part.inputs), self._step(name, "examples"))
        computed = cache.passes.computed - before.computed
        self._seconds += time.perf_counter() - started if computed else 0.0
        self.passes["computed"] += computed
        self.passes["reused"] += cache.passes.reused - before.reused
        return found

    def _speed(self, backbone: Backbone, tap: str) -> dict[str, Any]:
        """Examples a second, from the pass or, when features were there, from a short timing."""
        count, seconds = self.passes["computed"], self._seconds
        if count < _FEWEST_TIMED:
            values = self._examples(_TIMED)
            run = FeaturePass(backbone, tap, feature_batches.shape_for(feature_batches.device()))
            for _ in range(2):  # the first run traces the graph
                started = time.perf_counter()
                count = sum(len(done) for done, _ in run(values))
                seconds = time.perf_counter() - started
        return {
            "examples_per_second": float(f"{count / seconds:.3g}"),
            "timed_on": count,
            "device": feature_batches.device(),
        }

    def _examples(self, most: int) -> list[Any]:
        """So many examples from the whole training part, the same for every candidate."""
        rows = np.linspace(0, len(self._train) - 1, min(most, len(self._train))).astype(int)
        found: list[Any] = self._train.inputs[np.unique(rows)].tolist()
        return found


class FloorCandidate(Candidate):
    """Plain features, computed together once.

    Args:
        train: The training part.
        seed: Seed of what is random in them.
    """

    def __init__(self, train: Dataset, seed: int) -> None:
        name, self._compute = _plain_features.floor(train, seed)
        super().__init__(name, "floor")
        self._features: NDArray[np.float32] | None = None
        self._seconds = 0.0

    def features(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Returns features that were fitted on the whole training part, without labels."""
        if self._features is None:
            started = time.perf_counter()
            self._features = self._compute()
            self._seconds = time.perf_counter() - started
        return self._features[rows]

    def facts(self) -> dict[str, Any]:
        """Returns its speed; it has no parameters that anyone trained."""
        everything = self.features(np.arange(0))
        count = 0 if self._features is None else len(self._features)
        return {
            "tap": f"{everything.shape[1]} features",
            "parameters": 0,
            "memory": None,
            "examples_per_second": float(f"{count / max(self._seconds, 1e-9):.3g}"),
            "timed_on": count,
            "device": "cpu",
        }


def candidates(
    config: RunConfig, train: Dataset, loaded: Mapping[str, Backbone], step: Step
) -> list[Candidate]:
    """Returns everything that is ranked: backbones, their random twins if asked for, the floor.

    Args:
        config: The settings.
        train: The training part.
        loaded: Further backbones by name, ready to use.
        step: Called with a name and a unit when something long begins.
    """
    sources: dict[str, Callable[[], Backbone]] = {
        str(handle): _loader(config, train, handle) for handle in config.backbones
    }
    sources |= {name: _given(backbone) for name, backbone in loaded.items()}
    found: list[Candidate] = []
    for name, load in sources.items():
        original = BackboneCandidate(name, "backbone", load, config, train, step)
        found.append(original)
        if config.random_twin:
            twin = f"random twin of {name}"
            load = _twin(load, seeds.child(config.seed, "random_twin"))
            found.append(
                BackboneCandidate(twin, "random twin", load, config, train, step, original)
            )
    return [*found, FloorCandidate(train, seeds.child(config.seed, "floor"))]


def _loader(config: RunConfig, train: Dataset, handle: Handle) -> Callable[[], Backbone]:
    return lambda: _frozen.load(config, train.modality, handle, train, classifier=True)


def _given(backbone: Backbone) -> Callable[[], Backbone]:
    return lambda: backbone


def _twin(load: Callable[[], Backbone], seed: int) -> Callable[[], Backbone]:
    return lambda: random_twin(load(), seed)
