"""A recipe: phases in order, each on the cheapest inputs that give the same result."""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras import call_string, catalog, seeds
from ftkeras.callbacks.epoch_progress import EpochProgress
from ftkeras.callbacks.json_lines import JsonLines
from ftkeras.contracts.backbone import Backbone, Block
from ftkeras.contracts.balance import Balanced
from ftkeras.contracts.freezing import Unfolds
from ftkeras.contracts.phase import Phase
from ftkeras.contracts.phase import from_call as phase_of_call
from ftkeras.model import freeze, merge
from ftkeras.training import examples
from ftkeras.training.answers import answers
from ftkeras.training.augmented import Augmentations, Augmented, Views
from ftkeras.training.checkpoint import Arrays, Checkpoint, State, put_back, values
from ftkeras.training.examples import Examples
from ftkeras.training.feature_cache import FeatureCache, Passes
from ftkeras.training.fit import Memory, Objective, PhaseResult, Surroundings, fit_phase
from ftkeras.training.length_buckets import round_up_finely
from ftkeras.training.padding import Padding
from ftkeras.training.partial import PartialModel
from ftkeras.training.prediction import predict
from ftkeras.training.retracing import no_word_of_retracing
from ftkeras.training.stopping import StopWithoutGain

Step = Callable[[str, str], Callable[..., Any]]
"""Starts a step that a person sees: name and unit -> `progress(done, total, note)`."""


_Road = Callable[["Part", "Part"], tuple[keras.Model, Examples, Examples]]


@dataclass(frozen=True)
class Part:
    """One part of a split, ready for training.

    Args:
        ids: Example ids.
        values: Raw inputs.
        labels: Class indices.
        augment: How a training part is changed in each view; no other part may have it.
        by_position: Whether a label has one value for each position of its input.
    """

    ids: NDArray[np.str_]
    values: NDArray[np.object_]
    labels: NDArray[np.int64]
    augment: Augmentations | None = None
    by_position: bool = False


