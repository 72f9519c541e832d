"""Views of training examples, from the raw input to the weights; no other part is touched."""

import dataclasses

import keras
import numpy as np
import pytest

from ftkeras import seeds
from ftkeras.backbones.preprocessing.image import Image
from ftkeras.call_string import Call
from ftkeras.contracts.balance import Balanced
from ftkeras.contracts.phase import Phase
from ftkeras.data.augmentation.edit_words import EditWords
from ftkeras.errors import UserError
from ftkeras.metrics import suite
from ftkeras.model import build_model, features_model
from ftkeras.training import augmented
from ftkeras.training.augmented import Augmentations, HardMetrics, Views
from ftkeras.training.batches import Batches, for_keras
from ftkeras.training.examples import Examples, from_features
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.losses.cross_entropy import CrossEntropy
from ftkeras.training.losses.focal import Focal
from ftkeras.training.objective import Objective
from ftkeras.training.prediction import predict
from ftkeras.training.recipe import Part, Recipe
from tests.helpers.made_parts import silent
from tests.helpers.tiny_backbone import sentences, text_backbone
from tests.helpers.tiny_images import image_backbone

OBJECTIVE = Objective("BinaryCrossentropy(from_logits=True)", list, "val_loss", "min")
PROBE = Phase(Call("linear_probe"), epochs=4, learning_rate=0.05)
EVERYTHING = Phase(Call("everything"), epochs=2, learning_rate=0.01)
TOP = Phase(Call("top_blocks", {"count": 1}), epochs=2, learning_rate=0.01)
EDIT = Augmentations((Call("edit_words", {"delete": 0.3}),), views=3, seed=7, num_classes=2)
MIX = Augmentations((Call("flip"), Call("mix_up", {"alpha": 1.0})), views=2, seed=7, num_classes=2)


def texts(n, seed, augment=None):
    values, labels = sentences(n, seed)
    ids = np.array([f"{seed}-{i}" for i in range(n)])
    return Part(ids, np.array(values, dtype=object), labels, augment)


def pictures(n, seed, augment=None):
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 2, n)
    values = np.empty(n, object)
    for row in range(n):
        values[row] = generator.integers(0, 128, (8, 8, 3), dtype="uint8")
        values[row][..., 0] += np.uint8(100 * labels[row])
    return Part(np.array([f"{seed}-{row}" for row in range(n)]), values, labels, augment)


def views_of(part):
    return Views(part.ids, part.values.tolist(), part.labels, part.augment)


def made(backbone, tmp_path, tap="mean_pooled", objective=OBJECTIVE):
    cache = FeatureCache(tmp_path, backbone, tap)
    model = build_model(backbone, tap=tap, head=Call("linear", {"dropout": 0.0}))
    return Recipe(model, backbone, cache, objective, silent)


def image_recipe(tmp_path, objective=OBJECTIVE):
    backbone = dataclasses.replace(image_backbone(), preprocess=Image(8))
    return made(backbone, tmp_path, "pooled", objective), backbone


class Seen(keras.callbacks.Callback):
    """Notes the raw inputs that the preprocessing is given."""

    def __init__(self, backbone):
        super().__init__()
        self.inner = backbone.preprocess
        self.values = []

    def watch(self):
        outer = self

        class Watching(type(outer.inner)):
            def __call__(self, values):
                outer.values.extend(list(values))
                return super().__call__(values)

        self.inner.__class__ = Watching


def test_a_view_depends_on_seed_id_and_number_alone():
    part = texts(30, 1, EDIT)
    first = views_of(part)
    order = np.random.default_rng(0).permutation(30)[:20]
    other = Views(part.ids[order], part.values[order].tolist(), part.labels[order], EDIT)
    for place, row in enumerate(order):
        for view in range(3):
            assert first.value(row, view) == other.value(place, view)
            seed = seeds.child(EDIT.seed, f"{part.ids[row]}/{view}/0")
            expected = EditWords(delete=0.3)(part.values[row], np.random.default_rng(seed))
            assert first.value(row, view) == expected
    assert len({first.value(4, view) for view in range(30)}) > 5
    changed = views_of(dataclasses.replace(part, augment=dataclasses.replace(EDIT, seed=8)))
    assert any(first.value(row, 0) != changed.value(row, 0) for row in range(30))


def test_pairs_of_texts_have_both_texts_edited():
    pair = ("one two three four five", "six seven eight nine ten")
    seen = [Views(np.array(["a"]), [pair], np.array([0]), EDIT).value(0, v) for v in range(20)]
    for side in (0, 1):
        assert len({value[side] for value in seen}) > 5


