"""Labels by position, of pixels, and of any other shape take every road, and are gone on with."""

import dataclasses

import keras
import numpy as np
import pytest
from scipy.special import logsumexp

from ftkeras.call_string import Call
from ftkeras.contracts.phase import Phase
from ftkeras.model import build_model
from ftkeras.scores.accuracy import Accuracy
from ftkeras.training.batches import Batches, for_keras
from ftkeras.training.checkpoint import Checkpoint
from ftkeras.training.examples import Examples
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.losses.tag_cross_entropy import TagCrossEntropy
from ftkeras.training.objective import Objective
from ftkeras.training.recipe import Recipe
from ftkeras.training.stopping import StopWithoutGain
from tests.helpers.made_parts import Interrupt, part, silent
from tests.helpers.tiny_backbone import sentences, text_backbone
from tests.helpers.tiny_images import image_backbone, pictures

PROBE = Phase(Call("linear_probe"), epochs=2, learning_rate=0.02, batch_size=8)
TOP = dataclasses.replace(PROBE, freezing=Call("top_blocks", {"count": 1}), learning_rate=0.005)
WHOLE = dataclasses.replace(TOP, freezing=Call("everything"))


class Outputs:
    def __init__(self, count):
        self.count = count

    def num_outputs(self, num_classes):
        return self.count


class FarOff(keras.losses.Loss):
    """Mean square over labels of shape `(batch, 3, 2)`, of six outputs."""

    def call(self, y_true, y_pred):
        return keras.ops.mean((keras.ops.reshape(y_pred, (-1, 3, 2)) - y_true) ** 2, axis=(1, 2))


class Tags:
    """Whether a character is a vowel; texts of 20 to 40 characters, labels as wide as 64."""

    tap, head, outputs, by_position = "mean_pooled", "token_level(dropout=0.2)", 2, True
    words = 20.0

    def backbone(self):
        return text_backbone(norm=keras.layers.LayerNormalization)

    def rows(self, n, seed):
        texts = sentences(n, seed)[0]
        labels = np.full((n, 64), -1, "int64")
        for row, text in zip(labels, texts, strict=True):
            row[: len(text)] = [letter in "aeiou" for letter in text]
        return texts, labels

    def make_loss(self, smoothing):
        return TagCrossEntropy()((self.words,), smoothing)

    def loss(self, labels, logits):
        labels = labels[:, : logits.shape[1]]
        picked = np.take_along_axis(logits, np.maximum(labels, 0)[..., None], -1)[..., 0]
        each = (logsumexp(logits, axis=-1) - picked) * (labels >= 0)
        return each.sum() / self.words / len(labels)


class Pixels:
    """Whether a pixel is redder than green, of pictures of 8 x 8."""

    tap, head, outputs, by_position = "pooled", "fully_convolutional(dropout=0.2)", 2, False

    def backbone(self):
        return image_backbone()

    def rows(self, n, seed):
        images = pictures(n, seed)[0]
        return images, np.array([(x[..., 0] > x[..., 1]).astype("int64") for x in images])

    def make_loss(self, smoothing):
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def loss(self, labels, logits):
        picked = np.take_along_axis(logits, labels[..., None], -1)[..., 0]
        return (logsumexp(logits, axis=-1) - picked).mean()


class Corners:
    """Three points of two numbers each, answered by a head on pooled features."""

    tap, head, outputs, by_position = "pooled", "linear(dropout=0.2)", 6, False

    def backbone(self):
        return image_backbone()

    def rows(self, n, seed):
        images = pictures(n, seed)[0]
        return images, np.array([x[0, :3, :2] for x in images], "float32")

    def make_loss(self, smoothing):
        return FarOff()

    def loss(self, labels, logits):
        return ((logits.reshape(labels.shape) - labels) ** 2).mean()


KINDS = {"tags": Tags(), "pixels": Pixels(), "corners": Corners()}


def rows(kind, n, seed):
    return part(kind.rows, n, seed, kind.by_position)


def fit(kind, directory, phases, after=10**6, **settings):
    objective = Objective("", list, "val_loss", "min", kind.make_loss)
    backbone = kind.backbone()
    model = build_model(backbone, Outputs(kind.outputs), head=kind.head)
    cache = FeatureCache(directory, backbone, kind.tap)
    recipe = Recipe(model, backbone, cache, objective, silent,
                    [Interrupt(after)])  # fmt: skip
    recipe.fit(phases, rows(kind, 44, 1), rows(kind, 20, 2), seed=0, log=None, **settings)
    return recipe


def histories(recipe):
    return np.array([result.history["val_loss"] for result in recipe.results])


