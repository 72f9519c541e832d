"""A recipe: phases in order, each on the cheapest inputs that give the same result."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras import seeds
from ftkeras.callbacks.epoch_progress import EpochProgress
from ftkeras.callbacks.json_lines import JsonLines
from ftkeras.contracts.backbone import Backbone
from ftkeras.contracts.balance import Balanced
from ftkeras.contracts.phase import Phase
from ftkeras.data.lazy_column import listed
from ftkeras.message import message
from ftkeras.model import freeze, merge
from ftkeras.training.answering import Answering
from ftkeras.training.answers import answers
from ftkeras.training.augmented import Augmented
from ftkeras.training.checkpoint import Checkpoint, State
from ftkeras.training.examples import Examples
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.feature_rows import FeatureRows
from ftkeras.training.fit import fit_phase
from ftkeras.training.objective import Objective
from ftkeras.training.part import Part
from ftkeras.training.passes import PassCount
from ftkeras.training.phase_result import PhaseResult
from ftkeras.training.prediction import predict
from ftkeras.training.recipe_progress import RecipeProgress
from ftkeras.training.reduced_answers import reduced_answers
from ftkeras.training.retracing import no_word_of_retracing
from ftkeras.training.roads import Road, Roads
from ftkeras.training.stages import held, reseed, stages
from ftkeras.training.step import Step
from ftkeras.training.stopping import StopWithoutGain
from ftkeras.training.surroundings import Memory, Surroundings
from ftkeras.training.views import Views

__all__ = ["Part", "Recipe", "Step"]


class Recipe:
    """Runs phases over one model, and predicts with what came out.

    Each phase runs on the cheapest inputs that give the same result, see `Roads`. It is the same
    graph all along, so the head goes on from where it was.

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
        self._roads = Roads(model, backbone, cache, step)
        self._progress = RecipeProgress()
        self._passes = PassCount(cache)
        self._augmented: Augmented | None = None
        self._answering = Answering(self._roads)

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
        self._augmented = self._augmentation(train)
        self._passes.also([self._augmented] if self._augmented else [])
        listed = stages(phases, len(self.backbone.blocks))
        pretrained = held(self.backbone) if any(stage.l2_sp for stage in listed) else ()
        saved = checkpoint.load() if checkpoint is not None else None
        if saved is not None:
            self._progress.go_back(saved, self.model, self._passes, log)
        for number, phase in enumerate(listed, start=1):
            if number <= len(self.results):
                continue
            judge = stopping if number > 1 else None
            if judge is not None and self._progress.reference is None:
                whole = dataclasses.replace(validation, reduce=None)
                self._progress.reference = self.predict(whole, "validation")[0]
            weights = self.model.get_weights() if judge else []
            thawed = freeze(self.backbone, phase.freezing)
            reseed(self.model, seeds.child(seed, f"dropout/{number}"))
            road = self._road(phase, number, train, validation, thawed=thawed)
            around = Surroundings(
                callbacks=self._callbacks(number, phase, log),
                blocks=self.backbone.blocks,
                pretrained=pretrained,
                memory=self._memory(checkpoint, saved, log),
                jit_compile=self.jit_compile,
            )
            saved = None
            result = self._fitted(road, phase, balanced, around, seed, judge)
            self._passes.padding.join(road.train.padding)
            merge(self.backbone, phase.freezing)
            self._answering.after(road, validation.ids)
            if judge and not result.best_epoch:
                self.model.set_weights(weights)
            self._note(result, road, moved=bool(thawed))
            if result.look is not None and not result.look["goes_on"]:
                break

    def _road(
        self, phase: Phase, number: int, train: Part, validation: Part, *, thawed: Any
    ) -> Road:
        """What a phase is fitted on, the training part in views if it is to be seen so."""
        pretrained = self._progress.pretrained
        road = self._roads.take(phase, thawed, train, validation, pretrained=pretrained)
        if self._augmented is None:
            return road
        model, seen = self._augmented.seen(road.model, road.train, road.on_features, number)
        return dataclasses.replace(road, model=model, train=seen)

    def _fitted(
        self,
        road: Road,
        phase: Phase,
        balanced: Balanced | None,
        around: Surroundings,
        seed: int,
        judge: StopWithoutGain | None,
    ) -> PhaseResult:
        augmented = self._augmented
        with no_word_of_retracing():
            result = fit_phase(
                road.model,
                phase,
                self.objective if augmented is None else augmented.objective(self.objective),
                road.train if balanced is None else road.train.balanced(balanced),
                road.validation,
                seed=seed,
                best_before=self._progress.best,
                around=around,
            )
            if judge is None:
                return result
            return self._judged(judge, result, road.model, road.validation, seed)

    def _judged(
        self,
        stopping: StopWithoutGain,
        result: PhaseResult,
        model: keras.Model,
        validation: Examples,
        seed: int,
    ) -> PhaseResult:
        """Looks at a phase that is done; one that is to be taken back has no best epoch."""
        progress = self._progress
        if progress.reference is None:
            raise ValueError("Expected answers from before the phase. Received: none.")
        after = predict(model, validation, result.phase.batch_size)
        look = stopping.look(
            validation.labels_of(np.arange(len(validation))),
            after,
            progress.reference,
            epochs=len(result.history[self.objective.monitor]),
            seed=seeds.child(seed, f"look/{len(self.results)}"),
        )
        if look.goes_on:
            progress.reference = after
        kept = result.best_epoch if look.goes_on else 0
        return dataclasses.replace(result, look=look.as_json(), best_epoch=kept)

    def _note(self, result: PhaseResult, road: Road, *, moved: bool) -> None:
        """Keeps what a phase did."""
        progress = self._progress
        if result.best_epoch:
            progress.best = result.history[self.objective.monitor][result.best_epoch - 1]
            progress.pretrained = progress.pretrained and not moved
        progress.only_head_ran = progress.only_head_ran and road.on_features
        if road.on_features:
            train, validation = len(road.train), len(road.validation)
            epochs = len(result.history["loss"])
            self._passes.plain += epochs * (train + validation) - (result.averaged > 0) * train
        progress.results.append(result)

    def _augmentation(self, train: Part) -> Augmented | None:
        if train.augment is None:
            return None
        given = train.ids, listed(train.values), train.labels
        views = Views(*given, train.augment, train.relabel)
        place, tap = self.cache.path.parent, self.cache.key["tap"]
        return Augmented(views, train.augment, self.backbone, place, tap, self.step)

    def _memory(
        self, checkpoint: Checkpoint | None, saved: State | None, log: Path | None
    ) -> Memory | None:
        if checkpoint is None:
            return None
        return Memory(checkpoint, self._progress.to_save(self.model, self._passes, log), saved)

    def _callbacks(
        self, number: int, phase: Phase, log: Path | None
    ) -> list[keras.callbacks.Callback]:
        title = message("Phase {number}: {name}", number=number, name=str(phase.freezing))
        progress = self.step(title, "epochs")
        told: list[keras.callbacks.Callback] = [EpochProgress(progress, self.objective.monitor)]
        if log is not None:
            told.append(JsonLines(log, phase=str(phase.freezing)))
        return [*told, *self.callbacks]

    def predict(self, part: Part, name: str) -> tuple[NDArray[Any], dict[str, float]]:
        """Returns the logits of a part, and the metrics Keras streamed over the same examples.

        Of a part that says how to reduce them, they are the objects that came out. Validation is
        answered from the hidden states that the last phase read, where they were kept: what lies
        below them has not moved since, whether or not the phase was taken back.

        Args:
            part: What to predict.
            name: What a person sees it called.
        """
        on_features = self._progress.pretrained and self._roads.reads_features
        model, rows = self._answering.asked(part, name, on_features=on_features)
        if on_features:
            self._passes.plain += len(part.ids)
        with no_word_of_retracing():
            size = self._progress.batch_size
            if part.reduce is not None:
                return reduced_answers(model, self.objective, rows, size, part.reduce)
            return answers(model, self.objective, rows, size, self.jit_compile)

    def features(self, part: Part, name: str) -> NDArray[np.float32] | FeatureRows:
        """Returns the frozen features of a part; call it before weights of the backbone move.

        Args:
            part: What to compute.
            name: What a person sees it called.
        """
        return self._roads.features(part, name)

    @property
    def results(self) -> list[PhaseResult]:
        """What each phase that is done did."""
        return self._progress.results

    @property
    def ran_on_features(self) -> bool:
        """Whether all phases so far ran on cached features: another head would be cheap."""
        return self._progress.only_head_ran

    @property
    def passes(self) -> dict[str, int]:
        """Examples that went through the frozen backbone, were reused, and were saved."""
        return self._passes.as_json()

    @property
    def padding(self) -> float | None:
        """Share of the positions that went through the backbone which were padding.

        `None` when nothing went through it, or when its inputs have no lengths.
        """
        return self._passes.share_of_padding
