import keras
import pytest

from ftkeras.call_string import Call
from ftkeras.contracts.backbone import Block
from ftkeras.errors import UserError
from ftkeras.freezing.norm_and_bias import NormAndBias
from tests.freezing.thawing import fit
from tests.helpers.tiny_backbone import text_backbone

BIASES = {f"dense_{i}/bias" for i in range(2)} | {f"norm_{i}/beta" for i in range(2)}
SCALES = {f"norm_{i}/gamma" for i in range(2)}
STATISTICS = {f"norm_{i}/moving_{what}" for i in range(2) for what in ("mean", "variance")}


@pytest.mark.parametrize(("norms", "moving"), [(True, BIASES | SCALES), (False, BIASES)])
def test_biases_and_scales_move_and_all_kernels_keep_every_bit(norms, moving):
    _, moved = fit(text_backbone(), Call("norm_and_bias", {"norms": norms}))
    assert moved - STATISTICS == moving


def test_a_backbone_without_biases_is_refused():
    dense = keras.layers.Dense(2, use_bias=False)
    dense.build((None, 3))
    with pytest.raises(UserError, match="top_blocks"):
        NormAndBias()((Block("only", (dense,)),))
