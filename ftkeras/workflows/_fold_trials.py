"""A recipe that stacks cannot run, such as one that thaws the backbone: fold after fold."""

import dataclasses
import json
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras import seeds
from ftkeras.config import RunConfig
from ftkeras.contracts.backbone import Backbone
from ftkeras.contracts.phase import Phase
from ftkeras.contracts.split import Split
from ftkeras.contracts.task import BY_POSITION
from ftkeras.message import Message, counted, joined
from ftkeras.model import build_model, freeze
from ftkeras.report import wording
from ftkeras.training import examples
from ftkeras.training.fit import Objective, compile_model
from ftkeras.training.length_buckets import round_up
from ftkeras.training.phase_optimizer import optimizer
from ftkeras.training.recipe import Part, Recipe, Step
from ftkeras.training.retracing import no_word_of_retracing
from ftkeras.workflows import _augmentation, _balance, _frozen, _objective
from ftkeras.workflows._finished_folds import FinishedFolds
from ftkeras.workflows._fold_answers import FoldAnswers, Run
from ftkeras.workflows._fold_backbones import FoldBackbones
from ftkeras.workflows._fold_data import FoldData
from ftkeras.workflows._stacked_folds import start_seed

_TIMED_STEPS = 3
_OF_A_STEP = 1 / 3  # a forward pass, of a step that goes back as well


