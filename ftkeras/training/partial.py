"""Training the upper part of a model on what its frozen lower part gave, computed once."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras import graph
from ftkeras.contracts.backbone import Backbone, Encoded
from ftkeras.training import examples
from ftkeras.training.examples import Examples
from ftkeras.training.hidden_states import HiddenStates, States, lengths_of
from ftkeras.training.length_buckets import round_up

# How far an answer on cached states may be from one on inputs, by what is kept of each number.
_TOLERANCE = {"float32": 1e-4, "float16": 2e-2}
_CHECKED = 8
# Heads of positions say numbers beyond this at padding; no answer is that large.
_BEYOND_ANSWERS = 1e4

_log = logging.getLogger(__name__)


class PartialModel:
    """A model whose frozen lower part is never run twice on the same example, where that can be.

    The model is cut at the deepest place below which nothing is trained. If the hidden states at
    the cut can be kept (they belong to single examples, there is room, and answers on a few
    examples agree with those of the whole), `model` is the upper part alone and takes them.
    Otherwise it is the whole, its lower part always in inference mode: the same numbers, slower.

    Args:
        model: Inputs to logits, frozen and thawed as the phase wants it.
        backbone: What it was built on.
        directory: Where hidden states are kept.
        storage: `float32`, `float16` or `none`.
    """

    def __init__(
        self, model: keras.Model, backbone: Backbone, directory: Path, storage: str
    ) -> None:
        self.backbone = backbone
        self.storage = storage
        self._whole = graph.inlined(model)
        self.halves = graph.cut(self._whole)
        self.model = graph.joined(self.halves, self._whole)
        self._states: HiddenStates | None = None
        if storage != "none" and _worth_it(self.halves, backbone):
            states = HiddenStates(directory, self.halves, backbone, storage)
            self._states = states if states.possible else None

    @property
    def on_states(self) -> bool:
        """Whether `model` takes hidden states."""
        return self._states is not None

    def prepare(
        self,
        parts: dict[str, tuple[NDArray[np.str_], list[Any], NDArray[np.int64]]],
        step: Callable[[str, str], Callable[..., Any]],
    ) -> dict[str, Examples]:
        """Returns the examples of each part, as `model` takes them.

        Args:
            parts: Name -> ids, raw inputs and labels.
            step: Starts what a person sees: the name says how large the states are.
        """
        encoded = {name: self._encoded(values) for name, (_, values, _) in parts.items()}
        lengths = {
            name: lengths_of(encoded[name], len(values)) for name, (_, values, _) in parts.items()
        }
        states = self._states
        if states is not None:
            sizes = {name: states.size(of_part) for name, of_part in lengths.items()}
            if not states.fits(sum(sizes.values())):
                _log.warning(
                    "Hidden states of %s MB do not fit; the frozen layers run in every epoch.",
                    f"{sum(sizes.values()) / 1e6:,.0f}",
                )
                states = self._states = None
        found: dict[str, Examples] = {}
        for name, (ids, values, labels) in parts.items():
            if states is not None:
                title = f"Hidden states of {name} ({sizes[name] / 1e6:,.1f} MB)"
                kept = states.states(list(ids), values, lengths[name], step(title, "examples"))
                if self._agree(kept, values, encoded[name]):
                    found[name] = examples.from_states(
                        kept.take, labels, encoded[name], self.halves.passed, round_up
                    )
                    continue
                _log.warning(
                    "Answers on cached hidden states differ from those on inputs, so padding "
                    "matters to this backbone; the frozen layers run in every epoch."
                )
                self._states = None
                return self.prepare(parts, step)
            found[name] = examples.from_inputs(values, labels, self.backbone.preprocess, round_up)
        if states is not None:
            self.model = self.halves.moving
        return found

    def _encoded(self, values: list[Any]) -> Encoded | None:
        is_text = self.backbone.preprocess.modality == "text"
        return self.backbone.preprocess(values) if is_text and self._states is not None else None

    def _agree(self, states: States, values: list[Any], encoded: Encoded | None) -> bool:
        """Whether a few examples, among them the shortest and the longest, are answered alike."""
        order = np.argsort(states.lengths, kind="stable")
        rows = order[np.linspace(0, len(order) - 1, min(_CHECKED, len(order))).astype("int64")]
        if encoded is None:
            inputs = self.backbone.preprocess([values[row] for row in rows]).arrays
            longest = 1
        else:
            longest = round_up(int(states.lengths[rows].max()))
            inputs = encoded.take(rows, longest if encoded.lengths is not None else None)
            longest = next(iter(inputs.values())).shape[-1]
        given = {**states.take(rows, longest), **{n: inputs[n] for n in self.halves.passed}}
        single = isinstance(self._whole.input, dict)
        direct = self._whole(inputs if single else next(iter(inputs.values())), training=False)
        difference = np.abs(np.asarray(self.halves.moving(given, training=False)) - direct)
        sizes = np.abs(np.asarray(direct))
        largest = sizes.max(initial=0, where=sizes < _BEYOND_ANSWERS)
        bound = _TOLERANCE[self.storage] * (1 + largest)
        return bool(difference.max() <= bound)


def _worth_it(halves: graph.Halves, backbone: Backbone) -> bool:
    """Whether more is frozen below the cut than the first block: embeddings cost nothing to run."""
    if halves.frozen is None:
        return False
    below = {id(layer) for layer in halves.frozen.layers}
    weighty = [layer for block in backbone.blocks for layer in block.layers if layer.weights]
    return all(id(layer) in below for layer in weighty) or any(
        id(layer) in below and layer.weights
        for block in backbone.blocks[1:]
        for layer in block.layers
    )
