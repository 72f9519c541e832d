"""Anchors, targets and answers of boxes, held to KerasHub, TensorFlow and PIL."""

import keras
import keras_hub
import numpy as np
import pytest
import tensorflow as tf
from keras_hub.src.layers.modeling.box_matcher import BoxMatcher
from PIL import Image as Pillow

from ftkeras.backbones.preprocessing.image import Image
from ftkeras.contracts.anchors import Anchors, decoded, encoded
from ftkeras.contracts.box import Box, overlaps
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.task import Labels
from ftkeras.errors import UserError
from ftkeras.picture_size import picture_size
from ftkeras.scores.coco_average_precision import CocoAveragePrecision
from ftkeras.tasks import _box_answers, _box_targets
from ftkeras.tasks.object_detection import ObjectDetection

VOCABULARY = Labels(("cat", "dog"))


def random_boxes(generator, count, size=128):
    corners = generator.uniform(0, size - 8, (count, 2))
    sides = generator.uniform(6, size / 2, (count, 2))
    return np.concatenate([corners, np.minimum(corners + sides, size)], axis=1)


def labelled(*rows):
    found = np.empty(len(rows), object)
    found[:] = rows
    return found


def examples(*pictures):
    inputs = labelled(*pictures)
    names = np.arange(len(pictures)).astype(str)
    return Dataset("image", names, inputs, inputs, names.astype(object))


@pytest.mark.parametrize("size", [(128, 128), (64, 96)])
def test_anchors_are_those_of_keras_hub_around_the_middles_of_places(size):
    anchors = Anchors(3, 5, size=4.0, scales=3, ratios=(0.5, 1.0, 2.0))
    reference = keras_hub.layers.AnchorGenerator("xyxy", 3, 5, 3, [0.5, 1.0, 2.0], 4.0)
    given = reference(np.zeros((1, *size, 3), "float32"))
    shifted = [np.array(given[f"P{level}"]) + 2**level / 2 for level in anchors.levels]
    # Its sides are cut to whole pixels, and its corners rounded.
    np.testing.assert_allclose(anchors.boxes(*size), np.concatenate(shifted), atol=1.0)


def test_encoding_is_that_of_keras_and_is_undone():
    generator = np.random.default_rng(0)
    boxes, anchors = random_boxes(generator, 50), random_boxes(generator, 50)
    theirs = keras.utils.bounding_boxes.encode_box_to_deltas(
        anchors=anchors.astype("float32"), boxes=boxes.astype("float32"), anchor_format="xyxy",
        box_format="xyxy", encoding_format="center_xywh", image_shape=(128, 128, 3),
    )  # fmt: skip
    said = encoded(boxes, anchors)
    np.testing.assert_allclose(said, np.array(theirs), atol=1e-4)
    np.testing.assert_allclose(decoded(said, anchors), boxes, atol=1e-9)


def test_overlaps_are_those_of_keras():
    generator = np.random.default_rng(1)
    first, second = random_boxes(generator, 30), random_boxes(generator, 20)
    theirs = keras.utils.bounding_boxes.compute_iou(
        first.astype("float32"), second.astype("float32"), "xyxy"
    )
    np.testing.assert_allclose(overlaps(first, second), np.array(theirs), atol=1e-5)
    assert overlaps(np.zeros((1, 4)), np.zeros((1, 4))) == 0


class _FixedAnchors:
    """In place of KerasHub's generator, so that its encoder sees ours."""

    bounding_box_format = "xyxy"

    def __init__(self, boxes):
        self.boxes = boxes

    def __call__(self, images):
        return {"P3": keras.ops.convert_to_tensor(self.boxes)}


@pytest.mark.parametrize("seed", range(5))
def test_targets_are_those_of_keras_hub(seed):
    generator = np.random.default_rng(seed)
    anchors = Anchors(3, 5).boxes(128, 128)
    boxes = random_boxes(generator, 6)
    labels = generator.integers(0, 3, 6)
    reference = keras_hub.src.models.retinanet.retinanet_label_encoder.RetinaNetLabelEncoder(
        _FixedAnchors(anchors), bounding_box_format="xyxy", encoding_format="center_xywh"
    )
    sides, classes = reference(
        np.zeros((1, 128, 128, 3), "float32"),
        boxes[None].astype("float32"),
        labels[None].astype("float32"),
    )
    ours = _box_targets.matched(anchors, boxes, labels, np.zeros((0, 4)), every_box=False)
    classes = np.array(classes[0])
    assert set(classes) >= {-2, -1}
    np.testing.assert_array_equal(ours[:, 4], classes)
    stands = classes >= 0
    np.testing.assert_allclose(ours[stands, :4], np.array(sides[0])[stands], atol=5e-3)


