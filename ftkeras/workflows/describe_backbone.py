"""Says what a backbone is, takes, gives and costs, and trains nothing."""

import statistics
import time
from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.backbones.preprocessing.image import Image
from ftkeras.backbones.preprocessing.log_mel import LogMel
from ftkeras.config import RunConfig
from ftkeras.contracts.backbone import Backbone, Composed, Preprocess
from ftkeras.contracts.backbone_description import BackboneDescription
from ftkeras.message import Message, joined, message
from ftkeras.model import choose_tap, features_model
from ftkeras.report import backbone_card
from ftkeras.workflows import _flops, _frozen, _licence, _memory

REQUIRED = ("backbone",)
_EXAMPLES, _REPEATS = 16, 5
_SECONDS, _RATE = 5, 16_000
_WORDS = 32


def describe_backbone(config: RunConfig) -> BackboneDescription:
    """Loads a backbone, measures it on made-up examples, and prints a table.

    Args:
        config: `backbone`, and `sequence_length`, `image_size` or `preprocessor` if need be.

    Returns:
        What was found and measured.

    Raises:
        UserError: The backbone cannot be loaded.
    """
    with _probe(config) as probe:
        backbone = _frozen.load(config, None)
        arrays, made_up = _made_up(backbone)
        # First, so that nothing else computes meanwhile.
        extractor = features_model(backbone, choose_tap(backbone, config.tap))
        memory = probe.measured(extractor, arrays) if probe else _memory.unmeasured(extractor)
    inputs = arrays if isinstance(backbone.model.input, dict) else next(iter(arrays.values()))
    seconds = _seconds(backbone.model, inputs)
    counted = _flops.flops(backbone.model, inputs)
    description = BackboneDescription(
        handle=str(backbone.handle),
        fingerprint=backbone.fingerprint,
        modality=backbone.preprocess.modality,
        inputs={each.name: f"{each.shape} {each.dtype}" for each in backbone.model.inputs},
        taps={name: str(backbone.model.output[name].shape) for name in backbone.taps},
        blocks={
            block.name: sum(layer.count_params() for layer in block.layers)
            for block in backbone.blocks
        },
        parameters=backbone.model.count_params(),
        memory=memory,
        flops=None if counted is None else counted // _EXAMPLES,
        flops_missing=_flops.missing() if counted is None else "",
        examples_per_second=_EXAMPLES / seconds,
        measured=made_up,
        licence=_licence.licence(backbone.handle),
    )
    backbone_card.show(description)
    return description


def _probe(config: RunConfig) -> AbstractContextManager[_memory.Probe | None]:
    return nullcontext() if config.cost == "recorded" else _memory.Probe()


def _made_up(backbone: Backbone) -> tuple[dict[str, NDArray[Any]], str]:
    """One batch of a size people often have, and what it is."""
    values, what = _values(backbone.preprocess)
    told = message("a batch of {count} {what}", count=_EXAMPLES, what=what)
    return backbone.preprocess(values).arrays, told


def _values(preprocess: Preprocess) -> tuple[list[Any], Message]:
    """Inputs for a preprocessing, and what they are."""
    if preprocess.modality == "multimodal":
        parts = {name: _values(part) for name, part in cast(Composed, preprocess).parts.items()}
        rows = zip(*(values for values, _ in parts.values()), strict=True)
        told = joined([what for _, what in parts.values()], " beside ")
        return [dict(zip(parts, row, strict=True)) for row in rows], told
    if isinstance(preprocess, Image):
        height, width = preprocess.size
        noise = np.random.default_rng(0).integers(0, 256, (_EXAMPLES, height, width, 3), "uint8")
        told = message("pictures of {height} x {width} pixels", height=height, width=width)
        return list(noise), told
    if preprocess.modality == "audio":
        longest = preprocess.config["seconds"]
        seconds = min(_SECONDS, longest)
        heard = np.random.default_rng(0).normal(scale=0.1, size=int(seconds * _RATE))
        told = message("sounds of {seconds:g} s", seconds=seconds)
        if isinstance(preprocess, LogMel):
            told = message(
                "sounds of {seconds:g} s, each in a window of {longest:g} s",
                seconds=seconds,
                longest=longest,
            )
        return [(heard, _RATE)] * _EXAMPLES, told
    if preprocess.modality == "words":
        return [("word",) * _WORDS] * _EXAMPLES, message("texts of {count} words", count=_WORDS)
    text = " ".join(["word"] * _WORDS)
    if preprocess.modality == "text_pair":
        told = message("pairs of texts of {count} words", count=_WORDS)
        return [(text, text)] * _EXAMPLES, told
    return [text] * _EXAMPLES, message("texts of {count} words", count=_WORDS)


def _seconds(model: keras.Model, inputs: Any) -> float:
    """Median wall time of one batch; the first, in which graphs are made, is left out."""
    taken = []
    for _ in range(_REPEATS + 1):
        started = time.perf_counter()
        model.predict_on_batch(inputs)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken[1:])
