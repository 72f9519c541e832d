"""MultilabelAreaUnderRocCurve against scikit-learn."""

import functools

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ftkeras import metrics
from ftkeras.errors import UserError
from ftkeras.scores.multilabel_area_under_roc_curve import MultilabelAreaUnderRocCurve
from ftkeras.statistics.intervals import measure
from tests.helpers.families.multilabel import Multilabel, case, with_unknown_labels
from tests.helpers.metric_checks import check_metric, check_references, value_of

FAMILY = Multilabel(4)


def each_label(one):
    one = one.counted
    areas = []
    for truth, logits in zip(one.y_true.T, one.predictions.T, strict=True):
        known = truth >= 0
        weights = None if one.weights is None else one.weights[known]
        mixed = len(np.unique(truth[known])) == 2
        areas.append(
            roc_auc_score(truth[known], logits[known], sample_weight=weights) if mixed else np.nan
        )
    return np.array(areas)


def averaged(one, average="macro"):
    shares = np.average(one.y_true, axis=0, weights=one.weights)
    return np.average(
        each_label(one), weights=shares if average == "weighted" and shares.any() else None
    )


@pytest.mark.parametrize("average", ["macro", "weighted"])
def test_averages_equal_scikit_learn_and_pass_every_check(average):
    build = functools.partial(metrics.MultilabelAreaUnderRocCurve, 4, average)
    check = check_metric if average == "macro" else check_references
    check(build, functools.partial(averaged, average=average), family=FAMILY)


def test_labels_without_a_curve_can_be_skipped():
    build = functools.partial(metrics.MultilabelAreaUnderRocCurve, 4, absent="skip")

    def reference(one):
        areas = each_label(one)
        return areas[np.isfinite(areas)].mean() if np.isfinite(areas).any() else np.nan

    check_references(build, reference, family=FAMILY)


def test_one_label_can_be_scored():
    build = functools.partial(metrics.MultilabelAreaUnderRocCurve, 4, label_index=2)
    check_references(build, lambda one: each_label(one)[2], family=FAMILY)


def test_unknown_labels_are_left_out_pair_by_pair():
    one = with_unknown_labels()
    metric = metrics.MultilabelAreaUnderRocCurve(4, ignore_label=-1)
    streamed = value_of(metric, one)
    assert abs(streamed - each_label(one).mean()) <= metric.error_bound() + 1e-9


def test_it_has_an_interval():
    one = case(4, size=300)
    (found,) = measure([MultilabelAreaUnderRocCurve(4)], one.y_true, one.predictions)
    assert found.value == pytest.approx(each_label(one).mean())
    # The spread of a bootstrap written anew.
    rng = np.random.default_rng(0)
    drawn = [each_label(one.take(rng.integers(0, 300, 300))).mean() for _ in range(60)]
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.std(drawn), rel=0.35)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"average": "micro"}, "average='micro'"),
        ({"absent": "zero"}, "absent='zero'"),
        ({"label_index": -1}, "label_index=-1"),
        ({"num_buckets": 100}, "num_buckets=100"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(UserError, match=message):
        metrics.MultilabelAreaUnderRocCurve(4, **arguments)
