"""Raw inputs to a backbone's inputs: one file a modality; `load` builds a saved one again."""

import json
from pathlib import Path

from ftkeras import catalog
from ftkeras.contracts.backbone import Preprocess
from ftkeras.errors import UserError


def load(directory: Path | str) -> Preprocess:
    """Builds preprocessing again from the directory that its `save` wrote.

    The pretrained weights it came with are not needed: settings are JSON, the vocabulary is
    beside them.

    Args:
        directory: The directory that was given to `save`.

    Raises:
        UserError: The directory holds no preprocessing, or it was altered.
    """
    path = Path(directory) / "preprocess.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        modality = config["modality"]  # some modalities have several kinds
        kind = catalog.find("backbones/preprocessing", config.get("kind", modality))
        preprocess: Preprocess = kind.load(config, Path(directory))
    except UserError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            "Expected a directory that a run saved its preprocessing to. Received: "
            f"{path} ({type(error).__name__}: {error}). Give the run's directory, or restore it."
        ) from error
    return preprocess
