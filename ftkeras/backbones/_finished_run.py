"""A finished run's `model.keras` as a backbone: its own preprocessing lies beside it."""

from pathlib import Path
from typing import cast

import keras

from ftkeras.backbones import _blocks, preprocessing
from ftkeras.backbones._fingerprint import fingerprint
from ftkeras.contracts.backbone import Backbone, Block, Composed, Preprocess
from ftkeras.errors import UserError
from ftkeras.handles import Handle

_EXTRACTOR = "backbone"
_SIDE_BY_SIDE = "side_by_side"  # what `multimodal://` calls the features of its parts together
_LAYER_MEANS = "layer_means"  # what `model.py` calls the means of each block
_TAPS = {2: "pooled", 3: "sequence", 4: "feature_map"}


def preprocessing_beside(path: Path) -> Path | None:
    """Returns the directory with the run's preprocessing, or `None` for any other model file."""
    directory = path.parent / "preprocessing"
    return directory if (directory / "preprocess.json").is_file() else None


def continued(handle: Handle, model: keras.Model, directory: Path) -> Backbone:
    """Returns what a run fine-tuned, without the head, to be fine-tuned further.

    Its taps are those the run used, most often one. Of a composition of several backbones it is
    known how many of the features are those of each, and its blocks are paired from the top, as
    they were.

    Args:
        handle: `keras://<run>/model.keras`.
        model: The loaded model.
        directory: Where the run saved its preprocessing.

    Raises:
        UserError: The model has no part named `backbone`.
    """
    extractor = next((layer for layer in model.layers if layer.name == _EXTRACTOR), None)
    if not isinstance(extractor, keras.Model):
        raise UserError(
            f"Expected a model that finetune wrote, with a part named {_EXTRACTOR!r}. Received: "
            f"{handle}, whose parts are {', '.join(layer.name for layer in model.layers)}. "
            f"Move the file away from {directory}, or give the run's own model.keras."
        )
    preprocess = preprocessing.load(directory)
    taps = _taps(extractor)
    whole = keras.Model(extractor.input, taps, name="backbone")
    return Backbone(
        handle=handle,
        model=whole,
        preprocess=preprocess,
        taps=tuple(taps),
        blocks=_blocks_of(extractor, preprocess),
        fingerprint=fingerprint(whole),
        widths=tuple(int(part.shape[-1]) for part in _side_by_side(extractor)),
    )


def _taps(extractor: keras.Model) -> dict[str, keras.KerasTensor]:
    """What the head read: maps of several sizes by their names, or one tensor."""
    read = extractor.output
    if isinstance(read, dict):
        return dict(read)
    if any(layer.name == _LAYER_MEANS for layer in extractor.layers):
        return {_LAYER_MEANS: read}
    return {_TAPS[len(read.shape)]: read}


def _blocks_of(extractor: keras.Model, preprocess: Preprocess) -> tuple[Block, ...]:
    parts = [vector._keras_history.operation for vector in _side_by_side(extractor)]
    if parts and all(isinstance(part, keras.Model) for part in parts):
        kinds = {name: part.modality for name, part in cast(Composed, preprocess).parts.items()}
        return _blocks.paired({x.name: _blocks.group(x, _first(kinds[x.name])) for x in parts})
    return _blocks.group(extractor, _first(preprocess.modality))


def _first(modality: str) -> str:
    return "embeddings" if modality == "text" else "stem"


def _side_by_side(extractor: keras.Model) -> list[keras.KerasTensor]:
    """The features of the parts of a composition, in order; of anything else nothing."""
    joined = next((layer for layer in extractor.layers if layer.name == _SIDE_BY_SIDE), None)
    if joined is None or isinstance(extractor.output, dict):
        return []
    if joined.output.shape != extractor.output.shape:
        return []
    return list(joined.input)
