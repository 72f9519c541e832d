"""Memory an example takes, against the size of the largest tensors."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from ftkeras.workflows import _memory

PROGRAM = """
import keras, numpy as np, sys
from ftkeras.workflows import _memory
images = keras.Input((64, 64, 8))
x = keras.layers.Conv2D(int(sys.argv[1]), 3, padding="same")(images)
model = keras.Model(images, keras.layers.GlobalAveragePooling2D()(x))
print(_memory.bytes_an_example(model, np.zeros((33, 64, 64, 8), "float32")))
"""


@pytest.mark.slow
@pytest.mark.skipif(not _memory._RESET.exists(), reason="the system does not tell")
@pytest.mark.parametrize("channels", [64, 512])
def test_an_example_takes_what_its_feature_map_takes(channels):
    # In a process of its own: a heap that was larger before hides what is taken now.
    command = [sys.executable, "-c", PROGRAM, str(channels)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    found = int(told.stdout.split()[-1])
    mapped, given = 4 * 64 * 64 * channels, 4 * 64 * 64 * 8
    assert 0.7 * mapped < found < 2 * mapped + 12 * given  # windows of 3 x 3 pixels may be copied


def test_where_the_system_does_not_tell_nothing_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(_memory, "_RESET", tmp_path / "no" / "such_file")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    assert _memory.bytes_an_example(model, np.zeros((4, 2), "float32")) is None
    assert _memory.bytes_an_example(model, np.zeros((1, 2), "float32")) is None
