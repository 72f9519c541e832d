import numpy as np
import pytest

from ftkeras.call_string import Call
from ftkeras.errors import UserError
from ftkeras.heads.concatenation import Concatenation
from ftkeras.model import build_head


def test_each_part_gets_as_many_units():
    widths = (3, 5)
    parts = [np.random.default_rng(w).normal(size=(4, w)) for w in widths]
    head = build_head((8,), Call("concatenation", {"units": 6}), 2, 0, widths=widths)
    weights = {layer.name: layer.get_weights() for layer in head.layers if layer.weights}
    hidden = [
        np.maximum(part @ weights[f"part_{i}"][0] + weights[f"part_{i}"][1], 0)
        for i, part in enumerate(parts)
    ]
    kernel, bias = weights["logits"]
    expected = np.concatenate(hidden, axis=1) @ kernel + bias
    x = np.concatenate(parts, axis=1).astype("float32")
    np.testing.assert_allclose(head(x), expected, atol=1e-5)


@pytest.mark.parametrize("settings", [{"units": 0}, {"dropout": 1}])
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(UserError, match=f"{next(iter(settings))}="):
        Concatenation(**settings)
