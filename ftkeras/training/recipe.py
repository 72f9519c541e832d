"""A recipe: phases in order, each on the cheapest inputs that give the same result."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.callbacks.epoch_progress import EpochProgress
from ftkeras.callbacks.json_lines import JsonLines
from ftkeras.contracts.backbone import Backbone
from ftkeras.contracts.balance import Balanced
from ftkeras.contracts.phase import Phase
from ftkeras.model import freeze
from ftkeras.training import examples
from ftkeras.training.batches import Batches, for_keras
from ftkeras.training.examples import Examples
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.fit import Objective, PhaseResult, Surroundings, compile_model, fit_phase
from ftkeras.training.length_buckets import round_up
from ftkeras.training.prediction import predict

Step = Callable[[str, str], Callable[..., Any]]
"""Starts a step that a person sees: name and unit -> `progress(done, total, note)`."""


@dataclass(frozen=True)
class Part:
    """One part of a split, ready for training.

    Args:
        ids: Example ids.
        values: Raw inputs.
        labels: Class indices.
    """

    ids: NDArray[np.str_]
    values: NDArray[np.object_]
    labels: NDArray[np.int64]


class Recipe:
    """Runs phases over one model, and predicts with what came out.

    As long as no weight of the backbone has moved, everything runs on cached features: the head
    is trained alone and the backbone sees each example once. From the first phase that thaws a
    block, the whole model is trained end to end; it is the same graph, so the head goes on from
    where it was.

    Args:
        model: From `ftkeras.build_model`.
        backbone: The backbone the model was built on.
        cache: Features of this backbone.
        objective: Loss, metrics and what chooses the best epoch.
        step: Called with a name and a unit when something long begins.
        callbacks: Further Keras callbacks, the same for every phase.
    """

    def __init__(
        self,
        model: keras.Model,
        backbone: Backbone,
        cache: FeatureCache,
        objective: Objective,
        step: Step,
        callbacks: Sequence[keras.callbacks.Callback] = (),
    ) -> None:
        self.model = model
        self.backbone = backbone
        self.cache = cache
        self.objective = objective
        self.step = step
        self.callbacks = callbacks
        self.results: list[PhaseResult] = []
        self._pretrained = True
        self._batch_size = 32
        self._plain_passes = 0
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
    ) -> None:
        """Runs the phases in order; the model ends with the best weights of all of them.

        Args:
            phases: What to do.
            train: Examples the weights are fitted on.
            validation: Examples the epoch is chosen on.
            seed: Seed of data order and dropout.
            log: Where each epoch is written.
            balanced: Which examples of `train` are used, and how much each counts.
        """
        best: float | None = None
        for number, phase in enumerate(phases, start=1):
            thawed = freeze(self.backbone, phase.freezing)
            on_features = self._pretrained and not thawed
            take = self._from_features if on_features else self._from_inputs
            trained = take(train, "train")
            result = fit_phase(
                self._fitted_model(on_features),
                phase,
                self.objective,
                trained if balanced is None else trained.balanced(balanced),
                take(validation, "validation"),
                seed=seed,
                best_before=best,
                around=Surroundings(callbacks=self._callbacks(number, phase, log)),
            )
            if result.best_epoch:
                best = result.history[self.objective.monitor][result.best_epoch - 1]
                self._pretrained = on_features
            if on_features:
                epochs = len(result.history["loss"])
                self._plain_passes += epochs * (len(train.ids) + len(validation.ids))
            self._batch_size = phase.batch_size
            self.results.append(result)

    def predict(self, part: Part, name: str) -> tuple[NDArray[np.float32], dict[str, float]]:
        """Returns the logits of a part, and the metrics Keras streamed over the same examples.

        Args:
            part: What to predict.
            name: What a person sees it called.
        """
        on_features = self._pretrained
        model = self._fitted_model(on_features)
        rows = (self._from_features if on_features else self._from_inputs)(part, name)
        compile_model(model, self.objective)
        batches = Batches(rows, self._batch_size)
        streamed = model.evaluate(for_keras(batches), verbose=0, return_dict=True)
        if on_features:
            self._plain_passes += len(part.ids)
        return predict(model, rows, self._batch_size), {k: float(v) for k, v in streamed.items()}

    @property
    def passes(self) -> dict[str, int]:
        """Examples that went through the frozen backbone, were reused, and were saved.

        Saved is against a loop without a cache, which passes train and validation through the
        backbone in every epoch.
        """
        done = self.cache.passes
        saved = max(0, self._plain_passes - done.computed)
        return {"computed": done.computed, "reused": done.reused, "saved": saved}

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
        return examples.from_inputs(
            part.values.tolist(), part.labels, self.backbone.preprocess, round_up
        )
