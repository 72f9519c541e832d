import json

import keras
import numpy as np

from ftkeras.callbacks.json_lines import JsonLines


def test_every_epoch_is_one_line_with_what_keras_logged(tmp_path):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    path = tmp_path / "metrics.jsonl"
    x = np.ones((4, 1))
    history = model.fit(x, x, epochs=3, callbacks=[JsonLines(path, phase="p")], verbose=0).history
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["epoch"] for line in lines] == [1, 2, 3]
    assert {line["phase"] for line in lines} == {"p"}
    np.testing.assert_allclose([line["loss"] for line in lines], history["loss"], rtol=1e-6)
