"""The cheapest inputs that give a phase the same result: features, hidden states, or inputs."""

import dataclasses
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.backbone import Backbone, Block
from ftkeras.contracts.phase import Phase
from ftkeras.data.lazy_column import listed
from ftkeras.message import message, term
from ftkeras.training import examples
from ftkeras.training.examples import Examples
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.feature_rows import FeatureRows
from ftkeras.training.length_buckets import round_up_finely
from ftkeras.training.part import Part
from ftkeras.training.partial import PartialModel
from ftkeras.training.step import Step


@dataclass(frozen=True)
class Road:
    """What a phase is fitted on.

    Args:
        model: What to fit.
        train: Examples as it takes them, to fit the weights on.
        validation: Examples to choose the epoch on.
        on_features: Whether these are features of a frozen backbone.
        on_states: Whether these are hidden states of frozen layers, with all their digits: answers
            to them are those of the whole model.
    """

    model: keras.Model
    train: Examples
    validation: Examples
    on_features: bool
    on_states: bool = False


class Roads:
    """Chooses what a phase is fitted on.

    While no weight of the backbone has moved, the head is fitted alone on cached features. A phase
    that thaws upper blocks is fitted on cached hidden states of the blocks below, one that thaws
    all of them end to end. It is the same graph all along.

    Args:
        model: Inputs to logits.
        backbone: The backbone it was built on.
        cache: Features of this backbone.
        step: Starts a step that a person sees.
    """

    def __init__(
        self, model: keras.Model, backbone: Backbone, cache: FeatureCache, step: Step
    ) -> None:
        self.model = model
        self.backbone = backbone
        self.cache = cache
        self.step = step
        self._shown: set[str] = set()

    def take(
        self,
        phase: Phase,
        thawed: tuple[Block, ...],
        train: Part,
        validation: Part,
        *,
        pretrained: bool,
    ) -> Road:
        """Returns what to fit a phase on.

        Args:
            phase: Its settings.
            thawed: Blocks that train; the model is frozen and thawed as the phase wants it.
            train: Examples the weights are fitted on.
            validation: Examples the epoch is chosen on.
            pretrained: Whether no weight of the backbone has moved yet.
        """
        on_features = pretrained and not thawed and self.reads_features
        layers = [layer for block in self.backbone.blocks for layer in block.layers]
        if on_features or all(layer.trainable for layer in layers if layer.weights):
            return Road(
                self.model_on(features=on_features),
                self.rows(train, "train", on_features=on_features),
                self.rows(validation, "validation", on_features=on_features),
                on_features,
            )
        return self._on_hidden_states(phase, train, validation)

    def _on_hidden_states(self, phase: Phase, train: Part, validation: Part) -> Road:
        directory = self.cache.path.parent / "hidden_states"
        # Hidden states would be those of examples as they are.
        storage = phase.cache if train.augment is None else "none"
        partial = PartialModel(self.model, self.backbone, directory, storage)
        parts = {"train": train, "validation": validation}
        found = partial.prepare(
            {name: (part.ids, listed(part.values), part.labels) for name, part in parts.items()},
            self.step,
        )
        found = {name: _as_part_says(rows, parts[name]) for name, rows in found.items()}
        # Rounded states do to train on; answers would differ in the third digit.
        exact = partial.on_states and storage == "float32"
        return Road(partial.model, found["train"], found["validation"], False, exact)

    @property
    def reads_features(self) -> bool:
        """Whether the head takes what the cache holds."""
        head = self.model.get_layer("head")
        taken = keras.tree.flatten(head.input)
        return len(taken) == 1 and tuple(taken[0].shape[1:]) == tuple(self.cache.key["shape"])

    def model_on(self, *, features: bool) -> keras.Model:
        """Returns a model of the same layers, so that `model` is saved without training state.

        Args:
            features: Whether it takes features, and so is the head alone.
        """
        model = self.model.get_layer("head") if features else self.model
        return keras.Model(model.input, model.output)

    def rows(self, part: Part, name: str, *, on_features: bool) -> Examples:
        """Returns the examples of a part as `model_on` takes them.

        Args:
            part: The part.
            name: What a person sees it called.
            on_features: Whether as features of the backbone.
        """
        if on_features:
            found = examples.from_features(self.features(part, name), part.labels)
            return dataclasses.replace(found, answers=part.targets)
        found = examples.from_inputs(
            listed(part.values), part.labels, self.backbone.preprocess, round_up_finely
        )
        return _as_part_says(found, part)

    def features(self, part: Part, name: str) -> NDArray[np.float32] | FeatureRows:
        """Returns the frozen features of a part; call it before weights of the backbone move.

        Those of many examples stay on disk.

        Args:
            part: What to compute.
            name: What a person sees it called.
        """
        # Shown once a part: validation is asked for by every phase, and is in the cache by then.
        title = message("Features of {name}", name=term(name))
        progress = None if name in self._shown else self.step(title, "examples")
        self._shown.add(name)
        return self.cache.rows(part.ids, listed(part.values), progress)


def _as_part_says(rows: Examples, part: Part) -> Examples:
    return dataclasses.replace(rows, by_position=part.by_position, answers=part.targets)