def test_every_box_gets_an_anchor_as_box_matcher_would_force_it():
    generator = np.random.default_rng(3)
    anchors = Anchors(3, 4).boxes(64, 64)
    top = generator.uniform(0, 55, 3)
    flat = [np.array([1.0, 3, 6]), top, np.array([50.0, 55, 63]), top + 4.3]
    tiny = np.stack(flat, axis=1)  # across several anchors, so that none ties with another
    labels = np.arange(3)
    matcher = BoxMatcher([0.4, 0.5], [-1, -2, 1], force_match_for_each_col=True)
    columns, values = matcher(overlaps(anchors, tiny).astype("float32"))
    ours = _box_targets.matched(anchors, tiny, labels, np.zeros((0, 4)))
    stands = np.array(values) == 1
    stands[0] = ours[0, 4] >= 0  # KerasHub forces its padding on the first anchor
    np.testing.assert_array_equal(ours[:, 4] >= 0, stands)
    np.testing.assert_array_equal(ours[stands, 4], labels[np.array(columns)[stands]])
    assert set(ours[stands, 4]) == {0, 1, 2}
    alone = _box_targets.matched(anchors, tiny, labels, np.zeros((0, 4)), every_box=False)
    assert (alone[:, 4] < 0).all()


def test_background_inside_a_crowd_is_ignored_and_objects_there_are_not():
    anchors = np.array([[0, 0, 10, 10], [20, 20, 30, 30], [60, 60, 70, 70]], "float32")
    crowd = np.array([[0, 0, 40, 40]])
    found = _box_targets.matched(anchors, np.array([[0, 0, 10, 9.0]]), np.array([1]), crowd)
    assert found[:, 4].tolist() == [1, -2, -1]


@pytest.mark.parametrize("overlap", [0.3, 0.5, 0.9])
def test_suppression_is_that_of_tensorflow(overlap):
    generator = np.random.default_rng(7)
    for _ in range(10):
        boxes, scores = random_boxes(generator, 60, 80), generator.uniform(size=60)
        theirs = tf.image.non_max_suppression(
            boxes[:, [1, 0, 3, 2]].astype("float32"), scores.astype("float32"), 60, overlap
        )
        ours = _box_answers.suppressed(boxes, scores, overlap)
        assert ours.tolist() == theirs.numpy().tolist()
    assert 1 < len(ours) <= 60


def test_one_class_is_answered_as_keras_hub_does():
    generator = np.random.default_rng(2)
    anchors = Anchors(3, 4).boxes(64, 64)
    outputs = generator.normal(0, 0.3, (len(anchors), 5))
    reference = keras_hub.layers.NonMaxSuppression(
        "xyxy", from_logits=True, iou_threshold=0.5, confidence_threshold=0.4, max_detections=20
    )
    boxes = np.clip(decoded(outputs[:, :4], anchors), 0, 64)
    theirs = reference(boxes[None].astype("float32"), outputs[None, :, 4:].astype("float32"))
    ours = _box_answers.detected(outputs, anchors, (64, 64), least_score=0.4, overlap=0.5, most=20)
    np.testing.assert_allclose(ours[0], np.array(theirs["boxes"][0]), atol=1e-3)
    np.testing.assert_allclose(ours[2], np.array(theirs["confidence"][0]), atol=1e-5)


def test_classes_do_not_suppress_each_other():
    anchors = np.array([[10, 10, 20, 20]], "float32")
    outputs = np.array([[0, 0, 0, 0, 2.0, 1.0]])
    boxes, classes, scores = _box_answers.detected(
        outputs, anchors, (64, 64), least_score=0.05, overlap=0.5, most=100
    )
    assert classes.tolist() == [0, 1]
    assert boxes.tolist() == [[10, 10, 20, 20]] * 2
    np.testing.assert_allclose(scores, 1 / (1 + np.exp([-2.0, -1.0])))


def perfect(targets, classes):
    """What a detector gives out that says its targets."""
    outputs = np.full((*targets.shape[:2], 4 + classes), -9.0, "float32")
    outputs[..., :4] = targets[..., :4]
    for index in range(classes):
        outputs[..., 4 + index][targets[..., 4] == index] = 4.0
    return outputs


@pytest.mark.parametrize("fit", ["stretch", "pad"])
def test_answers_that_say_the_targets_are_the_boxes_of_the_picture(fit):
    task = ObjectDetection(highest_level=5)
    pictures = np.zeros((150, 300, 3), "uint8"), np.zeros((90, 60, 3), "uint8")
    boxes = (
        (Box("dog", 20, 10, 120, 100), Box("cat", 200, 60, 290, 140)),
        (Box("cat", 5, 5, 40, 60), Box("dog", 10, 62, 50, 88)),
    )
    labels = task.encode(labelled(*boxes), VOCABULARY)
    preprocess = Image(128, fit=fit)
    rows = examples(*pictures)
    targets = task.targets(labels, rows, preprocess)
    answers = task.answers(perfect(targets, 2), rows, preprocess)
    for label, answer, picture in zip(labels, answers, pictures, strict=True):
        assert (answer["height"], answer["width"]) == picture.shape[:2]
        assert sorted(answer["labels"]) == sorted(label["labels"])
        shared = overlaps(np.array(label["boxes"]), np.array(answer["boxes"]))
        same = np.array(label["labels"])[:, None] == np.array(answer["labels"])[None]
        assert ((shared * same).max(axis=1) > 0.97).all()
        assert min(answer["scores"]) > 0.95


