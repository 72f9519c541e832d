"""Average recall of detections; equality with pycocotools stands beside that of precision."""

import numpy as np
import pytest

from ftkeras import metrics
from ftkeras.errors import UserError
from ftkeras.scores.coco_average_recall import CocoAverageRecall
from tests.helpers.coco_reference import NUM_CLASSES, coco_numbers, images
from tests.helpers.host_checks import check_host_metric, streamed


def test_the_metric_counts_as_the_score_does():
    y_true, y_pred = images(1, has_crowds=False)
    best = [{**true, "scores": np.full(len(true["boxes"]), 0.9)} for true in y_true]
    metric = metrics.CocoAverageRecall(NUM_CLASSES, box_format="xywh")
    check_host_metric(metric, y_true, y_pred, best)


def test_a_stream_is_exact():
    y_true, y_pred = images(2)
    metric = metrics.CocoAverageRecall(NUM_CLASSES, max_detections=1, box_format="xywh")
    expected = coco_numbers(y_true, y_pred)[6]
    assert streamed(metric, y_true, y_pred, 6) == pytest.approx(expected, abs=1e-12)
    assert metric.error_bound() is None


@pytest.mark.parametrize("most", [0, 101])
def test_wrong_settings_are_refused(most):
    with pytest.raises(UserError, match=f"max_detections={most}"):
        CocoAverageRecall(max_detections=most)
