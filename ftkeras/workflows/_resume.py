"""A run that is killed goes on from where it was, when the same command is given again."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras

from ftkeras.config import RunConfig
from ftkeras.contracts.backbone import Backbone
from ftkeras.errors import UserError
from ftkeras.training.checkpoint import Checkpoint
from ftkeras.workflows import _versions
from ftkeras.workflows._prepared_data import PreparedData

# What changes where things are written, and no number.
_PLACES = ("run_dir", "cache_dir", "language")


@contextmanager
def going_on(config: RunConfig, backbone: Backbone, data: PreparedData) -> Iterator[Checkpoint]:
    """Yields the checkpoint of a run: a hidden directory beside `run_dir`.

    It is kept when the block is interrupted or killed, and deleted when it fails by a mistake of
    the user, who will change the settings. A state of other settings, data, weights or versions is
    not taken up.

    Args:
        config: The settings.
        backbone: The backbone, as it was loaded.
        data: The data.
    """
    settings = {name: text for name, text in config.settings().items() if name not in _PLACES}
    key = {
        "settings": settings,
        "backbone": backbone.fingerprint,
        "split": data.split.digest,
        "data": data.digest,
        "versions": _versions.versions(keras.backend.backend()),
    }
    digest = hashlib.sha256(json.dumps(key, sort_keys=True, default=str).encode()).hexdigest()
    checkpoint = Checkpoint(place(config), digest)
    try:
        yield checkpoint
    except UserError:
        checkpoint.delete()
        raise


def place(config: RunConfig) -> Path:
    """Returns the directory of a run's checkpoint."""
    return config.run_dir.parent / f".{config.run_dir.name}.unfinished"


def finished(config: RunConfig) -> None:
    """Deletes the checkpoint of a run that has been written."""
    Checkpoint(place(config), "").delete()
