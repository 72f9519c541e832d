import keras
import numpy as np
import pytest

from ftkeras import load_backbone
from ftkeras.backbones import preprocessing, random_twin
from ftkeras.call_string import Call
from ftkeras.errors import UserError
from ftkeras.model import build_model, features_model, freeze
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.partial import PartialModel
from tests.backbones import reference_bert
from tests.helpers import tiny_image_file
from tests.helpers.made_parts import silent
from tests.helpers.made_rows import pairs, table_rows
from tests.helpers.tiny_backbone import sentences

N = 20
IDS = np.array([str(i) for i in range(N)])


def values(n=N, seed=0):
    pixels = np.random.default_rng(seed).integers(0, 256, (n, 8, 8, 3), "uint8")
    parts = sentences(n, seed)[0], pixels, table_rows(n, seed)[0], pairs(n, seed)[0]
    names = ("text", "image", "tabular", "text_pair")
    return [dict(zip(names, row, strict=True)) for row in zip(*parts, strict=True)]


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The handle of each part's backbone."""
    directory = tmp_path_factory.mktemp("parts")
    text = reference_bert.write(directory / "text", reference_bert.random_weights())
    image = tiny_image_file.write(directory / "image.keras")
    return {"text": text, "image": f"keras://{image}", "tabular": "tabular://one_hot"}


def handle(own):
    return "multimodal://" + ",".join(f"{name}={path}" for name, path in own.items())


@pytest.fixture
def both(own):
    return load_backbone(handle(own), train=values())


def test_features_of_the_parts_stand_side_by_side(own, both):
    outputs = both.model(both.preprocess(values()).arrays)
    alone = []
    for name, path in own.items():
        mine = [value[name] for value in values()]
        given = {"train": mine} if name == "tabular" else {}
        one = load_backbone(str(path), **given)
        arrays = one.preprocess(mine).arrays
        x = arrays if isinstance(one.model.input, dict) else next(iter(arrays.values()))
        alone.append(np.asarray(one.model(x)[one.taps[0]]))
        np.testing.assert_allclose(outputs[name], alone[-1], atol=1e-6)
    np.testing.assert_allclose(outputs["side_by_side"], np.concatenate(alone, 1), atol=1e-6)
    assert both.widths == tuple(part.shape[1] for part in alone)
    assert both.taps == ("side_by_side", "text", "image", "tabular")


@pytest.mark.parametrize("tap", ["side_by_side", "image"])
def test_the_cache_holds_the_same_features(both, tap, tmp_path):
    cached = FeatureCache(tmp_path, both, tap).features(IDS, values())
    direct = features_model(both, tap)(both.preprocess(values()).arrays)
    np.testing.assert_allclose(cached, direct, atol=1e-6)


def test_the_top_blocks_of_all_parts_thaw_and_the_rest_runs_once(both, tmp_path):
    assert [block.name for block in both.blocks[-2:]] == [
        "text/transformer_layer_0 + image/block_0",
        "text/transformer_layer_1 + image/block_1",
    ]
    model = build_model(both, head="gated_fusion(units=4)")
    freeze(both, Call("top_blocks", {"count": 1}))
    partial = PartialModel(model, both, tmp_path, "float32")
    parts = {"train": (IDS, values(), np.zeros(N, "int64"))}
    found = partial.prepare(parts, silent)["train"]
    assert partial.on_states
    rows = np.array([3, 0, 7])
    direct = model(both.preprocess([values()[row] for row in rows]).arrays)
    taken = found.take(rows)
    np.testing.assert_allclose(partial.model(taken), direct, atol=1e-5)
    ranks = {name: array.ndim for name, array in taken.items()}
    assert {name: ranks[name] for name in found.ragged} == {
        "text_padding_mask": 2, "crossing_1": 3,
    }  # fmt: skip
    assert ranks["crossing_0"] == 4  # pictures have no length


def test_a_saved_model_and_its_preprocessing_answer_the_same(both, tmp_path):
    model = build_model(both, head="concatenation(units=4)")
    model.save(tmp_path / "model.keras")
    both.preprocess.save(tmp_path)
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    encoded = preprocessing.load(tmp_path)(values(5, seed=9))
    direct = model(both.preprocess(values(5, seed=9)).arrays)
    np.testing.assert_array_equal(again(encoded.arrays), direct)


def test_the_twin_and_the_fingerprint(own, both):
    assert load_backbone(handle(own), train=values()).fingerprint == both.fingerprint
    assert random_twin(both).fingerprint != both.fingerprint


@pytest.mark.slow
def test_a_pair_of_texts_can_be_a_part(own):
    both = load_backbone(f"multimodal://text_pair={own['text']},image={own['image']}")
    assert both.widths == (4 * 8, 6)
    assert "text_pair_second_token_ids" in both.preprocess(values()).arrays


@pytest.mark.parametrize(
    ("path", "given", "says"),
    [
        ("text={text}", {}, "each of two parts"),
        ("text={text},text={text}", {}, "each of two parts"),
        ("text={text},picture={image}", {}, "each of two parts"),
        ("text={text},image={text}", {}, "reads text"),
        ("text={text},tabular=tabular://one_hot", {"image_size": 8, "train": []}, "image_size=8"),
    ],
)
def test_what_fits_no_part_is_refused(own, path, given, says):
    with pytest.raises(UserError, match=says):
        load_backbone("multimodal://" + path.format(**own), **given)


def test_an_input_without_a_part_is_refused(both):
    with pytest.raises(UserError, match="value 0"):
        both.preprocess([{"text": "good"}])
