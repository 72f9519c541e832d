"""The frozen backbone of a run, and the features it gives to each example once."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import handles
from ftkeras.backbones import load_backbone, trusting
from ftkeras.backbones.multimodal import named_parts
from ftkeras.backbones.preprocessing.image import Image
from ftkeras.config import RunConfig
from ftkeras.contracts.backbone import Backbone
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.task import OVER_PICTURES
from ftkeras.data.lazy_column import listed
from ftkeras.data.query_lists import SUFFIX
from ftkeras.errors import UserError
from ftkeras.handles import Handle
from ftkeras.message import message, term
from ftkeras.model import choose_tap
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.marked_preprocess import Marked
from ftkeras.training.precision import in_precision
from ftkeras.training.recipe import Step
from ftkeras.workflows import _kinds


def load(
    config: RunConfig,
    modality: str | None,
    handle: Handle | None = None,
    train: Dataset | None = None,
    classifier: bool = False,
) -> Backbone:
    """Returns a backbone, with the sizes of the configuration, that reads this kind of data.

    Args:
        config: The settings.
        modality: What it has to read; `None` takes anything.
        handle: Which weights; `None` takes those of the configuration.
        classifier: Whether an image model keeps its own classifier, where it can, for its answers.
        train: The training part, for what is fitted on it (tables); `None` where there is none.

    Raises:
        UserError: The backbone cannot be loaded, or reads something else.
    """
    handle = handle or config.backbone
    if handle is None:
        raise ValueError(f"Expected a backbone. Received: config={config}.")
    handle = _composed(config, modality, handle, train)
    settings: dict[str, Any] = {
        "sequence_length": config.sequence_length,
        "image_size": config.image_size,
        "seconds": config.seconds,
    }
    if handle.scheme in ("tfhub", "two_towers", "multimodal", "lists"):
        settings["preprocessor"] = config.preprocessor
    if train is not None and handle.scheme in ("tabular", "multimodal"):
        settings["train"] = train.inputs.tolist()
    # The classifier of an application is bound to the size it was trained at.
    if classifier and (
        handle.scheme == "keras" or (handle.scheme == "application" and not config.image_size)
    ):
        settings["classifier"] = True
    given = {name: value for name, value in settings.items() if value is not None}
    with trusting(*config.trust):
        backbone = load_backbone(handle, **given)
    if modality is not None and backbone.preprocess.modality != modality:
        source = f"--data={config.data.name}" if config.data else "the data"
        raise UserError(
            f"Expected a backbone that reads {modality}, as {source} gives it. "
            f"Received: --backbone={handle}, which reads {backbone.preprocess.modality}."
        )
    if modality == "image" and _kinds.kind_of(config) in OVER_PICTURES:
        backbone = _whole_pictures(backbone)
    if config.clean:
        # The ids of examples are those of the raw texts: what keeps features must know of cleaning.
        marked = Marked(backbone.preprocess, {"cleaning": [str(call) for call in config.clean]})
        backbone = dataclasses.replace(backbone, preprocess=marked)
    return in_precision(backbone, config.precision or "float32")


def _whole_pictures(backbone: Backbone) -> Backbone:
    """What is answered for places of a picture must see all of it: nothing is cut off.

    Pictures are stretched unless the handle, or what it names, has them padded.
    """
    preprocess = backbone.preprocess
    if not isinstance(preprocess, Image) or preprocess.fit != "crop":
        return backbone
    whole = Image.load({**preprocess.config, "fit": "stretch"}, Path())
    return dataclasses.replace(backbone, preprocess=whole)


def _composed(
    config: RunConfig, modality: str | None, handle: Handle, train: Dataset | None
) -> Handle:
    """What reads single texts or pictures reads lists, words, pairs or several parts as one."""
    if modality is not None and modality.endswith(SUFFIX):
        handle = _for_lists(config, modality.removesuffix(SUFFIX), handle)
    elif modality == "words":
        handle = handle if handle.scheme in ("words", "keras") else Handle("words", str(handle))
    else:
        handle = _for_pairs(config, modality, handle)
    if modality == "multimodal" and train is not None:
        handle = _for_parts(handle, set(train.inputs[0]))
    return handle


def _for_parts(handle: Handle, parts: set[str]) -> Handle:
    """Each part of the inputs needs a backbone; a table, which has none pretrained, gets its own.

    A backbone of one part alone needs no name where there is a table beside it.
    """
    others = sorted(parts - {"tabular"})
    if handle.scheme not in ("multimodal", "keras") and len(others) == 1:
        handle = Handle("multimodal", f"{others[0]}={handle}")
    if handle.scheme != "multimodal":
        return handle
    named = set(named_parts(handle.path))
    if "tabular" in parts - named:
        handle = Handle("multimodal", f"{handle.path},tabular=tabular://one_hot")
        named.add("tabular")
    if named != parts:
        raise UserError(
            f"Expected a backbone for each part of the inputs: {', '.join(sorted(parts))}. "
            f"Received: one for {', '.join(sorted(named))}. Name what is missing, as in "
            "--backbone=image=application://…, or leave its column out of --data."
        )
    return handle


def _for_lists(config: RunConfig, modality: str, handle: Handle) -> Handle:
    """What reads one item reads lists of them; a finished run's backbone may already."""
    if handle.scheme == "lists" or (config.pair is None and handle.scheme == "keras"):
        return handle
    return Handle("lists", str(_for_pairs(config, modality, handle)))


def _for_pairs(config: RunConfig, modality: str | None, handle: Handle) -> Handle:
    """A text backbone reads pairs by one of two compositions; a finished run's may already."""
    if modality == "text_pair" and handle.scheme not in handles.PAIRS:
        if config.pair is None and handle.scheme == "keras":
            return handle
        usual = "cross_encoder" if _kinds.kind_of(config) == "spans" else handles.PAIRS[-1]
        return Handle(config.pair or usual, str(handle))
    if config.pair is not None and modality is None and handle.scheme not in handles.PAIRS:
        return Handle(config.pair, str(handle))
    if config.pair is not None and modality not in (None, "text_pair"):
        raise UserError(
            f"Expected no --pair, for the inputs are no pairs of texts. Received: "
            f"--pair={config.pair}. Name the second text, as in second_text='...', or leave it out."
        )
    return handle


def jit_compile(config: RunConfig) -> bool | str:
    """Returns what `keras.Model.compile` is told: True, False or `"auto"`."""
    return {"true": True, "false": False}.get(str(config.jit_compile), "auto")


def cache(config: RunConfig, backbone: Backbone) -> FeatureCache:
    """Returns the cache of the features that the configuration's tap of this backbone gives."""
    return FeatureCache(config.cache_dir, backbone, choose_tap(backbone, config.tap))


def features(
    cache: FeatureCache, examples: dict[str, Dataset], step: Step
) -> dict[str, NDArray[np.float32]]:
    """Returns the frozen features of each part, computing only what the cache lacks.

    Args:
        cache: Features of a backbone.
        examples: Name of a part -> its examples.
        step: Called with a name and a unit when something long begins.
    """
    found: dict[str, Any] = {}
    for name, part in examples.items():
        progress = step(message("Features of {name}", name=term(name)), "examples")
        found[name] = cache.features(part.ids, listed(part.inputs), progress)
    return found
