"""`tfhub://` from handle to taps, against the module asked by hand; and through a whole run."""

import csv
import shutil

import numpy as np
import pytest
import tensorflow as tf

import ftkeras
from ftkeras import handles, run
from ftkeras.backbones import load_backbone, preprocessing, random_twin, trusting
from ftkeras.backbones.saved_model.digest import digest
from ftkeras.call_string import Call
from ftkeras.errors import UserError
from ftkeras.handles import Handle
from ftkeras.model import freeze
from ftkeras.training.feature_cache import FeatureCache
from tests.backbones import made_saved_models as made

TEXTS = ["good film", "a bad bad film", "good", "one two three four five six"]


def pictures(count=3):
    return list(np.random.default_rng(0).integers(0, 256, (count, 8, 8, 3), "uint8"))


def asked(backbone, values):
    """The taps of raw inputs, as arrays."""
    arrays = backbone.preprocess(values).arrays
    inputs = arrays if len(arrays) > 1 else next(iter(arrays.values()))
    inputs = tf.constant(inputs) if not isinstance(inputs, dict) else inputs
    return {name: np.asarray(tap) for name, tap in backbone.model(inputs).items()}


def test_strings_go_in_as_they_are(saved_models):
    backbone = load_backbone(f"tfhub://{saved_models.embedding}")
    expected = made.embed_by_hand(TEXTS, saved_models.modules.embedding.vectors.numpy())
    assert backbone.taps == ("pooled",)
    np.testing.assert_allclose(asked(backbone, TEXTS)["pooled"], expected, atol=1e-6)


def test_an_encoder_gets_the_tokens_of_its_preprocessor(saved_models):
    backbone = load_backbone(saved_models.encoder, preprocessor=saved_models.preprocessor)
    modules = saved_models.modules
    inputs = modules.preprocessor(tf.constant(TEXTS))
    outputs = modules.encoder(inputs)
    sequence, mask = outputs["sequence_output"].numpy(), inputs["input_mask"].numpy()[..., None]
    assert backbone.taps == ("mean_pooled", "class_token", "pooled", "sequence")
    found = asked(backbone, TEXTS)
    mean = (sequence * mask).sum(1) / mask.sum(1)
    np.testing.assert_allclose(found["mean_pooled"], mean, atol=1e-6)
    np.testing.assert_allclose(found["class_token"], sequence[:, 0], atol=1e-6)
    np.testing.assert_allclose(found["pooled"], outputs["pooled_output"], atol=1e-6)
    encoded = backbone.preprocess(TEXTS)
    assert encoded.lengths.tolist() == [4, 6, 3, 8]
    assert encoded.arrays["input_mask"].shape == (4, 8)  # not 16: the rest is empty


def test_the_sequence_length_is_the_preprocessors_unless_given(saved_models):
    settings = {"preprocessor": saved_models.preprocessor}
    assert load_backbone(saved_models.encoder, **settings).preprocess.sequence_length == 16
    short = load_backbone(saved_models.encoder, sequence_length=4, **settings).preprocess(TEXTS)
    ids = saved_models.modules.preprocessor.tokenize(tf.constant(TEXTS[3:])).to_list()[0]
    assert short.arrays["input_word_ids"][3].tolist() == [1, ids[0][0], ids[1][0], 2]


def test_an_encoder_of_fixed_length_gets_that_length(saved_models, tmp_path):
    directory = made.save(made.Encoder(length=12), tmp_path / "fixed")
    backbone = load_backbone(directory, preprocessor=saved_models.preprocessor)
    encoded = backbone.preprocess(TEXTS)
    assert encoded.lengths is None
    assert encoded.arrays["input_mask"].shape == (4, 12)
    assert asked(backbone, TEXTS)["mean_pooled"].shape == (4, made.WIDTH)
    with pytest.raises(UserError, match="Expected sequence_length=12"):
        load_backbone(directory, preprocessor=saved_models.preprocessor, sequence_length=8)


def test_pixels_are_scaled_from_0_to_1_at_the_signatures_size(saved_models):
    backbone = load_backbone(saved_models.images)
    expected = saved_models.modules.images(tf.constant(np.stack(pictures()) / 255.0, "float32"))
    assert backbone.preprocess.size == (8, 8)
    np.testing.assert_allclose(asked(backbone, pictures())["pooled"], expected, atol=1e-5)
    wide = load_backbone(saved_models.images, pixel_range=(-1, 1))
    expected = saved_models.modules.images(tf.constant(np.stack(pictures()) / 127.5 - 1, "float32"))
    np.testing.assert_allclose(asked(wide, pictures())["pooled"], expected, atol=1e-5)


