"""The training part, each example seen in many views; nothing else ever is."""

import dataclasses
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras import seeds
from ftkeras.contracts.backbone import Backbone, Encoded, Preprocess
from ftkeras.message import message, term
from ftkeras.training import encoding
from ftkeras.training.examples import Examples, single
from ftkeras.training.feature_cache import FeatureCache, Passes
from ftkeras.training.length_buckets import round_up
from ftkeras.training.marked_preprocess import Marked
from ftkeras.training.objective import Objective
from ftkeras.training.soft_labels import HardMetrics, soft_objective
from ftkeras.training.step import Step
from ftkeras.training.views import Augmentations, Views, check

__all__ = ["Augmentations", "Augmented", "HardMetrics", "Views", "check", "soft_objective"]


class Augmented:
    """Gives a phase the views of the training part that it needs.

    While the backbone is frozen, `views` views of each example pass it once and are kept, and each
    epoch takes another of them; without end would mean a pass in every epoch. Thawed phases take
    new views in every epoch.

    Args:
        views: Views of the training part.
        augmentations: What is done to them.
        backbone: What reads them.
        directory: Where features are kept.
        tap: The output of the backbone that is kept.
        step: Called with a name and a unit when something long begins.
    """

    def __init__(
        self,
        views: Views,
        augmentations: Augmentations,
        backbone: Backbone,
        directory: Path,
        tap: str,
        step: Step,
    ) -> None:
        self._views, self._augmentations = views, augmentations
        self._backbone, self._directory, self._tap = backbone, directory, tap
        self._step = step
        self._features: NDArray[np.float32] | None = None
        self.passes = Passes()

    def objective(self, plain: Objective) -> Objective:
        """Returns the objective with a loss that takes the labels of views."""
        return soft_objective(plain) if self._augmentations.soft else plain

    def seen(
        self, model: keras.Model, plain: Examples, on_features: bool, phase: int
    ) -> tuple[keras.Model, Examples]:
        """Returns the model to fit, and the examples to fit it on.

        Args:
            model: The model to fit on plain examples.
            plain: The training part as it is.
            on_features: Whether the model takes features of a frozen backbone.
            phase: Number of the phase; each thawed one has views of its own.
        """
        augmentations = self._augmentations
        found = self._kept(plain) if on_features else self._new(plain, phase)
        if augmentations.soft:
            model = HardMetrics(model.input, model.output)
        return model, found

    def _kept(self, plain: Examples) -> Examples:
        if self._features is None:
            self._features = self._computed()
        features = self._features
        return dataclasses.replace(
            plain,
            take=lambda rows: features[rows],
            features=features,
            views=self._augmentations.views,
            answers=self._views.answers if self._views.relabels else plain.answers,
        )

    def _computed(self) -> NDArray[np.float32]:
        mark = {
            "augmentation": [str(call) for call in self._augmentations.calls],
            "augmentation_seed": self._augmentations.seed,
        }
        preprocess = _Seeing(self._backbone.preprocess, mark)
        backbone = dataclasses.replace(self._backbone, preprocess=preprocess)
        cache = FeatureCache(self._directory, backbone, self._tap)
        count = self._augmentations.views
        looks = [
            _Look(self._views, row, view)
            for view in range(count)
            for row in range(len(self._views))
        ]
        ids = np.array([self._views.id_of(look.row, look.view) for look in looks])
        title = message("Features of {count} views of {name}", count=count, name=term("train"))
        features = cache.features(ids, looks, self._step(title, "views"))
        self.passes = cache.passes
        return features

    def _new(self, plain: Examples, phase: int) -> Examples:
        preprocess = self._backbone.preprocess
        seed = seeds.child(self._augmentations.seed, f"phase {phase}")
        augmentations = dataclasses.replace(self._augmentations, seed=seed)
        kept = self._views
        views = Views(kept.ids, kept.values, kept.labels, augmentations, kept.relabel)

        def take(rows: NDArray[np.integer]) -> Any:
            looks = [_Look(views, code % len(views), code // len(views)) for code in rows.tolist()]
            encoded = encoding.encode(preprocess, _seen(looks, preprocess))
            lengths = encoded.lengths
            longest = None if lengths is None else round_up(int(lengths.max()))
            return single(encoded.take(np.arange(len(rows)), longest))

        answers = views.answers if views.relabels else plain.answers
        return dataclasses.replace(plain, take=take, features=None, views=0, answers=answers)


@dataclass(frozen=True)
class _Look:
    """A view that is not made before it is needed."""

    views: Views
    row: int
    view: int

    def __call__(self) -> Any:
        return self.views.value(self.row, self.view)


def _seen(looks: Sequence[_Look], preprocess: Preprocess) -> list[Any]:
    if encoding.is_light(preprocess):
        return [look() for look in looks]
    with ThreadPoolExecutor() as threads:  # decoding and resizing release the interpreter lock
        return list(threads.map(lambda look: look(), looks))


class _Seeing(Marked):
    """Makes views when they are encoded, so that memory does not grow with them."""

    def __call__(self, values: Sequence[Any]) -> Encoded:
        return self.inner(_seen(values, self.inner))

    def sizes(self, values: Sequence[Any]) -> NDArray[np.int64]:
        return self.inner.sizes([look.views.values[look.row] for look in values])