class Recipe:
    """Runs phases over one model, and predicts with what came out.

    As long as no weight of the backbone has moved, everything runs on cached features: the head
    is trained alone and the backbone sees each example once. A phase that thaws upper blocks is
    trained on cached hidden states of the blocks below, one that thaws all of them end to end. It
    is the same graph all along, so the head goes on from where it was.

    Args:
        model: From `ftkeras.build_model`.
        backbone: The backbone the model was built on.
        cache: Features of this backbone.
        objective: Loss, metrics and what chooses the best epoch.
        step: Called with a name and a unit when something long begins.
        callbacks: Further Keras callbacks, the same for every phase.
        jit_compile: Whether steps are compiled by XLA; `"auto"` leaves it to Keras.
    """

    def __init__(
        self,
        model: keras.Model,
        backbone: Backbone,
        cache: FeatureCache,
        objective: Objective,
        step: Step,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        jit_compile: bool | str = "auto",
    ) -> None:
        self.model = model
        self.backbone = backbone
        self.cache = cache
        self.objective = objective
        self.step = step
        self.callbacks = callbacks
        self.jit_compile = jit_compile
        self.results: list[PhaseResult] = []
        self._pretrained = True
        self._only_head_ran = True
        self._batch_size = 32
        self._padding = Padding()
        self._plain_passes = 0
        self._passes_before = Passes()
        self._augmented: Augmented | None = None
        self._reference: NDArray[np.float32] | None = None
        self._answering: dict[bool, keras.Model] = {}
        self._shown: set[str] = set()

    def fit(
        self,
        phases: Sequence[Phase],
        train: Part,
        validation: Part,
        *,
        seed: int,
        log: Path | None,
        balanced: Balanced | None = None,
        checkpoint: Checkpoint | None = None,
        stopping: StopWithoutGain | None = None,
    ) -> None:
        """Runs the phases in order; the model ends with the best weights of all of them.

        Args:
            phases: What to do.
            train: Examples the weights are fitted on.
            validation: Examples the epoch is chosen on.
            seed: Seed of data order and dropout.
            log: Where each epoch is written.
            balanced: Which examples of `train` are used, and how much each counts.
            checkpoint: Where the state is saved; training goes on from one that is there, to the
                same bits.
            stopping: Looks at every phase after the first; where it sees no gain, the phase is
                taken back and is the last one. `None` runs all phases.
        """
        augmented = self._augmented = self._augmentation(train)
        objective = self.objective if augmented is None else augmented.objective(self.objective)
        stages = [stage for phase in phases for stage in self._stages(phase)]
        pretrained = _values_of(self.backbone) if any(stage.l2_sp for stage in stages) else ()
        best: float | None = None
        saved = checkpoint.load() if checkpoint is not None else None
        if saved is not None:
            best = self._go_back_to(saved, log)
        for number, phase in enumerate(stages, start=1):
            if number <= len(self.results):
                continue
            judged = stopping is not None and number > 1
            if judged and self._reference is None:
                self._reference = self.predict(validation, "validation")[0]
            weights = self.model.get_weights() if judged else []
            thawed = freeze(self.backbone, phase.freezing)
            _reseed(self.model, seeds.child(seed, f"dropout/{number}"))
            road = self._road(phase, thawed)
            model, trained, validated = self._taken(road, number, train, validation)
            memory = None
            if checkpoint is not None:
                memory = Memory(checkpoint, self._beside(best, log), saved)
                saved = None
            around = Surroundings(
                callbacks=self._callbacks(number, phase, log),
                blocks=self.backbone.blocks,
                pretrained=pretrained,
                memory=memory,
                jit_compile=self.jit_compile,
            )
            with no_word_of_retracing():
                result = fit_phase(
                    model,
                    phase,
                    objective,
                    trained if balanced is None else trained.balanced(balanced),
                    validated,
                    seed=seed,
                    best_before=best,
                    around=around,
                )
                if judged and stopping is not None:
                    result = self._judged(stopping, result, model, validated, seed)
            self._padding.join(trained.padding)
            merge(self.backbone, phase.freezing)
            if judged and not result.best_epoch:
                self.model.set_weights(weights)
            if result.best_epoch:
                best = result.history[self.objective.monitor][result.best_epoch - 1]
                self._pretrained = self._pretrained and not thawed
            self._note(result, road == self._on_features, (train, validation))
            if result.look is not None and not result.look["goes_on"]:
                break

    def _judged(
        self,
        stopping: StopWithoutGain,
        result: PhaseResult,
        model: keras.Model,
        validation: Examples,
        seed: int,
    ) -> PhaseResult:
        """Looks at a phase that is done; one that is to be taken back has no best epoch."""
        if self._reference is None:
            raise ValueError("Expected answers from before the phase. Received: none.")
        after = predict(model, validation, result.phase.batch_size)
        look = stopping.look(
            validation.labels,
            after,
            self._reference,
            epochs=len(result.history[self.objective.monitor]),
            seed=seeds.child(seed, f"look/{len(self.results)}"),
        )
        if look.goes_on:
            self._reference = after
        kept = result.best_epoch if look.goes_on else 0
        return dataclasses.replace(result, look=look.as_json(), best_epoch=kept)

    def _note(self, result: PhaseResult, on_features: bool, parts: tuple["Part", "Part"]) -> None:
        """Keeps what a phase did."""
        self._only_head_ran = self._only_head_ran and on_features
        if on_features:
            train, validation = (len(part.ids) for part in parts)
            epochs = len(result.history["loss"])
            self._plain_passes += epochs * (train + validation) - (result.averaged > 0) * train
        self._batch_size = result.phase.batch_size
        self.results.append(result)
        self._answering = {}

    def _stages(self, phase: Phase) -> list[Phase]:
        """A phase, or the phases that its freezing rule unfolds it into."""
        rule = catalog.build("freezing", phase.freezing)
        if not isinstance(rule, Unfolds):
            return [phase]
        stages = rule.stages(len(self.backbone.blocks), phase.epochs)
        return [dataclasses.replace(phase, freezing=call, epochs=each) for call, each in stages]

    def _road(self, phase: Phase, thawed: tuple[Block, ...]) -> "_Road":
        """The cheapest inputs that give this phase the same result."""
        if self._pretrained and not thawed and self._reads_features:
            return self._on_features
        layers = [layer for block in self.backbone.blocks for layer in block.layers]
        if all(layer.trainable for layer in layers if layer.weights):
            return self._end_to_end
        return functools.partial(self._partly, phase)

    def _on_features(self, train: Part, validation: Part) -> tuple[keras.Model, Examples, Examples]:
        model = self._fitted_model(on_features=True)
        return (
            model,
            self._from_features(train, "train"),
            self._from_features(validation, "validation"),
        )

    def _end_to_end(self, train: Part, validation: Part) -> tuple[keras.Model, Examples, Examples]:
        model = self._fitted_model(on_features=False)
        return (
            model,
            self._from_inputs(train, "train"),
            self._from_inputs(validation, "validation"),
        )

    def _partly(
        self, phase: Phase, train: Part, validation: Part
    ) -> tuple[keras.Model, Examples, Examples]:
        directory = self.cache.path.parent / "hidden_states"
        # Hidden states would be those of examples as they are.
        storage = phase.cache if train.augment is None else "none"
        partial = PartialModel(self.model, self.backbone, directory, storage)
        parts = {"train": train, "validation": validation}
        found = partial.prepare(
            {name: (part.ids, part.values.tolist(), part.labels) for name, part in parts.items()},
            self.step,
        )
        found = {
            name: dataclasses.replace(rows, by_position=parts[name].by_position)
            for name, rows in found.items()
        }
        return partial.model, found["train"], found["validation"]

    def _taken(
        self, road: "_Road", number: int, train: Part, validation: Part
    ) -> tuple[keras.Model, Examples, Examples]:
        """What a road gives, the training part in views if it is to be seen so."""
        model, trained, validated = road(train, validation)
        if self._augmented is not None:
            on_features = road == self._on_features
            model, trained = self._augmented.seen(model, trained, on_features, number)
        return model, trained, validated

    def _augmentation(self, train: Part) -> Augmented | None:
        if train.augment is None:
            return None
        views = Views(train.ids, train.values.tolist(), train.labels, train.augment)
        place, tap = self.cache.path.parent, self.cache.key["tap"]
        return Augmented(views, train.augment, self.backbone, place, tap, self.step)

    def _beside(
        self, best: float | None, log: Path | None
    ) -> Callable[[], tuple[dict[str, Any], Arrays]]:
        """What is saved along with a phase: what was before it."""
        before = values(self._moved().variables)

        def beside() -> tuple[dict[str, Any], Arrays]:
            about = {
                "best": best,
                "pretrained": self._pretrained,
                "only_head_ran": self._only_head_ran,
                "plain_passes": self._plain_passes,
                "passes": vars(self._passes()),
                "results": [_to_json(result) for result in self.results],
                "log": log.read_text(encoding="utf-8") if log and log.exists() else "",
            }
            answered = [] if self._reference is None else [self._reference]
            return about, {"before": before, "reference": answered}

        return beside

    def _go_back_to(self, state: State, log: Path | None) -> float | None:
        """Takes over what was before the phase that was interrupted; returns the best score."""
        about = state.about
        self.results = [_from_json(result) for result in about["results"]]
        self._pretrained = about["pretrained"]
        self._only_head_ran = about["only_head_ran"]
        self._plain_passes = about["plain_passes"]
        self._passes_before = Passes(**about["passes"])
        self._reference = next(iter(state.arrays["reference"]), None)
        if self.results:
            self._batch_size = self.results[-1].phase.batch_size
        put_back(self._moved().variables, state.arrays["before"])
        if log is not None:
            log.write_text(about["log"], encoding="utf-8")
        best: float | None = about["best"]
        return best

    def _moved(self) -> keras.Model:
        """All whose weights or seeds can have moved until now."""
        return self.model.get_layer("head") if self._only_head_ran else self.model

    @property
    def _reads_features(self) -> bool:
        """Whether the head takes what the cache holds."""
        head = self.model.get_layer("head")
        taken = keras.tree.flatten(head.input)
        return len(taken) == 1 and tuple(taken[0].shape[1:]) == tuple(self.cache.key["shape"])

    def predict(self, part: Part, name: str) -> tuple[NDArray[np.float32], dict[str, float]]:
        """Returns the logits of a part, and the metrics Keras streamed over the same examples.

        Args:
            part: What to predict.
            name: What a person sees it called.
        """
        on_features = self._pretrained and self._reads_features
        model = self._answering.get(on_features) or self._fitted_model(on_features)
        self._answering[on_features] = model
        rows = (self._from_features if on_features else self._from_inputs)(part, name)
        if on_features:
            self._plain_passes += len(part.ids)
        with no_word_of_retracing():
            return answers(model, self.objective, rows, self._batch_size, self.jit_compile)

    @property
    def ran_on_features(self) -> bool:
        """Whether all phases so far ran on cached features: another head would be cheap."""
        return self._only_head_ran

    @property
    def passes(self) -> dict[str, int]:
        """Examples that went through the frozen backbone, were reused, and were saved.

        Saved is against a loop without a cache, which passes train and validation through the
        backbone in every epoch. What an interrupted process had done until its last state is in.
        """
        done = self._passes()
        saved = max(0, self._plain_passes - done.computed)
        return {"computed": done.computed, "reused": done.reused, "saved": saved}

    @property
    def padding(self) -> float | None:
        """Share of the positions that went through the backbone which were padding.

        `None` when nothing went through it, or when its inputs have no lengths.
        """
        everything = Padding()
        everything.join(self._padding)
        everything.join(self.cache.padding)
        return everything.share

    def _passes(self) -> Passes:
        done = [self.cache.passes, self._passes_before]
        done += [] if self._augmented is None else [self._augmented.passes]
        return Passes(sum(one.computed for one in done), sum(one.reused for one in done))

    def _callbacks(
        self, number: int, phase: Phase, log: Path | None
    ) -> list[keras.callbacks.Callback]:
        progress = self.step(f"Phase {number}: {phase.freezing}", "epochs")
        told: list[keras.callbacks.Callback] = [EpochProgress(progress, self.objective.monitor)]
        if log is not None:
            told.append(JsonLines(log, phase=str(phase.freezing)))
        return [*told, *self.callbacks]

    def _fitted_model(self, on_features: bool) -> keras.Model:
        """A model of the same layers, so that `self.model` is saved without training state."""
        model = self.model.get_layer("head") if on_features else self.model
        return keras.Model(model.input, model.output)

    def features(self, part: Part, name: str) -> NDArray[np.float32]:
        """Returns the frozen features of a part; call it before weights of the backbone move.

        Args:
            part: What to compute.
            name: What a person sees it called.
        """
        # Shown once a part: validation is asked for by every phase, and is in the cache by then.
        progress = None if name in self._shown else self.step(f"Features of {name}", "examples")
        self._shown.add(name)
        return self.cache.features(part.ids, part.values.tolist(), progress)

    def _from_features(self, part: Part, name: str) -> Examples:
        return examples.from_features(self.features(part, name), part.labels)

    def _from_inputs(self, part: Part, name: str) -> Examples:
        found = examples.from_inputs(
            part.values.tolist(), part.labels, self.backbone.preprocess, round_up_finely
        )
        return dataclasses.replace(found, by_position=part.by_position)


def _values_of(backbone: Backbone) -> tuple[tuple[keras.Variable, NDArray[Any]], ...]:
    return tuple(
        (variable, np.array(variable.numpy()))
        for block in backbone.blocks
        for layer in block.layers
        for variable in layer.weights
    )


def _reseed(model: keras.Model, seed: int) -> None:
    """Starts every dropout anew: otherwise a backbone's would depend on when it was loaded."""
    generators = {
        id(generator): generator
        for layer in model._flatten_layers()
        for generator in layer._seed_generators
    }
    for index, generator in enumerate(generators.values()):
        generator.state.assign(np.array([seeds.child(seed, str(index)), 0]))


def _to_json(result: PhaseResult) -> dict[str, Any]:
    return {**vars(result), "phase": str(result.phase)}


def _from_json(saved: dict[str, Any]) -> PhaseResult:
    made = phase_of_call(call_string.parse(saved["phase"]))
    return PhaseResult(**{**saved, "phase": made})
