"""The text backbone inside a backbone for pairs."""

from typing import Any

from ftkeras import catalog
from ftkeras.backbones import load_backbone
from ftkeras.contracts.backbone import Backbone
from ftkeras.errors import UserError
from ftkeras.handles import Handle


def load(handle: Handle, sequence_length: int | None, preprocessor: str | None) -> Backbone:
    """Loads a text backbone with those settings that are given.

    Raises:
        UserError: It cannot be loaded, or reads something else.
    """
    settings = {"sequence_length": sequence_length, "preprocessor": preprocessor}
    given = {name: value for name, value in settings.items() if value is not None}
    found = load_backbone(handle, **given)
    if found.preprocess.modality != "text":
        raise UserError(
            "Expected a backbone that reads texts, to be used for pairs of them. Received: "
            f"{handle}, which reads {found.preprocess.modality}. Known sources: "
            f"{', '.join(catalog.names('backbones'))}."
        )
    return found


def inputs(backbone: Backbone) -> dict[str, Any]:
    """Returns the backbone's inputs by the names its preprocessing gives them."""
    if isinstance(backbone.model.input, dict):
        return dict(backbone.model.input)
    [name] = backbone.preprocess(["word"]).arrays
    return {name: backbone.model.input}
