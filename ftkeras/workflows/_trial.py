"""One trial of a search: train on train, answer validation, never look at test."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog, seeds
from ftkeras.callbacks.watch_epochs import WatchEpochs
from ftkeras.config import RunConfig
from ftkeras.contracts import search
from ftkeras.contracts.backbone import Backbone
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.score import Score
from ftkeras.contracts.split import Split
from ftkeras.contracts.task import BY_POSITION, Labels
from ftkeras.data.input_parts import parts_of
from ftkeras.model import build_model
from ftkeras.training.examples import of_width
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.recipe import Part, Recipe
from ftkeras.workflows import (
    _augmentation,
    _balance,
    _frozen,
    _judgement,
    _monitor,
    _objective,
    _prepared_data,
)
from ftkeras.workflows._inner_folds import InnerFolds
from ftkeras.workflows._judgement import scored
from ftkeras.workflows._prepared_data import PreparedData

_OF_TUNING = ("search", "trials", "storage", "folds")
_OPEN = ("train", "validation")

Tell = Callable[[int, float], None]


def settings_of(config: RunConfig, values: dict[str, Any], **changes: Any) -> RunConfig:
    """Returns the settings of the fine-tuning that a trial stands for.

    Args:
        config: The settings of the search.
        values: Path -> value.
        **changes: Further settings by flag.
    """
    plain = {key: value for key, value in config.settings().items() if key not in _OF_TUNING}
    changed = search.applied(plain, values)
    return RunConfig.read(**{**changed, "mode": "finetune", **changes})


def choosing_score(config: RunConfig, data: PreparedData) -> Score:
    """Returns the score that trials are compared by on validation.

    It is the one that chooses the epoch, too; where that is a loss, of which the logits may not be
    meant as probabilities, the headline score.
    """
    asked = _monitor.score(data.task, config.monitor, data.num_classes)
    if asked is not None:
        return asked
    scores = _judgement.scores_of(data.task, data.num_classes)
    monitor = data.task.monitor
    own = [score for score in scores if score.name == monitor] or [
        score for score in scores if score.name.partition("(")[0] == monitor.partition("(")[0]
    ]
    by_loss = config.loss is not None or config.monitor == _monitor.LOSS
    return own[0] if own and not by_loss else scores[0]


@dataclasses.dataclass(frozen=True)
class _Fold:
    """What a training needs: its parts, and what is known of labels and tables from the first."""

    number: int
    train: Part
    validation: Part
    asked: Part
    examples: Dataset
    vocabulary: Labels


class Trials:
    """Runs trials on the same data; frozen backbones are loaded once and pass examples once.

    Args:
        data: The data of the search; its test part is not touched.
        score: What trials are compared by.
        inner: Folds inside train and validation; `None` compares on the validation part.
    """

    def __init__(self, data: PreparedData, score: Score, inner: InnerFolds | None = None) -> None:
        self._data = data
        self._score = score
        self._inner = inner
        self._opened: dict[tuple[Any, ...], tuple[Backbone, FeatureCache]] = {}
        self.passes = {"computed": 0, "reused": 0}

    @property
    def labels(self) -> NDArray[Any]:
        """Encoded labels of what trials answer, in that order."""
        return self._data.labels["validation"] if self._inner is None else self._inner.labels

    def __call__(self, config: RunConfig, tell: Tell) -> NDArray[np.float32]:
        """Trains by the settings and returns `(examples, outputs)` logits, a row a label.

        Args:
            config: The settings of the trial.
            tell: Called with each epoch's validation score, or with the score of the folds so far;
                what it raises ends the trial.
        """
        if self._inner is None:
            return self._fitted(config, self._whole(), tell)
        answers: NDArray[np.float32] | None = None
        answered = np.zeros(len(self._inner.labels), bool)
        for number, split in enumerate(self._inner.splits):
            rows, _ = self._inner.part(split, "test")
            logits = self._fitted(config, self._fold(self._inner, number, split), _deaf)
            if self._data.task.kind in BY_POSITION:
                logits = of_width(logits, self._inner.labels.shape[1], 0)
            if answers is None:
                answers = np.zeros((len(answered), *logits.shape[1:]), "float32")
            answers[rows], answered[rows] = logits, True
            tell(number, scored(self._score, self._inner.labels[answered], answers[answered]))
        if answers is None:
            raise ValueError(f"Expected folds. Received: {self._inner.splits}.")
        return answers

    def _whole(self) -> "_Fold":
        """Trains on the training part; validation chooses the epoch and is answered."""
        data = self._data
        train, validation = (
            Part(part.ids, part.inputs, data.labels[name], by_position=self._by_position)
            for name, part in ((name, data.parts[name]) for name in _OPEN)
        )
        return _Fold(0, train, validation, validation, data.parts["train"], data.vocabulary)

    def _fold(self, inner: InnerFolds, number: int, split: Split) -> "_Fold":
        """One of the inner folds; what is known of labels is from its training part alone."""
        given = {name: inner.part(split, name) for name in (*_OPEN, "test")}
        train, validation, held_out = (
            dataclasses.replace(part, by_position=self._by_position) for _, part in given.values()
        )
        examples = inner.examples.take(given["train"][0])
        vocabulary = self._data.vocabulary
        if vocabulary.spread:
            vocabulary = _prepared_data.fit_labels(self._data.task, examples)
        return _Fold(number, train, validation, held_out, examples, vocabulary)

    @property
    def _by_position(self) -> bool:
        return self._data.task.kind in BY_POSITION

    def _fitted(self, config: RunConfig, fold: "_Fold", tell: Tell) -> NDArray[np.float32]:
        """Trains on one part, chooses the epoch on another, and answers a third."""
        backbone, cache = self._backbone(config, fold)
        before = cache.passes
        data, train = self._data, fold.train
        objective = _objective.of_data(config, data.task, fold.vocabulary, train.labels)
        model = build_model(
            backbone,
            data.task,
            num_classes=data.num_classes,
            head=config.head,
            tap=config.tap,
            seed=config.seed,
            labels=fold.vocabulary,
        )
        log = f"val_{self._score.name.partition('(')[0]}"
        asked = config.monitor not in (None, _monitor.LOSS)  # a loss is not what trials compare
        watch = WatchEpochs(tell, objective.monitor if asked else log)
        jit = _frozen.jit_compile(config)
        recipe = Recipe(model, backbone, cache, objective, _silent, [watch], jit)
        augment = _augmentation.of(config, data.num_classes, data.parts["train"].modality)
        try:
            recipe.fit(
                config.phases,
                dataclasses.replace(train, augment=augment),
                fold.validation,
                seed=seeds.child(config.seed, "fit"),
                log=None,
                balanced=_balance.balanced(
                    config.balance, train.labels, data.num_classes, config.seed
                ),
            )
            return recipe.predict(fold.asked, "validation")[0]
        finally:
            self.passes["computed"] += cache.passes.computed - before.computed
            self.passes["reused"] += cache.passes.reused - before.reused

    def _backbone(self, config: RunConfig, fold: "_Fold") -> tuple[Backbone, FeatureCache]:
        sizes = (config.sequence_length, config.image_size, config.seconds)
        # Of a table, means and categories are those of the fold's own training part.
        read = {fold.examples.modality, *parts_of(fold.examples)}
        own = fold.number if "tabular" in read else 0
        key = (config.backbone, config.pair, config.tap, sizes, own)
        if key in self._opened:
            backbone, cache = self._opened[key]
        else:
            backbone = _frozen.load(config, fold.examples.modality, train=fold.examples)
            cache = _frozen.cache(config, backbone)
        rules = [catalog.build("freezing", phase.freezing) for phase in config.phases]
        if any(rule(backbone.blocks) for rule in rules):
            # Its weights will move: the next trial has to begin from the pretrained ones.
            self._opened.pop(key, None)
        else:
            self._opened[key] = backbone, cache
        return backbone, cache


def _silent(name: str, unit: str) -> Callable[..., None]:
    return lambda *told: None


def _deaf(step: int, value: float) -> None:
    """Within a fold there is nothing to compare with other trials yet."""
