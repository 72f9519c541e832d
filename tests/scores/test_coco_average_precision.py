"""Average precision of detections against pycocotools."""

import numpy as np
import pytest

from ftkeras import metrics
from ftkeras.errors import UserError
from ftkeras.scores.coco_average_precision import CocoAveragePrecision
from ftkeras.scores.coco_average_recall import CocoAverageRecall
from ftkeras.statistics.intervals import measure
from ftkeras.statistics.paired import compare
from tests.helpers.coco_reference import NUM_CLASSES, NUMBERS, coco_numbers, crowded, images
from tests.helpers.host_checks import check_host_metric, drawn, streamed

KINDS = {"precision": CocoAveragePrecision, "recall": CocoAverageRecall}


def ours(y_true, y_pred, num_classes=NUM_CLASSES):
    scores = [KINDS[kind](num_classes, box_format="xywh", **changed) for kind, changed in NUMBERS]
    return [score(y_true, y_pred) for score in scores]


def objects(items):
    rows = np.empty(len(items), object)
    rows[:] = items
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_all_twelve_numbers_equal_pycocotools(seed):
    y_true, y_pred = images(seed, noise=[1.0, 4.0, 10.0, 2.0][seed])
    expected = coco_numbers(y_true, y_pred)
    np.testing.assert_allclose(ours(y_true, y_pred), expected, rtol=0, atol=1e-12)
    assert 0 < expected[0] < 1


@drawn(crowded(), 60)
def test_equal_overlaps_nested_boxes_and_crowds_equal_pycocotools(boxes):
    found = ours(*boxes, num_classes=2)
    np.testing.assert_allclose(found, coco_numbers(*boxes, num_classes=2), rtol=0, atol=1e-12)


def test_more_than_a_hundred_detections_of_a_class_are_cut():
    y_true, y_pred = images(5, number=2, objects=40, num_classes=1)
    rng = np.random.default_rng(0)
    for image, drawing in enumerate(y_pred):
        more = np.concatenate([rng.uniform(0, 250, (150, 2)), rng.uniform(5, 90, (150, 2))], axis=1)
        drawing["boxes"] = np.concatenate([drawing["boxes"], more])
        drawing["labels"] = np.zeros(len(drawing["boxes"]), int)
        drawing["scores"] = (2 * rng.permutation(len(drawing["boxes"])) + image) / 600
    found, expected = ours(y_true, y_pred, 1), coco_numbers(y_true, y_pred, 1)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_the_metric_counts_as_the_score_does():
    y_true, y_pred = images(1, has_crowds=False)
    best = [{**true, "scores": np.full(len(true["boxes"]), 0.9)} for true in y_true]
    metric = metrics.CocoAveragePrecision(NUM_CLASSES, box_format="xywh", num_buckets=64)
    check_host_metric(metric, y_true, y_pred, best)


@pytest.mark.parametrize("num_buckets", [64, 2048])
def test_a_stream_stays_within_its_certified_bound(num_buckets):
    y_true, y_pred = images(2, number=60)
    metric = metrics.CocoAveragePrecision(NUM_CLASSES, box_format="xywh", num_buckets=num_buckets)
    found = streamed(metric, y_true, y_pred, 7)
    exact = coco_numbers(y_true, y_pred)[0]
    assert 0 <= exact - found <= metric.error_bound()
    assert metric.error_bound() < (0.3 if num_buckets == 64 else 0.02)


def test_ties_are_the_worst_that_any_order_gives():
    y_true, y_pred = images(3, number=12, has_crowds=False)
    tied = [{**one, "scores": np.round(one["scores"], 1)} for one in y_pred]
    found = CocoAveragePrecision(NUM_CLASSES, iou_threshold=0.5, box_format="xywh")(y_true, tied)
    rng = np.random.default_rng(0)
    orders = []
    for _ in range(30):
        order = rng.permutation(len(tied))
        shuffled = [y_true[k] for k in order], [tied[k] for k in order]
        orders.append(coco_numbers(*shuffled)[1])
        ours_again = CocoAveragePrecision(NUM_CLASSES, iou_threshold=0.5, box_format="xywh")(
            *shuffled
        )
        assert ours_again == pytest.approx(found, abs=1e-12)
    assert max(orders) > min(orders)
    assert found <= min(orders) + 1e-12


def test_boxes_by_their_corners_and_batches_of_padded_boxes_are_read_too():
    y_true, y_pred = images(4, number=6, has_crowds=False)
    expected = CocoAveragePrecision(NUM_CLASSES, box_format="xywh")(y_true, y_pred)
    corners = [[{**one, "boxes": np.c_[one["boxes"][:, :2], one["boxes"][:, :2] + one["boxes"][:, 2:]]}
                for one in side] for side in (y_true, y_pred)]  # fmt: skip
    assert CocoAveragePrecision(NUM_CLASSES)(*corners) == pytest.approx(expected, abs=1e-9)
    batches = []
    for side in (y_true, y_pred):
        most = max(len(one["labels"]) for one in side) + 1
        batch = {key: np.zeros((6, most, *value.shape[1:])) for key, value in side[0].items()}
        batch["labels"] -= 1
        for row, one in enumerate(side):
            for key, value in one.items():
                batch[key][row, : len(value)] = value
        batches.append(batch)
    assert CocoAveragePrecision(NUM_CLASSES, box_format="xywh")(*batches) == expected


def test_images_without_objects_or_detections():
    nothing = {"boxes": [], "labels": [], "scores": []}
    one = {"boxes": [[0, 0, 10, 10]], "labels": [0], "scores": [0.5]}
    score = CocoAveragePrecision()
    assert score([one, nothing], [nothing, nothing]) == 0.0
    assert np.isnan(score([nothing], [one]))
    assert score([one, nothing], [one, nothing]) == pytest.approx(1.0)
    # A false alarm on an empty image, less sure than the right box, costs nothing; more sure, half.
    alarm = {**one, "scores": [0.4]}
    assert score([one, nothing], [one, alarm]) == pytest.approx(1.0)
    assert score([one, nothing], [alarm, one]) == pytest.approx(0.5)