def test_a_model_of_open_size_must_be_given_one(tmp_path):
    directory = made.save(made.ImageFeatures(size=None), tmp_path / "open")
    with pytest.raises(UserError, match="image_size=None"):
        load_backbone(directory)
    backbone = load_backbone(directory, image_size=12)
    assert asked(backbone, pictures())["pooled"].shape == (3, made.WIDTH)


def test_a_feature_map_is_tapped_and_pooled(tmp_path):
    exported = tf.train.Checkpoint()
    exported.__call__ = tf.function(
        lambda images: tf.cast(images, tf.float32)[:, ::2, ::2],
        input_signature=[tf.TensorSpec([None, 8, 8, 3], tf.uint8)])  # fmt: skip
    tf.saved_model.save(exported, str(tmp_path / "map"))
    backbone = load_backbone(str(tmp_path / "map"))
    found, half = asked(backbone, pictures()), np.stack(pictures())[:, ::2, ::2]
    assert backbone.taps == ("pooled", "feature_map")
    np.testing.assert_array_equal(found["feature_map"], half)  # bytes are not scaled
    np.testing.assert_allclose(found["pooled"], half.mean((1, 2)), rtol=1e-5)


def test_blocks_hold_every_weight_that_trains_once_in_order(saved_models):
    backbone = load_backbone(saved_models.encoder, preprocessor=saved_models.preprocessor)
    assert [block.name for block in backbone.blocks] == ["embeddings", "layer_0", "layer_1"]
    found = [id(w) for block in backbone.blocks for layer in block.layers for w in layer.weights]
    assert sorted(found) == sorted(id(weight) for weight in backbone.model.weights)


def test_freezing_rules_move_the_blocks(saved_models):
    backbone = load_backbone(saved_models.images)
    for rule, trained in [("linear_probe()", 0), ("top_blocks(count=1)", 3), ("everything()", 6)]:
        call = Call(rule.partition("(")[0], {"count": 1} if "count" in rule else {})
        freeze(backbone, call)
        assert len(backbone.model.trainable_variables) == trained, rule


@pytest.mark.parametrize("kind", ["signature"])
def test_what_can_only_be_used_frozen_has_no_blocks(saved_models, kind):
    backbone = load_backbone(getattr(saved_models, kind))
    assert backbone.blocks == ()
    freeze(backbone, Call("linear_probe"))
    with pytest.raises(UserError, match="Use linear_probe"):
        freeze(backbone, Call("everything"))


def test_the_fingerprint_is_of_what_is_computed(saved_models, tmp_path):
    one = load_backbone(saved_models.images)
    moved = load_backbone(str(shutil.copytree(saved_models.images, tmp_path / "elsewhere")))
    scaled = load_backbone(saved_models.images, pixel_range=(-1, 1))
    assert one.fingerprint == moved.fingerprint != scaled.fingerprint


def test_a_random_twin_has_none_of_the_pretrained_weights(saved_models):
    backbone = load_backbone(saved_models.images)
    twin, again = random_twin(backbone, seed=1), random_twin(backbone, seed=1)
    assert [block.name for block in twin.blocks] == [block.name for block in backbone.blocks]
    for old, new, same in zip(backbone.model.get_weights(), twin.model.get_weights(),
                              again.model.get_weights(), strict=True):  # fmt: skip
        assert old.std() == 0 or not np.array_equal(old, new)
        np.testing.assert_array_equal(new, same)
    assert twin.fingerprint == again.fingerprint != backbone.fingerprint
    freeze(twin, Call("everything"))
    assert len(twin.model.trainable_variables) == 6


def test_preprocessing_is_built_again_when_it_is_trusted(saved_models, tmp_path):
    preprocess = load_backbone(
        saved_models.encoder, preprocessor=saved_models.preprocessor, sequence_length=5
    ).preprocess
    preprocess.save(tmp_path)
    with pytest.raises(UserError, match=f"sha256={preprocess.sha256}, which is not on the list"):
        preprocessing.load(tmp_path)
    with trusting(preprocess.sha256):
        again = preprocessing.load(tmp_path)
    assert again.config == preprocess.config
    for name, array in preprocess(TEXTS).arrays.items():
        np.testing.assert_array_equal(again(TEXTS).arrays[name], array)


def test_raw_text_is_built_again(tmp_path):
    from ftkeras.backbones.preprocessing.raw_text import RawText

    RawText("words").save(tmp_path)
    again = preprocessing.load(tmp_path)
    assert again(TEXTS).arrays["words"].tolist() == TEXTS
    assert again.sizes(TEXTS).tolist() == [len(text) for text in TEXTS]


