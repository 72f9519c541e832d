"""The training part, each example seen in many views; nothing else ever is."""

import dataclasses
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from ftkeras import catalog, seeds
from ftkeras.call_string import Call
from ftkeras.contracts.augmentation import Augmentation, Mixing
from ftkeras.contracts.backbone import Backbone, Encoded, Preprocess
from ftkeras.errors import UserError
from ftkeras.training import encoding
from ftkeras.training.examples import Examples, single
from ftkeras.training.feature_cache import FeatureCache, Passes
from ftkeras.training.fit import Objective
from ftkeras.training.length_buckets import round_up
from ftkeras.training.losses.cross_entropy import CrossEntropy
from ftkeras.training.marked_preprocess import Marked

_CROSS_ENTROPIES = ("SparseCategoricalCrossentropy", "BinaryCrossentropy")
# Modalities of data -> what may be changed in them.
_WITHIN = {"text": "text", "text_pair": "text", "image": "image", "audio": "audio"}


@dataclass(frozen=True)
class Augmentations:
    """What is done to training examples, and from which seed.

    Args:
        calls: Files in `data/augmentation/` with their arguments, in the order they are applied.
        views: How many views of each example are kept while the backbone is frozen.
        seed: Seed of all views.
        num_classes: Number of classes that a label can have.
    """

    calls: tuple[Call, ...]
    views: int
    seed: int
    num_classes: int

    @property
    def steps(self) -> list[Augmentation | Mixing]:
        """The changes, in the order they are applied."""
        return [catalog.build("data/augmentation", call) for call in self.calls]

    @property
    def soft(self) -> bool:
        """Whether labels become shares of classes."""
        return any(isinstance(step, Mixing) for step in self.steps)


def check(calls: Sequence[Call], modality: str) -> None:
    """Raises `UserError` unless all augmentations are for this kind of data.

    Args:
        calls: Files in `data/augmentation/` with their arguments.
        modality: What an input is.
    """
    for call in calls:
        known = catalog.build("data/augmentation", call).modality
        if _WITHIN.get(modality) != known:
            fitting = [
                name
                for name in catalog.names("data/augmentation")
                if catalog.find("data/augmentation", name).modality == _WITHIN.get(modality)
            ]
            advice = f"Take one of: {', '.join(fitting)}" if fitting else "Leave it out"
            raise UserError(
                f"Expected an augmentation of {modality}. Received: --augment={call}, which "
                f"changes {known}. {advice}."
            )


