"""What a backbone costs, against numbers worked out by hand."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from ftkeras.backbones.preprocessing.log_mel import LogMel
from ftkeras.backbones.preprocessing.waveform import Waveform
from ftkeras.config import RunConfig
from ftkeras.handles import Handle
from ftkeras.report import backbone_card
from ftkeras.workflows import _flops, _licence
from ftkeras.workflows.describe_backbone import _values, describe_backbone
from tests.backbones import made_saved_models as made


def test_matrix_products_and_convolutions_are_counted_twice_their_multiplications():
    images = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, 2, "same")(images)  # 4 x 4 places, 3 x 3 x 3 in, 4 out
    x = layers.DepthwiseConv2D(3, padding="same")(x)  # 4 x 4 places, 4 channels, 3 x 3
    x = layers.Flatten()(layers.BatchNormalization()(x))
    model = keras.Model(images, layers.Dense(5)(x))  # 64 in, 5 out
    expected = 2 * (16 * 27 * 4 + 16 * 4 * 9 + 64 * 5)
    assert _flops.flops(model, np.zeros((1, 8, 8, 3), "float32")) == expected
    assert _flops.flops(model, np.zeros((3, 8, 8, 3), "float32")) == 3 * expected


def test_attention_is_counted_in_whichever_form_it_is_written():
    length, width = 6, 8
    tokens = keras.Input((None, width))
    model = keras.Model(tokens, layers.MultiHeadAttention(2, width // 2)(tokens, tokens))
    projections, products = 4 * length * width * width, 2 * length * length * width
    found = _flops.flops(model, np.zeros((1, length, width), "float32"))
    assert found == 2 * (projections + products)


def test_what_runs_inside_a_saved_model_is_counted_and_measured(tmp_path, capsys):
    directory = made.save(made.ImageFeatures(), tmp_path / "images")
    described = describe_backbone(
        RunConfig("describe_backbone", backbones=(Handle("tfhub", directory),))
    )
    memory = described.memory
    assert memory.weight_bytes == 4 * 284
    assert memory.trained_bytes == 4 * (284 - 16)  # all but running means and variances
    for passed in (memory.one, memory.many, memory.training):
        assert passed.missing == ""
        assert 0 <= passed.added_bytes < 50 * 2**20
    said = " ".join(capsys.readouterr().out.split())
    assert "weights: 1.1 KiB" in said
    assert "--mode=finetune" in said
    assert described.flops == 2 * (4 * 4 * 27 * 4 + 2 * 2 * 36 * 4)
    assert described.parameters == 284
    assert described.taps == {"pooled": "(None, 4)"}
    assert described.blocks == {"block_0": 124, "block_1": 160}
    assert described.inputs == {"images": "(None, 8, 8, 3) float32"}
    assert described.examples_per_second > 0


def test_texts_whose_graph_cannot_be_counted_are_described_all_the_same(tmp_path, capsys):
    exported = tf.train.Checkpoint()
    exported.__call__ = tf.function(
        lambda texts: tf.ensure_shape(tf.cast(tf.strings.length(texts)[:, None], "float32"), [None, 1]),
        input_signature=[tf.TensorSpec([None], tf.string)])  # fmt: skip
    tf.saved_model.save(exported, str(tmp_path / "lengths"))
    handle = Handle("tfhub", str(tmp_path / "lengths"))
    described = describe_backbone(
        RunConfig("describe_backbone", backbones=(handle,), cost="recorded")
    )
    assert described.modality == "text"
    said = capsys.readouterr().out
    assert "none: it can only be used frozen" in said
    assert "not stated in its files" in said


def test_long_lists_of_blocks_are_shortened_in_the_middle(tmp_path):
    text = backbone_card._blocks({f"layer_{i}": 10 for i in range(20)})
    assert text.splitlines()[5:7] == ["layer_5: 10", "… 8 more …"]
    assert text.endswith("layer_19: 10")


@pytest.mark.parametrize(
    ("file", "content", "expected"),
    [
        ("README.md", "---\nlicense: apache-2.0\ntags: [x]\n---\nlicense: other", "apache-2.0"),
        ("README.md", "license: mit", None),
        ("LICENSE", "MIT License\n\nCopyright", "MIT License Copyright"),
        ("notes.txt", "x", None),
    ],
)
def test_the_licence_is_what_the_files_state(tmp_path, file, content, expected):
    (tmp_path / file).write_text(content)
    (tmp_path / "model.keras").touch()
    assert _licence.licence(Handle("preset", str(tmp_path))) == expected
    assert _licence.licence(Handle("keras", str(tmp_path / "model.keras"))) == expected
    assert _licence.licence(Handle("preset", "bert_tiny_en_uncased")) is None


def test_a_backbone_of_words_is_given_words(preset):
    described = describe_backbone(
        RunConfig("describe_backbone", backbones=(Handle("words", str(preset)),), cost="recorded")
    )
    assert described.modality == "words"
    assert described.taps == {"mean_pooled": "(None, 8)", "sequence": "(None, None, 8)"}
    assert described.flops > 0


@pytest.mark.parametrize(
    ("preprocess", "told", "heard"),
    [
        (LogMel(2.0, num_mels=4), "sounds of 2 s, each in a window of 2 s", 1.0),
        (LogMel(20.0, num_mels=4), "sounds of 5 s, each in a window of 20 s", 0.25),
        (Waveform(3.0), "sounds of 3 s", 1.0),
    ],
)
def test_sounds_are_told_as_long_as_they_are_heard(preprocess, told, heard):
    values, what = _values(preprocess)
    assert what == told
    assert preprocess(values[:1]).arrays["padding_mask"].mean() == pytest.approx(heard, abs=0.02)
    assert preprocess.num_truncated == 0


@pytest.mark.parametrize(
    ("count", "told"),
    [(4610, "4,610"), (4_610_000, "4.61 million"), (999_900_000, "1 billion"),
     (2_750_000_000, "2.75 billion"), (1_234_000_000_000, "1.23 trillion")],
)  # fmt: skip
def test_operations_are_told_in_the_unit_that_fits(count, told):
    assert backbone_card._flops(SimpleNamespace(flops=count, flops_missing="")) == told