@pytest.mark.parametrize("name", ["tags", pytest.param("pixels", marks=pytest.mark.slow)])
def test_kept_hidden_states_give_the_losses_of_inputs(name, tmp_path):
    kind = KINDS[name]
    phases = [PROBE, TOP]
    kept = fit(kind, tmp_path / "kept", phases)
    computed = fit(
        kind, tmp_path / "computed", [dataclasses.replace(p, cache="none") for p in phases]
    )
    assert len([*(tmp_path / "kept/hidden_states").iterdir()]) == 4
    assert not (tmp_path / "computed/hidden_states").exists()
    np.testing.assert_allclose(histories(kept), histories(computed), atol=1e-5)


@pytest.mark.parametrize(
    "name", ["corners", *(pytest.param(k, marks=pytest.mark.slow) for k in ("tags", "pixels"))]
)
def test_every_setting_of_a_phase_takes_them(name, tmp_path):
    """Best epochs, averages, accumulation and decay; and the loss is that of the answers."""
    kind = KINDS[name]
    phases = [dataclasses.replace(PROBE, accumulate=2, swa=0.0),
              dataclasses.replace(WHOLE, epochs=3, ema=0.5, accumulate=2, layer_decay=0.9,
                                  weight_decay=0.01, clip_norm=1.0)]  # fmt: skip
    recipe = fit(kind, tmp_path, phases)
    assert [result.averaged for result in recipe.results] == [2, 0]
    assert len(recipe.results[0].history["val_loss"]) == 3
    asked = rows(kind, 24, 3)
    logits, streamed = recipe.predict(asked, "test")
    assert streamed["loss"] == pytest.approx(kind.loss(asked.labels, logits), abs=1e-5)
    validated = rows(kind, 20, 2)
    logits, _ = recipe.predict(validated, "validation")
    best = min(loss for result in recipe.results for loss in result.history["val_loss"])
    assert kind.loss(validated.labels, logits) == pytest.approx(best, abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["tags", *(pytest.param(k, marks=pytest.mark.slow) for k in ("pixels", "corners"))]
)
def test_interrupted_anywhere_it_ends_with_the_same_bits(name, tmp_path):
    """In the second epoch of a probe whose rate was found, and of all that is averaged."""
    kind = KINDS[name]
    phases = [dataclasses.replace(PROBE, find_learning_rate=True, swa=0.0),
              dataclasses.replace(WHOLE, ema=0.5, accumulate=2)]  # fmt: skip
    whole = fit(kind, tmp_path, phases)
    on_features = name == "corners"  # two returns to Python an epoch instead of six
    for after in (1, 1) if on_features else (8, 3):
        checkpoint = Checkpoint(tmp_path / "unfinished", key="one", seconds=0)
        with pytest.raises(KeyboardInterrupt):
            fit(kind, tmp_path, phases, after, checkpoint=checkpoint)
    again = fit(kind, tmp_path, phases, checkpoint=Checkpoint(tmp_path / "unfinished", key="one"))
    for a, b in zip(whole.model.variables, again.model.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy(), err_msg=a.path)
    np.testing.assert_equal(*([r.history for r in x.results] for x in (whole, again)))
    assert whole.results[0].phase == again.results[0].phase


def test_a_recipe_stops_by_a_score_of_what_stands_at_the_positions(tmp_path):
    def read(labels, outputs):
        labels = labels[:, : outputs.shape[1]]
        return labels[labels >= 0], np.diff(outputs, axis=-1)[labels >= 0]

    stopping = StopWithoutGain(Accuracy(), level=0.05, read=read)
    idle = dataclasses.replace(TOP, learning_rate=1e-12)
    recipe = fit(KINDS["tags"], tmp_path, [PROBE, idle, TOP], stopping=stopping)
    assert [result.look and result.look["goes_on"] for result in recipe.results] == [None, False]
    labels = rows(KINDS["tags"], 20, 2).labels
    assert recipe.results[1].look["num_units"] == (labels >= 0).sum()


def test_labels_at_positions_may_be_several_numbers_each():
    lengths = np.array([3, 5, 2, 4])
    labels = np.arange(4 * 9 * 2).reshape(4, 9, 2)

    def take(rows):
        return np.ones((len(rows), lengths[rows].max()), "float32")

    rows = Examples(take, labels, lengths, by_position=True)
    batches = Batches(rows, 2)
    order = batches.order()
    for index, (x, y) in enumerate(for_keras(batches)):
        taken = order[2 * index : 2 * index + 2]
        np.testing.assert_array_equal(y, labels[taken, : lengths[taken].max()])
        assert x.shape[1] == y.shape[1]
