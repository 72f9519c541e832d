"""Answers of saved models under the backend that the environment names: `program.py directory`."""

import sys
from pathlib import Path

import keras
import numpy as np

import ftkeras.backbones.keras

if __name__ == "__main__":
    assert ftkeras.backbones.keras.CUSTOM_LAYERS  # once imported, Keras can build them
    for path in sorted(Path(sys.argv[1]).glob("*.keras")):
        model = keras.saving.load_model(path, compile=False)
        given = dict(np.load(path.with_suffix(".npz")))
        x = given if isinstance(model.input, dict) else next(iter(given.values()))
        np.save(path.with_suffix(f".{keras.backend.backend()}.npy"), np.asarray(model(x)))
