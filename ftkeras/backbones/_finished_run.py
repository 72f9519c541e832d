"""A finished run's `model.keras` as a backbone: its own preprocessing lies beside it."""

from pathlib import Path

import keras

from ftkeras.backbones import _blocks, preprocessing
from ftkeras.backbones._fingerprint import fingerprint
from ftkeras.contracts.backbone import Backbone
from ftkeras.errors import UserError
from ftkeras.handles import Handle

_EXTRACTOR = "backbone"
_TAPS = {2: "pooled", 3: "sequence", 4: "feature_map"}


def preprocessing_beside(path: Path) -> Path | None:
    """Returns the directory with the run's preprocessing, or `None` for any other model file."""
    directory = path.parent / "preprocessing"
    return directory if (directory / "preprocess.json").is_file() else None


def continued(handle: Handle, model: keras.Model, directory: Path) -> Backbone:
    """Returns what a run fine-tuned, without the head, to be fine-tuned further.

    Its one tap is the one the run used.

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
    taps = {_TAPS[len(extractor.output.shape)]: extractor.output}
    whole = keras.Model(extractor.input, taps, name="backbone")
    return Backbone(
        handle=handle,
        model=whole,
        preprocess=preprocess,
        taps=tuple(taps),
        blocks=_blocks.group(whole, "embeddings" if preprocess.modality == "text" else "stem"),
        fingerprint=fingerprint(whole),
    )
