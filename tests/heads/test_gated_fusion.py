import keras
import numpy as np
import pytest
from scipy.special import expit

from ftkeras.call_string import Call
from ftkeras.errors import UserError
from ftkeras.heads.gated_fusion import GatedFusion
from ftkeras.model import build_head, build_model
from tests.helpers.tiny_backbone import text_backbone


def by_hand(head, parts):
    """Arevalo et al. (2017), section 3.1, in float64."""
    weights = {layer.name: layer.get_weights() for layer in head.layers if layer.weights}

    def dense(name, x):
        kernel, bias = weights[name]
        return x @ kernel.astype("float64") + bias

    together = np.concatenate(parts, axis=1)
    hidden = [np.tanh(dense(f"part_{i}", part)) for i, part in enumerate(parts)]
    if len(parts) == 2:
        z = expit(dense("gate_0", together))
        fused = z * hidden[0] + (1 - z) * hidden[1]
    else:
        gates = [expit(dense(f"gate_{i}", together)) for i in range(len(parts))]
        fused = sum(z * h for z, h in zip(gates, hidden, strict=True))
    return dense("logits", fused)


@pytest.mark.parametrize("widths", [(3, 5), (3, 5, 2)])
def test_it_is_the_gated_multimodal_unit(widths, tmp_path):
    parts = [np.random.default_rng(w).normal(size=(4, w)) for w in widths]
    head = build_head((sum(widths),), Call("gated_fusion", {"units": 6}), 2, 0, widths=widths)
    x = np.concatenate(parts, axis=1).astype("float32")
    np.testing.assert_allclose(head(x), by_hand(head, parts), atol=1e-5)
    head.save(tmp_path / "head.keras")
    again = keras.saving.load_model(tmp_path / "head.keras", safe_mode=True)
    np.testing.assert_array_equal(again(x), head(x))


@pytest.mark.parametrize("head", ["gated_fusion", "concatenation"])
def test_one_backbone_has_nothing_to_join(head):
    with pytest.raises(UserError, match="features of one"):
        build_model(text_backbone(), head=head)


def test_features_of_other_widths_are_refused():
    with pytest.raises(UserError, match="Leave --tap out"):
        GatedFusion()(keras.Input((9,)), 1, (3, 5))


@pytest.mark.parametrize("settings", [{"units": 0}, {"dropout": 1}])
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(UserError, match=f"{next(iter(settings))}="):
        GatedFusion(**settings)