def test_an_object_that_was_cut_off_is_ignored():
    task = ObjectDetection(lowest_level=3, highest_level=3)
    boxes = (Box("cat", 0, 0, 40, 50), Box("cat", 60, 20, 90, 80))
    labels = task.encode(labelled(boxes), VOCABULARY)
    targets = task.targets(labels, examples(np.zeros((100, 200, 3), "uint8")), Image(64))
    assert set(targets[0, :, 4]) <= {0, -1, -2}
    stands = targets[0][targets[0, :, 4] == 0]
    assert len(stands) > 0
    whole = task.targets(labels, examples(np.zeros((100, 200, 3), "uint8")), Image(64, fit="pad"))
    assert (whole[0, :, 4] == 0).sum() >= 2


def test_pictures_on_their_side_are_measured_upright(tmp_path):
    path = tmp_path / "side.jpg"
    exif = Pillow.Exif()
    exif[0x0112] = 6
    Pillow.new("RGB", (30, 20)).save(path, exif=exif)
    assert picture_size(str(path)) == (30, 20)
    Pillow.new("RGB", (30, 20)).save(path)
    assert picture_size(str(path)) == (20, 30)


def test_labels_are_encoded_by_the_names_of_the_training_part():
    task = ObjectDetection()
    rows = labelled((Box("dog", 0, 0, 4, 4), Box("cat", 1, 1, 3, 3, True)), ())
    vocabulary = task.fit_labels(task.read(rows))
    assert vocabulary.class_names == ("dog",)
    first, second = task.encode(rows, vocabulary)
    assert first["labels"] == [0]  # a crowd of what is no class is nothing
    assert second == {"boxes": [], "labels": [], "is_crowd": []}
    unknown = task.encode(labelled((Box("cow", 0, 0, 4, 4),)), vocabulary)
    assert unknown[0] is None
    assert task.num_outputs(1) == 5


def test_what_is_no_box_is_refused():
    with pytest.raises(UserError, match=r"row 7.*coco"):
        ObjectDetection().read(np.array(["cat"], object), ["row 7"])
    with pytest.raises(UserError, match="pictures without"):
        ObjectDetection().fit_labels(labelled((), ()))
    for wrong in (
        {"lowest_level": 0}, {"anchor_size": 0}, {"ratios": ()}, {"ratios": (-1.0,)},
        {"least_score": 0.0}, {"overlap": 2.0}, {"most": 0},
    ):  # fmt: skip
        with pytest.raises(UserError, match="Received"):
            ObjectDetection(**wrong)
    for read in (ObjectDetection().probabilities, ObjectDetection().predict_label):
        with pytest.raises(ValueError, match="Received"):
            read(np.zeros((1, 0)))


def test_targets_tell_the_objects_they_were_made_of():
    generator = np.random.default_rng(5)
    task = ObjectDetection(highest_level=5)
    anchors = task.anchors.boxes(128, 128)
    for _ in range(5):
        boxes, labels = random_boxes(generator, 5), generator.integers(0, 2, 5)
        crowd = np.array([[0, 0, 128, 60.0]])
        targets = _box_targets.matched(anchors, boxes, labels, crowd)
        (truth,), answers = task.seen(targets[None], np.zeros(0), (128, 128), 2)
        assert answers == []
        told = truth["boxes"][~truth["is_crowd"]]
        shared = overlaps(boxes, told)
        assert len(told) == 5
        assert (shared.max(axis=1) > 0.99).all()
        assert (truth["labels"][~truth["is_crowd"]][shared.argmax(axis=1)] == labels).all()
        # The region holds for both classes.
        np.testing.assert_allclose(
            truth["boxes"][truth["is_crowd"]], np.tile(crowd, (2, 1)), atol=1
        )


def test_outputs_that_say_the_targets_are_perfect_on_validation():
    task = ObjectDetection(highest_level=5)
    generator = np.random.default_rng(6)
    anchors = task.anchors.boxes(128, 128)
    targets = np.stack([
        _box_targets.matched(
            anchors, random_boxes(generator, 3), generator.integers(0, 2, 3), np.zeros((0, 4))
        )
        for _ in range(4)
    ])  # fmt: skip
    truths, answers = task.seen(targets, perfect(targets, 2), (128, 128), 2)
    assert CocoAveragePrecision(2)(truths, answers) > 0.95
