"""The detection head: one answer an anchor, the same networks at every level."""

import keras
import numpy as np
import pytest
from keras_hub.src.models.retinanet.feature_pyramid import FeaturePyramid

from ftkeras.contracts.anchors import Anchors
from ftkeras.errors import UserError
from ftkeras.heads.retina_net import RetinaNet

SIZE = (64, 64)


def model(head, anchors, levels=(3, 4, 5), outputs=7):
    keras.utils.set_random_seed(0)
    given = {
        level: keras.Input((*anchors.places(level, *SIZE), 4 * level), name=f"P{level}")
        for level in levels
    }
    return keras.Model(list(given.values()), head(given, outputs, SIZE, anchors))


def maps(anchors, levels=(3, 4, 5), seed=0):
    generator = np.random.default_rng(seed)
    return [
        generator.normal(size=(2, *anchors.places(level, *SIZE), 4 * level)).astype("float32")
        for level in levels
    ]


@pytest.mark.parametrize("highest", [4, 5, 7])
def test_there_is_an_answer_for_each_anchor(highest):
    anchors = Anchors(3, highest)
    levels = (3, 4, 5)
    made = model(RetinaNet(units=16), anchors, levels)
    answers = made(maps(anchors, levels))
    assert answers.shape == (2, len(anchors.boxes(*SIZE)), 7)


def test_all_classes_begin_at_the_prior():
    anchors = Anchors(3, 6)
    answers = np.array(model(RetinaNet(units=16, prior=0.02), anchors)(maps(anchors)))
    shares = 1 / (1 + np.exp(-answers[..., 4:]))
    np.testing.assert_allclose(shares.mean(), 0.02, rtol=0.1)
    assert np.abs(answers[..., :4]).max() < 1


def test_answers_stand_in_the_order_of_anchors():
    """A change at one place of one map moves the answers of anchors near it, and no others far."""
    anchors = Anchors(3, 3)
    made = model(RetinaNet(units=16, convolutions=0, normalize=False), anchors, (3,))
    (before,) = maps(anchors, (3,))
    after = before.copy()
    after[0, 2, 5] += 10
    moved = np.abs(np.array(made([after]) - made([before]))[0]).sum(axis=1) > 1e-6
    boxes = anchors.boxes(*SIZE)[moved]
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    # Two convolutions of 3 x 3 reach two places far.
    assert set(map(tuple, middles.round().tolist())) == {
        (8 * x + 4, 8 * y + 4) for x in range(3, 8) for y in range(0, 5)
    }


def test_every_level_runs_through_the_same_networks():
    anchors = Anchors(3, 7)
    made = model(RetinaNet(units=16, convolutions=2, normalize=False), anchors)
    names = [layer.name for layer in made.layers if "_conv_" in layer.name]
    assert names == list(dict.fromkeys(names))
    assert sum("conv" in name for name in names) == 4


def test_the_pyramid_is_that_of_keras_hub():
    anchors = Anchors(3, 6)
    made = model(RetinaNet(units=16), anchors)
    theirs = FeaturePyramid(3, 6, use_p5=False, num_filters=16)
    given = maps(anchors)
    named = {f"P{level}": x for level, x in zip((3, 4, 5), given, strict=True)}
    theirs(named)
    for level in (3, 4, 5):
        theirs.lateral_conv_layers[f"P{level}"].set_weights(
            made.get_layer(f"lateral_P{level}").get_weights()
        )
        theirs.output_conv_layers[f"P{level}"].set_weights(
            made.get_layer(f"smoothed_P{level}").get_weights()
        )
    theirs.output_conv_layers["P6"].set_weights(made.get_layer("reduced_P6").get_weights())
    ours = keras.Model(
        made.inputs, [made.get_layer(f"smoothed_P{x}").output for x in (3, 4, 5)]
        + [made.get_layer("reduced_P6").output]
    )  # fmt: skip
    for level, x in zip((3, 4, 5, 6), ours(given), strict=True):
        np.testing.assert_allclose(np.array(x), np.array(theirs(named)[f"P{level}"]), atol=1e-4)


def test_it_is_saved_and_loaded(tmp_path):
    anchors = Anchors(3, 6)
    made = model(RetinaNet(units=16), anchors)
    made.save(tmp_path / "head.keras")
    loaded = keras.saving.load_model(tmp_path / "head.keras")
    given = maps(anchors)
    np.testing.assert_allclose(np.array(made(given)), np.array(loaded(given)), atol=1e-6)


def test_maps_that_do_not_fit_are_refused():
    with pytest.raises(UserError, match="levels 2 to 5"):
        model(RetinaNet(), Anchors(2, 5))
    anchors = Anchors(3, 3)
    with pytest.raises(UserError, match="level 3"):
        RetinaNet()({3: keras.Input((7, 7, 4))}, 5, SIZE, anchors)
    with pytest.raises(UserError, match="level 6"):
        RetinaNet()({3: keras.Input((8, 8, 4))}, 5, SIZE, Anchors(6, 7))
    for wrong in (
        {"units": 0}, {"units": 20}, {"convolutions": -1}, {"prior": 0}, {"prior": 1.5},
    ):  # fmt: skip
        with pytest.raises(UserError, match="Received"):
            RetinaNet(**wrong)
