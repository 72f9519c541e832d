"""Training the upper part of a model on what its frozen lower part gave, computed once."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras import graph
from ftkeras.contracts.backbone import Backbone
from ftkeras.message import message, term
from ftkeras.training import encoding, examples
from ftkeras.training.encoding import Rows
from ftkeras.training.examples import Examples
from ftkeras.training.hidden_states import HiddenStates, States
from ftkeras.training.length_buckets import round_up

# How far an answer on cached states may be from one on inputs, by what is kept of each number, or
# computed with.
_TOLERANCE = {"float32": 1e-4, "float16": 2e-2, "bfloat16": 1e-1}
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
        self._whole = graph.inlined(model, open_stacks=True)
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
        parts: dict[str, tuple[NDArray[np.str_], Sequence[Any], NDArray[np.int64]]],
        step: Callable[[str, str], Callable[..., Any]],
    ) -> dict[str, Examples]:
        """Returns the examples of each part, as `model` takes them.

        Args:
            parts: Name -> ids, raw inputs and labels.
            step: Starts what a person sees: the name says how large the states are.
        """
        states = self._states
        encoded: dict[str, Rows] = {}
        if states is not None:
            preprocess = self.backbone.preprocess
            encoded = {
                name: encoding.encode(preprocess, values) for name, (_, values, _) in parts.items()
            }
            lengths = {
                name: encoding.lengths_of(rows, len(parts[name][1]))
                for name, rows in encoded.items()
            }
            sizes = {name: states.size(of_part) for name, of_part in lengths.items()}
            if not states.fits(sum(sizes.values())):
                _log.warning(
                    "Hidden states of %s MB do not fit; the frozen layers run in every epoch. "
                    "Smaller inputs, or cache='float16' in the phase, take less.",
                    f"{sum(sizes.values()) / 1e6:,.0f}",
                )
                states = self._states = None
        found: dict[str, Examples] = {}
        for name, (ids, values, labels) in parts.items():
            if states is not None:
                title = message(
                    "Hidden states of {name} ({size:,.1f} MB)",
                    name=term(name),
                    size=sizes[name] / 1e6,
                )
                kept = states.states(list(ids), values, lengths[name], step(title, "examples"))
                if self._agree(kept, encoded[name]):
                    found[name] = examples.from_states(
                        kept.take,
                        labels,
                        encoded[name],
                        self.halves.passed,
                        [column.name for column in kept.columns if column.is_ragged],
                        round_up,
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

    def _agree(self, states: States, encoded: Rows) -> bool:
        """Whether a few examples, among them the shortest and the longest, are answered alike."""
        order = np.argsort(states.lengths, kind="stable")
        rows = order[np.linspace(0, len(order) - 1, min(_CHECKED, len(order))).astype("int64")]
        longest = int(states.lengths[rows].max())
        if encoded.lengths is not None:
            longest = round_up(longest)
        inputs = encoded.take(rows, longest)
        given = {**states.take(rows, longest), **{n: inputs[n] for n in self.halves.passed}}
        single = isinstance(self._whole.input, dict)
        direct = self._whole(inputs if single else next(iter(inputs.values())), training=False)
        difference = np.abs(np.asarray(self.halves.moving(given, training=False)) - direct)
        sizes = np.abs(np.asarray(direct))
        largest = sizes.max(initial=0, where=sizes < _BEYOND_ANSWERS)
        coarsest = max(_TOLERANCE[self.storage], *(_TOLERANCE.get(t, 0.0) for t in self._types()))
        bound = coarsest * (1 + largest)
        return bool(difference.max() <= bound)

    def _types(self) -> set[str]:
        """What the layers compute with."""
        return {"float32", *(str(layer.compute_dtype) for layer in self._whole._flatten_layers())}


def _worth_it(halves: graph.Halves, backbone: Backbone) -> bool:
    """Whether more is frozen below the cut than the first block: embeddings cost nothing to run."""
    if halves.frozen is None:
        return False
    # A block may name layers inside a layer of the graph.
    below = {id(inner) for layer in halves.frozen.layers for inner in layer._flatten_layers()}
    weighty = [layer for block in backbone.blocks for layer in block.layers if layer.weights]
    return all(id(layer) in below for layer in weighty) or any(
        id(layer) in below and layer.weights
        for block in backbone.blocks[1:]
        for layer in block.layers
    )