def test_an_interval_resamples_images():
    y_true, y_pred = images(6, number=80, has_crowds=False)
    score = CocoAveragePrecision(NUM_CLASSES, iou_threshold=0.5, box_format="xywh")
    (found,) = measure([score], objects(y_true), objects(y_pred), resamples=500)
    assert found.value == pytest.approx(coco_numbers(y_true, y_pred)[1], abs=1e-12)
    assert found.num_units == 80
    rng = np.random.default_rng(1)
    units = score.inputs.units(y_true, y_pred, np)
    draws = [units.take(rng.integers(0, 80, 80)) for _ in range(300)]
    # Every resample matched and sorted exactly.
    exact = [float(score.formula(score.counts.fitted(one).tally(one), np)) for one in draws]
    assert found.high - found.low == pytest.approx(2 * 1.98 * np.std(exact), rel=0.2)


def test_a_comparison_is_paired():
    y_true, good = images(7, number=60, noise=1.0, has_crowds=False)
    _, bad = images(7, number=60, noise=6.0, has_crowds=False)
    score = CocoAveragePrecision(NUM_CLASSES, box_format="xywh")
    sides = [objects(side) for side in (y_true, good, bad)]
    found = compare(score, *sides, other="bad", resamples=300)
    expected = coco_numbers(y_true, good)[0] - coco_numbers(y_true, bad)[0]
    assert found.difference == pytest.approx(expected, abs=1e-12)
    assert found.low > 0
    assert found.p_value < 0.02
    alike = compare(score, sides[0], sides[1], sides[1], other="itself", resamples=300)
    assert (alike.difference, alike.low, alike.high, alike.p_value) == (0.0, 0.0, 0.0, 1.0)


def test_one_class_is_scored_as_if_it_were_alone():
    y_true, y_pred = images(9)
    each = []
    for class_ in range(NUM_CLASSES):
        alone = []
        for side in (y_true, y_pred):
            kept = [one["labels"] == class_ for one in side]
            alone.append([{**{key: value[rows] for key, value in one.items()},
                           "labels": np.zeros(rows.sum(), int)}
                          for one, rows in zip(side, kept, strict=True)])  # fmt: skip
        expected = coco_numbers(*alone, num_classes=1)
        found = [KINDS[kind](NUM_CLASSES, class_, box_format="xywh")(y_true, y_pred)
                 for kind in ("precision", "recall")]  # fmt: skip
        np.testing.assert_allclose(found, expected[[0, 8]], rtol=0, atol=1e-12)
        each.append(found[0])
    score = CocoAveragePrecision(NUM_CLASSES, box_format="xywh")
    assert score(y_true, y_pred) == pytest.approx(np.mean(each))


def test_metrics_that_share_match_the_boxes_once():
    y_true, y_pred = images(8)
    first, *others = [getattr(metrics, KINDS[kind].__name__)(NUM_CLASSES, box_format="xywh", **changed)
                      for kind, changed in NUMBERS]  # fmt: skip
    first.share(others)
    calls = []
    units = type(first.inputs).units
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(first.inputs), "units", lambda *a: calls.append(1) or units(*a))
        for metric in (first, *others):
            metric.update_state(y_true, y_pred)
    assert len(calls) == 1
    for metric, expected in zip((first, *others), coco_numbers(y_true, y_pred), strict=True):
        assert metric.result() == pytest.approx(expected, abs=1e-6 + (metric.error_bound() or 0))


def test_what_cannot_be_counted_makes_the_result_undefined_with_a_reason():
    good = {"boxes": [[0, 0, 10, 10]], "labels": [0], "scores": [0.5]}
    metric = metrics.CocoAveragePrecision()
    for bad in ({**good, "scores": [np.nan]}, {**good, "labels": [1]}):
        metric.reset_state()
        metric.update_state([good, good], [good, bad])
        assert np.isnan(metric.result())
        assert "1 of 2 predictions" in metric.notes()[0]
        assert np.isnan(CocoAveragePrecision()([good], [bad]))
    metric.reset_state()
    metric.update_state([{**good, "labels": [7]}], [good])
    assert "1 of 1 labels" in metric.notes()[0]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"num_classes": 0}, "num_classes=0"),
        ({"iou_threshold": 0.51}, "iou_threshold=0.51"),
        ({"class_index": 1}, "class_index=1"),
        ({"area": "tiny"}, "area='tiny'"),
        ({"box_format": "cxcywh"}, "box_format='cxcywh'"),
        ({"num_buckets": 100}, "num_buckets=100"),
    ],
)
def test_wrong_settings_are_refused(changed, message):
    with pytest.raises(UserError, match=message):
        CocoAveragePrecision(**changed)


@pytest.mark.parametrize(
    ("drawing", "message"),
    [
        ({"boxes": [], "labels": []}, r"boxes, labels, scores. Received: \['boxes', 'labels'\]"),
        ({"boxes": [[0, 0, 1, 1]], "labels": [0, 0], "scores": [1]}, "`labels` a box of `y_pred`"),
        ([[0, 0, 1, 1]], "as a dictionary"),
    ],
)
def test_wrong_inputs_are_refused(drawing, message):
    with pytest.raises(UserError, match=message):
        CocoAveragePrecision()([{"boxes": [], "labels": []}], [drawing])
    with pytest.raises(UserError, match="2 labels"):
        CocoAveragePrecision()([{"boxes": [], "labels": []}] * 2, [])