class Views:
    """Views of the training part: a function of seed, example id and view number alone.

    Args:
        ids: Example ids.
        values: Raw inputs.
        labels: Class indices.
        augmentations: What is done to them.
    """

    def __init__(
        self,
        ids: NDArray[np.str_],
        values: Sequence[Any],
        labels: NDArray[np.int64],
        augmentations: Augmentations,
    ) -> None:
        self.ids, self.values, self.labels = ids, values, labels
        self._augmentations = augmentations
        self._steps = augmentations.steps
        # Partners are drawn by their place among the ids, which the order of rows does not move.
        self._by_id = np.argsort(ids)

    def __len__(self) -> int:
        return len(self.ids)

    def value(self, row: int, view: int) -> Any:
        """Returns a view of an example, as a raw input."""
        return self._after(len(self._steps), row, self._name(row, view))

    def id_of(self, row: int, view: int) -> str:
        """Returns what a view is known by: the example, its partners, and the number."""
        name = self._name(row, view)
        with_ = [
            str(self.ids[self._drawn(step, name)[0]])
            for step, one in enumerate(self._steps)
            if isinstance(one, Mixing)
        ]
        return " with ".join([str(self.ids[row]), *with_]) + f"/view {view}"

    def shares(self, row: int, view: int) -> NDArray[np.float32]:
        """Returns `(classes,)` how much of each class a view has."""
        name = self._name(row, view)
        found = np.zeros(self._augmentations.num_classes, "float64")
        found[self.labels[row]] = 1
        for step, mixing in enumerate(self._steps):
            if isinstance(mixing, Mixing):
                partner, generator = self._drawn(step, name)
                share = mixing.draw(generator).share
                found *= share
                found[self.labels[partner]] += 1 - share
        return found.astype("float32")

    def answers(self, rows: NDArray[np.integer]) -> NDArray[np.float32]:
        """Returns `(rows, classes)` shares of views by row number (`r + v len(views)`)."""
        return np.stack(
            [self.shares(code % len(self), code // len(self)) for code in rows.tolist()]
        )

    def _name(self, row: int, view: int) -> str:
        return f"{self.ids[row]}/{view}"

    def _generator(self, step: int, name: str) -> np.random.Generator:
        return np.random.default_rng(seeds.child(self._augmentations.seed, f"{name}/{step}"))

    def _drawn(self, step: int, name: str) -> tuple[int, np.random.Generator]:
        """The partner that a mixing step takes, and the generator that goes on."""
        generator = self._generator(step, name)
        return int(self._by_id[generator.integers(len(self))]), generator

    def _after(self, steps: int, row: int, name: str) -> Any:
        """An example after the first so many steps."""
        value = self.values[row]
        for number, step in enumerate(self._steps[:steps]):
            if isinstance(step, Mixing):
                partner, generator = self._drawn(number, name)
                other = self._after(number, partner, f"{name} with {self.ids[partner]}")
                value = step.mix(value, other, step.draw(generator))
            elif isinstance(value, tuple) and step.modality == "text":
                generator = self._generator(number, name)
                value = tuple(step(text, generator) for text in value)
            else:
                value = step(value, self._generator(number, name))
        return value


def soft_objective(objective: Objective) -> Objective:
    """Returns an objective whose loss takes labels that are shares of classes.

    Raises:
        UserError: Its loss has no classes.
    """
    name = objective.loss.partition("(")[0]
    if name not in _CROSS_ENTROPIES:
        raise UserError(
            "Expected a loss of classes for examples that are mixed, for their labels become "
            f"shares of classes. Received: loss={objective.loss}. Leave mix_up and cut_mix out."
        )
    if objective.make_loss is not None:  # all losses of classes take shares
        return objective
    return dataclasses.replace(objective, make_loss=lambda smoothing: CrossEntropy()((), smoothing))


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
        step: Callable[[str, str], Callable[..., Any]],
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
            answers=self._views.answers if self._augmentations.soft else None,
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
        title = f"Features of {count} views of train"
        features = cache.features(ids, looks, self._step(title, "views"))
        self.passes = cache.passes
        return features

    def _new(self, plain: Examples, phase: int) -> Examples:
        preprocess = self._backbone.preprocess
        seed = seeds.child(self._augmentations.seed, f"phase {phase}")
        augmentations = dataclasses.replace(self._augmentations, seed=seed)
        kept = self._views
        views = Views(kept.ids, kept.values, kept.labels, augmentations)

        def take(rows: NDArray[np.integer]) -> Any:
            looks = [_Look(views, code % len(views), code // len(views)) for code in rows.tolist()]
            encoded = encoding.encode(preprocess, _seen(looks, preprocess))
            lengths = encoded.lengths
            longest = None if lengths is None else round_up(int(lengths.max()))
            return single(encoded.take(np.arange(len(rows)), longest))

        answers = views.answers if augmentations.soft else None
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


@keras.saving.register_keras_serializable(package="ftkeras")
class HardMetrics(keras.Model):
    """A model whose metrics take the largest class of labels that are shares of classes.

    Losses take the shares. Validation labels, which are classes, are left as they are.
    """

    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, Any]:
        """Updates the metrics and returns their results."""
        if len(y.shape) == 2 and y.shape[-1] != 1:
            y = ops.argmax(y, axis=-1)
        found: dict[str, Any] = super().compute_metrics(x, y, y_pred, sample_weight)
        return found