def test_mixed_labels_are_the_shares_of_the_mixed_pixels():
    """Black for one class, white for the other: a pixel says what the label has to be."""
    values = [np.full((2, 2), 255 * (row % 2), "uint8") for row in range(8)]
    views = Views(np.array([f"{row}" for row in range(8)]), values, np.arange(8) % 2, MIX)
    shares = views.answers(np.arange(8 * 5))
    white = np.array([views.value(c % 8, c // 8).mean() / 255 for c in range(40)])
    np.testing.assert_allclose(shares[:, 1], white, atol=0.5 / 255 + 1e-6)
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    assert ((shares > 0.05) & (shares < 0.95)).all(axis=1).mean() > 0.1
    assert len({views.id_of(row, view) for row in range(8) for view in range(5)}) == 40


def test_validation_and_test_keep_every_bit(tmp_path):
    backbone = text_backbone()
    seen = Seen(backbone)
    seen.watch()
    recipe = made(backbone, tmp_path)
    train, validation, test = texts(48, 1, EDIT), texts(16, 2), texts(16, 3)
    recipe.fit([PROBE, EVERYTHING], train, validation, seed=0, log=None)
    recipe.predict(test, "test")
    others = {value for value in seen.values if value not in set(train.values)}
    allowed = {views_of(train).value(row, view) for row in range(48) for view in range(3)}
    later = dataclasses.replace(EDIT, seed=seeds.child(EDIT.seed, "phase 2"))
    new = views_of(dataclasses.replace(train, augment=later))
    allowed |= {new.value(row, view) for row in range(48) for view in range(2)}
    held_out = set(validation.values) | set(test.values)
    assert others - allowed == held_out
    assert held_out <= set(seen.values)


def test_predicting_changed_examples_is_refused():
    examples = dataclasses.replace(from_features(np.zeros((4, 2), "float32"), np.zeros(4, int)), views=2)  # fmt: skip
    with pytest.raises(ValueError, match="views=2"):
        predict(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]), examples, 2)


def test_frozen_phases_take_each_kept_view_once_and_pass_the_backbone_once(tmp_path):
    backbone = text_backbone()
    train = texts(48, 1, EDIT)
    recipe = made(backbone, tmp_path)
    recipe.fit([PROBE, PROBE], train, texts(16, 2), seed=0, log=None)
    assert recipe.passes["computed"] == 48 + 16 + 3 * 48
    again = made(backbone, tmp_path)
    again.fit([PROBE], train, texts(16, 2), seed=0, log=None)
    assert again.passes["computed"] == 0
    views = views_of(train)
    given = [views.value(row, view) for view in range(3) for row in range(48)]
    expected = features_model(backbone)(backbone.preprocess(given).arrays)
    plain = from_features(recipe.features(dataclasses.replace(train, augment=None), "train"), train.labels)  # fmt: skip
    _, kept = recipe._augmented.seen(recipe.model, plain, True, 1)
    np.testing.assert_allclose(kept.features, expected, atol=1e-5)
    batches = Batches(kept, 8, seed=1)
    taken = []
    for epoch in range(3):
        batches.set_epoch(epoch)
        assert sorted(batches.order() % 48) == list(range(48))
        taken += batches.order().tolist()
    assert sorted(taken) == list(range(3 * 48))


def test_what_keras_is_fed_are_the_features_and_labels_of_the_views():
    features = np.arange(24, dtype="float32").reshape(12, 2)
    labels = np.eye(3, dtype="float32")[np.arange(12) % 3] * 0.5
    plain = from_features(features, np.arange(4) % 2)
    seen = dataclasses.replace(plain, views=3, answers=lambda rows: labels[rows])
    balanced = Balanced(np.array([3, 3, 0]), np.array([1.0, 1.0, 2.0], "float32"))
    batches = Batches(seen.balanced(balanced), 2, seed=0)
    fed = for_keras(batches)
    for epoch in (0, 1):
        batches.set_epoch(epoch)
        rows = [tuple(np.concatenate([np.asarray(part) for part in column]) for column in zip(*fed, strict=True))][0]  # fmt: skip
        order = batches.order()
        origin = balanced.rows[order % 3] + 4 * (order // 3)
        np.testing.assert_array_equal(rows[0], features[origin])
        np.testing.assert_array_equal(rows[1], labels[origin])
        np.testing.assert_array_equal(rows[2], balanced.weights[order % 3])
        slow = [batches[index] for index in range(len(batches))]
        np.testing.assert_array_equal(np.concatenate([batch[0] for batch in slow]), rows[0])
        np.testing.assert_array_equal(np.concatenate([batch[1] for batch in slow]), rows[1])


@pytest.mark.parametrize("phase", [EVERYTHING, TOP])
def test_thawed_phases_take_new_views_in_every_epoch(tmp_path, phase):
    backbone = text_backbone()
    seen = Seen(backbone)
    recipe = made(backbone, tmp_path)
    train = texts(48, 1, EDIT)
    seen.watch()
    recipe.fit([phase], train, texts(16, 2), seed=0, log=None)
    later = dataclasses.replace(EDIT, seed=seeds.child(EDIT.seed, "phase 1"))
    views = views_of(dataclasses.replace(train, augment=later))
    for epoch in range(2):
        assert {views.value(row, epoch) for row in range(48)} <= set(seen.values)
    assert not list(tmp_path.glob("hidden_states/*"))


def test_training_on_views_is_the_same_twice_and_not_that_on_plain_examples(tmp_path):
    answers = []
    for augment in (EDIT, EDIT, None):
        recipe = made(text_backbone(), tmp_path)
        recipe.fit([PROBE], texts(48, 1, augment), texts(16, 2), seed=0, log=None)
        answers.append(recipe.predict(texts(16, 3), "test")[0])
    np.testing.assert_array_equal(answers[0], answers[1])
    assert np.abs(answers[0] - answers[2]).max() > 1e-4


@pytest.mark.slow
def test_training_thawed_layers_on_new_views_is_the_same_twice(tmp_path):
    answers = []
    for _ in range(2):
        recipe = made(text_backbone(), tmp_path)
        recipe.fit([EVERYTHING], texts(48, 1, EDIT), texts(16, 2), seed=0, log=None)
        answers.append(recipe.predict(texts(16, 3), "test")[0])
    np.testing.assert_array_equal(*answers)


def test_a_step_on_mixed_examples_follows_the_gradient_of_their_shares(tmp_path):
    recipe, backbone = image_recipe(tmp_path)
    train = pictures(24, 1, MIX)
    head = recipe.model.get_layer("head")
    kernel, bias = (np.array(weight) for weight in head.get_weights())
    step = Phase(Call("linear_probe"), epochs=1, learning_rate=0.1, batch_size=24,
                 optimizer="sgd", weight_decay=0.0)  # fmt: skip
    recipe.fit([step], train, pictures(8, 2), seed=0, log=None)
    views = views_of(train)
    codes = [row + 24 * (row % 2) for row in range(24)]
    given = [views.value(code % 24, code // 24) for code in codes]
    features = np.asarray(features_model(backbone, "pooled")(backbone.preprocess(given).arrays["images"]))  # fmt: skip
    error = 1 / (1 + np.exp(-(features @ kernel + bias)))[:, 0] - views.answers(np.array(codes))[:, 1]  # fmt: skip
    np.testing.assert_allclose(
        head.get_weights()[0], kernel - 0.1 * (features.T @ error)[:, None] / 24, atol=1e-4
    )


def test_thawed_phases_train_on_mixed_examples_and_stream_metrics(tmp_path):
    metrics = lambda: suite("binary", num_classes=2, metrics=["accuracy"])  # noqa: E731
    recipe, _ = image_recipe(tmp_path, dataclasses.replace(OBJECTIVE, metrics=metrics))
    once = dataclasses.replace(EVERYTHING, epochs=1)
    recipe.fit([once], pictures(32, 1, MIX), pictures(8, 2), seed=0, log=None)
    history = recipe.results[0].history
    assert np.isfinite([history["loss"][0], history["val_loss"][0], history["accuracy"][0]]).all()
    assert recipe.predict(pictures(8, 3), "test")[0].shape == (8, 1)


def test_the_loss_of_shares_is_the_weighted_loss_of_classes():
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(20, 3))
    shares = generator.dirichlet(np.ones(3), 20)
    for rule in (CrossEntropy(), Focal(gamma=2)):
        loss = rule((5, 5, 5), 0.1)
        single = [loss.call(np.full(20, c), logits) for c in range(3)]
        expected = sum(shares[:, c] * np.asarray(single[c]) for c in range(3))
        np.testing.assert_allclose(loss.call(shares, logits), expected, rtol=1e-5)


def test_metrics_take_the_largest_share_as_the_class():
    model = HardMetrics(*[keras.Input((3,))] * 2)
    model.compile(loss=CrossEntropy()((), 0), metrics=[keras.metrics.SparseCategoricalAccuracy()])
    logits = np.eye(3, dtype="float32")[[0, 1, 2, 0]] * 9
    shares = np.eye(3, dtype="float32")[[0, 1, 0, 2]] * 0.6 + 0.4 / 3
    told = model.evaluate(logits, shares, verbose=0, return_dict=True)
    assert told["sparse_categorical_accuracy"] == pytest.approx(0.5)


def test_losses_without_classes_and_other_data_are_refused(tmp_path):
    objective = dataclasses.replace(OBJECTIVE, loss="MeanSquaredError()")
    recipe, _ = image_recipe(tmp_path, objective)
    with pytest.raises(UserError, match=r"shares of classes. Received: loss=MeanSquaredError"):
        recipe.fit([PROBE], pictures(8, 1, MIX), pictures(8, 2), seed=0, log=None)
    with pytest.raises(UserError, match=r"augmentation of text\. Received: --augment=flip, which changes image\. Take one of: edit_words"):  # fmt: skip
        augmented.check([Call("flip")], "text")
    with pytest.raises(UserError, match="Leave it out"):
        augmented.check([Call("flip")], "tabular")
    augmented.check([Call("edit_words")], "text_pair")


def test_oversampled_rows_keep_their_labels():
    plain = Examples(take=lambda rows: rows, labels=np.array([0, 1, 0]), views=0)
    twice = plain.balanced(Balanced(np.array([2, 1, 1, 0]), np.ones(4, "float32")))
    rows = twice.seen(np.arange(4), epoch=5)
    np.testing.assert_array_equal(twice.labels_of(rows), [0, 1, 1, 0])
    np.testing.assert_array_equal(twice.take(rows), np.array([2, 1, 1, 0]) + 5 * 3)