class Trials:
    """Trains and tests a recipe once in every fold of every repeat.

    Each trial starts from the pretrained weights. A repeat draws folds, initial weights and data
    order anew. Finished trials are kept, and are not run again.

    Args:
        config: The settings.
        data: The data.
        backbones: The backbone of each fold.
        finished: Where finished trials are kept.
    """

    def __init__(
        self,
        config: RunConfig,
        data: FoldData,
        backbones: FoldBackbones,
        finished: FinishedFolds,
    ) -> None:
        self._config, self._data = config, data
        self._backbones, self._finished = backbones, finished
        self._names = [
            f"repeat {repeat}, fold {fold}"
            for repeat in range(data.repeats)
            for fold in range(data.folds)
        ]

    def estimate(self) -> Message:
        """Times a few training steps and returns, in words, what all trials will cost at most."""
        left = [name for name in self._names if self._finished.get(name) is None]
        done = len(self._names) - len(left)
        if not left:
            return counted(
                "The {count} trial is finished and kept.",
                "All {count} trials are finished and kept.",
                count=done,
            )
        seconds = sum(self._phase_seconds(phase) for phase in self._config.phases)
        to_run = counted(
            "{count} trial to run: about {all}, less where a phase stops early.",
            "{count} trials to run, one after the other: about {each} each and {all} in all, less "
            "where a phase stops early.",
            count=len(left),
            each=wording.duration(seconds),
            all=wording.duration(seconds * len(left)),
        )
        kept = counted(
            "{count} finished one is kept.", "{count} finished ones are kept.", count=done
        )
        return joined([to_run, *([kept] if done else [])], " ")

    def fit(self, step: Step) -> FoldAnswers:
        """Runs what is not finished, and returns the out-of-fold answers.

        Args:
            step: Begins a step that a person sees.
        """
        epochs = sum(phase.epochs for phase in self._config.phases)
        progress = step("Folds", "epochs")
        found = []
        for number, (name, split) in enumerate(zip(self._names, self._data.splits, strict=True)):
            kept = self._finished.get(name)
            if kept is None:

                def told(done: int, number: int = number, name: str = name) -> None:
                    progress(number * epochs + done, len(self._names) * epochs, name)

                with no_word_of_retracing():
                    kept = self._trial(number, split, told)
                self._finished.put(name, **kept)
            found.append(kept)
            progress((number + 1) * epochs, len(self._names) * epochs, name)
        return self._answers(found)

    def _trial(
        self, number: int, split: Split, told: Callable[[int], None]
    ) -> dict[str, NDArray[Any]]:
        repeat = number // self._data.folds
        seed = start_seed(self._config.seed, repeat)
        backbone, cache = self._backbones.of(number)
        model = self._model(backbone, seed, number)
        _reseed(model, seed)
        objective = self._objective(number, split)
        jit = _frozen.jit_compile(self._config)
        recipe = Recipe(model, backbone, cache, objective, _counted(told), (), jit)
        parts = {name: self._part(split, name) for name in ("train", "validation", "test")}
        order = seeds.child(self._config.seed, f"order/{repeat}")
        modality = self._data.examples.modality
        augment = _augmentation.of(self._config, self._data.num_classes, modality)
        recipe.fit(
            self._config.phases,
            dataclasses.replace(parts["train"], augment=augment),
            parts["validation"],
            seed=order,
            log=None,
            balanced=_balance.balanced(
                self._config.balance, parts["train"].labels, self._data.num_classes, seed
            ),
        )
        logits, _ = recipe.predict(parts["test"], "test")
        fitted = [result for result in recipe.results if result.best_epoch]
        losses = [r.history[objective.monitor][r.best_epoch - 1] for r in fitted]
        return {
            "logits": self._data.as_wide(logits),
            "validation": self._in_order(split, recipe),
            "best_epoch": np.array([result.best_epoch for result in recipe.results]),
            "loss": np.array(losses[-1] if losses else np.nan),
            "seconds": np.array([result.seconds for result in recipe.results]),
            "parameters": np.array([result.trainable_parameters for result in recipe.results]),
            "history": np.array(json.dumps([result.history for result in recipe.results])),
        }

    def _in_order(self, split: Split, recipe: Recipe) -> NDArray[np.float32]:
        """Answers for the validation part, in the order of all examples."""
        logits, _ = recipe.predict(self._part(split, "validation"), "validation")
        return logits[np.argsort(_rows(self._data, split, "validation"))]

    def _objective(self, number: int, split: Split) -> Objective:
        """What to minimise in a fold; what it knows of labels is from its training part alone."""
        vocabulary = self._data.vocabularies[number]
        labels = self._part(split, "train").labels
        return _objective.of_data(self._config, self._data.task, vocabulary, labels)

    def _model(self, backbone: Backbone, seed: int, number: int) -> keras.Model:
        return build_model(
            backbone,
            self._data.task,
            num_classes=self._data.num_classes,
            head=self._config.head,
            tap=self._config.tap,
            seed=seed,
            labels=self._data.vocabularies[number],
        )

    def _part(self, split: Split, name: str) -> Part:
        rows, everything = _rows(self._data, split, name), self._data.examples
        by_position = self._data.task.kind in BY_POSITION
        return Part(
            everything.ids[rows],
            everything.inputs[rows],
            self._data.labels[rows],
            by_position=by_position,
        )

    def _phase_seconds(self, phase: Phase) -> float:
        """Returns the wall time of a phase that runs all its epochs; 0 on cached features."""
        backbone, _ = self._backbones.of(0)
        if not freeze(backbone, phase.freezing):
            return 0.0
        split = self._data.splits[0]
        part = self._part(split, "train")
        rows = np.random.default_rng(0).permutation(len(part.ids))[: phase.batch_size]
        batch = examples.from_inputs(
            part.values[rows].tolist(),
            part.labels[rows],
            backbone.preprocess,
            round_up,
        )
        batch = dataclasses.replace(batch, by_position=part.by_position)
        model = self._model(backbone, self._config.seed, 0)
        steps = -(-len(split.train) // phase.batch_size)
        moved = optimizer(phase, steps, model.trainable_variables, backbone.blocks)
        compile_model(model, self._objective(0, split), moved)
        inputs, labels = batch.batch(np.arange(len(rows)))
        begun = time.perf_counter()
        model.train_on_batch(inputs, labels)
        # Every trial traces its own graph, to train, to validate and to predict.
        tracing = time.perf_counter() - begun
        begun = time.perf_counter()
        for _ in range(_TIMED_STEPS):
            model.train_on_batch(inputs, labels)
        each = (time.perf_counter() - begun) / _TIMED_STEPS
        validation = -(-len(split.validation) // phase.batch_size)
        return 2 * tracing + phase.epochs * each * (steps + validation * _OF_A_STEP)

    def _answers(self, found: list[dict[str, NDArray[Any]]]) -> FoldAnswers:
        data, outputs = self._data, found[0]["logits"].shape[1:]
        logits = np.zeros((data.repeats, len(data), *outputs), "float32")
        for number, (kept, split) in enumerate(zip(found, data.splits, strict=True)):
            logits[number // data.folds, _rows(data, split, "test")] = kept["logits"]
        shape = (data.repeats, data.folds)
        last = self._config.phases[-1]
        return FoldAnswers(
            runs=[Run(repeat, repeat, repeat) for repeat in range(data.repeats)],
            logits=logits,
            learning_rate=np.full(shape, last.learning_rate),
            best_epoch=np.array([kept["best_epoch"][-1] for kept in found]).reshape(shape),
            validation_loss=np.array([float(kept["loss"]) for kept in found]).reshape(shape),
            validation_logits=[kept["validation"] for kept in found],
            heads=len(found),
            phases=[self._phase(index, found) for index in range(len(self._config.phases))],
        )

    def _phase(self, index: int, found: list[dict[str, NDArray[Any]]]) -> dict[str, Any]:
        histories = [json.loads(str(kept["history"]))[index] for kept in found]
        return {
            "phase": str(self._config.phases[index]),
            "trainable_parameters": int(found[0]["parameters"][index]),
            "best_epoch": int(np.median([kept["best_epoch"][index] for kept in found])),
            "seconds": round(float(sum(kept["seconds"][index] for kept in found)), 3),
            "history": {
                name: _mean_curve([history[name] for history in histories]) for name in histories[0]
            },
        }


def _counted(told: Callable[[int], None]) -> Step:
    """A step that counts the epochs of all phases, and shows nothing else."""
    before = 0

    def step(name: str, unit: str) -> Callable[..., Any]:
        nonlocal before
        if unit != "epochs":
            return lambda *_, **__: None
        begun, last = before, 0

        def progress(done: int, total: int, note: str = "") -> None:
            nonlocal before, last
            last = max(last, total)
            before = begun + last
            told(begun + done)

        return progress

    return step


def _reseed(model: keras.Model, seed: int) -> None:
    """Starts all dropout of a model anew; the layers of a backbone draw their seeds when loaded."""
    states = [v for v in model.variables if v.path.endswith("seed_generator_state")]
    for number, state in enumerate(states):
        state.assign(np.array([seeds.child(seed, f"dropout/{number}"), 0], "uint32"))


def _rows(data: FoldData, split: Split, part: str) -> NDArray[np.int64]:
    order = np.argsort(data.examples.ids)
    return order[np.searchsorted(data.examples.ids, split.ids(part), sorter=order)]


def _mean_curve(curves: list[list[float]]) -> list[float | None]:
    """The mean over trials of each epoch, over those that came so far."""
    longest = max(len(curve) for curve in curves)
    means = [np.mean([c[epoch] for c in curves if len(c) > epoch]) for epoch in range(longest)]
    return [float(mean) if np.isfinite(mean) else None for mean in means]