@pytest.mark.parametrize(
    ("kind", "settings", "says"),
    [
        ("encoder", {}, "preprocessor=None"),
        ("encoder", {"preprocessor": "embedding"}, "Take the one that the encoder's page names"),
        ("encoder", {"preprocessor": "preprocessor", "image_size": 8}, "image_size=8"),
        ("embedding", {"sequence_length": 8}, "sequence_length=8"),
        ("images", {"preprocessor": "preprocessor"}, "preprocessor="),
        ("images", {"signature": "no"}, "signature='no'"),
        ("tf1", {}, "Expected a SavedModel of texts"),
    ],
)
def test_what_does_not_fit_is_a_clear_error(saved_models, kind, settings, says):
    if "preprocessor" in settings:
        settings = {**settings, "preprocessor": getattr(saved_models, settings["preprocessor"])}
    with pytest.raises(UserError, match=says):
        load_backbone(getattr(saved_models, kind), **settings)


def test_handles_of_saved_models_are_recognised(saved_models, tmp_path):
    archive = tmp_path / "model.tar.gz"
    archive.touch()
    for text in (saved_models.images, str(archive)):
        assert handles.parse(text) == Handle("tfhub", text)
    for address in ("https://tfhub.dev/google/nnlm-en-dim50/2", "gs://bucket/model"):
        assert handles.parse(address) == Handle("tfhub", address)
        assert handles.parse(str(handles.parse(address))) == Handle("tfhub", address)


def test_frozen_features_are_computed_once(saved_models, tmp_path):
    cache = FeatureCache(tmp_path, load_backbone(saved_models.embedding), "pooled")
    ids = np.array([f"id {index}" for index in range(len(TEXTS))])
    expected = made.embed_by_hand(TEXTS, saved_models.modules.embedding.vectors.numpy())
    for _ in range(2):
        np.testing.assert_allclose(cache.features(ids, TEXTS), expected, atol=1e-6)
    assert (cache.passes.computed, cache.passes.reused) == (4, 4)


def reviews(path, count, first=0):
    """Texts whose label is whether they hold the word good."""
    generator = np.random.default_rng(first)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        for index in range(first, first + count):
            others = generator.choice(["film", "the", "a", "it", "was"], 3)
            word = "good" if index % 2 else "bad"
            writer.writerow([f"{word} {' '.join(others)} {index}", ["no", "yes"][index % 2]])
    return f"--data=csv(path={str(path)!r})"


@pytest.mark.slow
def test_a_run_from_flags_to_answers(saved_models, tmp_path, capsys):
    directory = tmp_path / "run"
    status = run.main([
        f"--backbone=tfhub://{saved_models.encoder}", f"--preprocessor={saved_models.preprocessor}",
        "--phase=linear_probe(epochs=2)", "--phase=top_blocks(count=1, epochs=1, learning_rate=0.01)",
        "--phase=everything(epochs=2, learning_rate=0.01)", f"--cache_dir={tmp_path / 'cache'}",
        "--task=binary", f"--run_dir={directory}", reviews(tmp_path / "a.csv", 120)])  # fmt: skip
    assert status == 0, capsys.readouterr().err
    digests = [digest(saved_models.encoder), digest(saved_models.preprocessor)]
    with pytest.raises(UserError, match="not on the list"):
        ftkeras.load(directory)
    loaded = ftkeras.load(directory, trusted=digests)
    assert loaded.logits(["good film the a 7", "bad film the a 7"]).shape == (2, 1)
    with trusting(*digests):
        continued = load_backbone(f"keras://{directory / 'model.keras'}")
    assert [block.name for block in continued.blocks] == ["embeddings", "layer_0", "layer_1"]
    freeze(continued, Call("top_blocks", {"count": 1}))
    assert len(continued.model.trainable_variables) == 2
    again = ["--mode=evaluate", f"--run_dir={directory}", reviews(tmp_path / "b.csv", 40, 1000)]
    assert run.main(again) == 2
    assert "FTKERAS_TRUSTED_SAVED_MODELS" in capsys.readouterr().err
    described = ["--mode=describe_backbone", f"--backbone={directory / 'model.keras'}"]
    described.append("--cost=recorded")
    assert run.main(described) == 2
    assert run.main([*described, *(f"--trust={one}" for one in digests)]) == 0
    assert run.main([*again, *(f"--trust={one}" for one in digests)]) == 0
