"""MultilabelF1Score against scikit-learn."""

import functools
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import f1_score

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.families.multilabel import Multilabel, case, with_unknown_labels
from tests.helpers.metric_checks import check_metric, check_references, value_of

FAMILY = Multilabel(4)
AVERAGES = ["macro", "micro", "weighted", "samples"]


def reference(one, average="macro", zero_division=0):
    one = one.counted
    if average == "micro" and not (one.y_true | one.predicted).any():
        return np.nan
    if average == "weighted" and not one.y_true.any():
        return np.nan
    return f1_score(one.y_true, one.predicted, average=average, sample_weight=one.weights,
                    zero_division=zero_division)  # fmt: skip


@pytest.mark.parametrize("average", ["macro", "samples"])
def test_it_equals_scikit_learn_and_passes_every_check(average):
    build = functools.partial(metrics.MultilabelF1Score, num_labels=4, average=average)
    # Units without any label score 0 even if that is predicted, as in scikit-learn.
    check_metric(
        build,
        functools.partial(reference, average=average),
        family=FAMILY,
        best_is_bound=average == "macro",
    )


@pytest.mark.parametrize("average", ["micro", "weighted"])
def test_other_averages_equal_scikit_learn(average):
    build = functools.partial(metrics.MultilabelF1Score, num_labels=4, average=average)
    check_references(build, functools.partial(reference, average=average), family=FAMILY)


@pytest.mark.parametrize(("absent", "zero_division"), [("one", 1), ("skip", np.nan)])
@pytest.mark.parametrize("average", ["macro", "samples"])
def test_what_is_absent_counts_as_told(average, absent, zero_division):
    build = functools.partial(
        metrics.MultilabelF1Score, num_labels=4, average=average, absent=absent
    )
    expected = functools.partial(reference, average=average, zero_division=zero_division)
    check_references(build, expected, family=FAMILY)


def test_a_suite_expands_to_one_metric_a_label():
    one = case(3)
    calls = ["multilabel_f1_score(average='per_label')", "multilabel_f1_score"]
    suite = metrics.suite("multilabel", num_labels=3, metrics=calls)
    for metric in suite:
        metric.update_state(one.y_true, one.predictions)
    found = {metric.name: float(metric.result()) for metric in suite}
    expected = f1_score(one.y_true, one.predicted, average=None)
    for index in range(3):
        assert found[f"multilabel_f1_score_label_{index}"] == pytest.approx(expected[index])
    assert found["multilabel_f1_score"] == pytest.approx(expected.mean())
    assert len(suite[0]._state.sums) == 1


def test_unknown_labels_are_left_out_pair_by_pair():
    one = with_unknown_labels()
    metric = metrics.MultilabelF1Score(num_labels=4, ignore_label=-1)
    per_label = []
    for index in range(4):
        known = one.take(one.y_true[:, index] >= 0)
        truth, answer = known.y_true[:, index], known.predicted[:, index]
        per_label.append(f1_score(truth, answer, sample_weight=known.weights))
    assert value_of(metric, one) == pytest.approx(np.mean(per_label))
    metric = metrics.MultilabelF1Score(num_labels=4, ignore_label=-1, average="samples")
    values, weights = [], []
    for truth, answer, weight in zip(one.y_true, one.predicted, one.weights, strict=True):
        known = truth >= 0
        if known.any():
            values.append(f1_score(truth[known], answer[known], zero_division=0))
            weights.append(weight)
    assert value_of(metric, one) == pytest.approx(np.average(values, weights=weights))


@pytest.mark.parametrize("average", AVERAGES)
def test_a_threshold_and_probabilities_are_understood(average):
    one = case(4)
    probabilities = 1 / (1 + np.exp(-one.predictions.astype("float64")))
    metric = metrics.MultilabelF1Score(
        num_labels=4, average=average, threshold=0.7, from_logits=False
    )
    expected = f1_score(one.y_true, probabilities > 0.7, average=average, zero_division=0)
    found = value_of(metric, replace(one, predictions=probabilities.astype("float32")))
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"average": "binary"}, "average='binary'"),
        ({"absent": "two"}, "absent='two'"),
        ({"label_index": 4}, "label_index=4"),
        ({"threshold": 1.0}, "threshold=1.0"),
        ({"num_labels": 0}, "num_labels=0"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(UserError, match=message):
        metrics.MultilabelF1Score(**{"num_labels": 4, **arguments})


def test_labels_of_another_shape_are_refused():
    metric = metrics.MultilabelF1Score(num_labels=4)
    with pytest.raises(UserError, match=r"y_true\.shape=\(3,\)"):
        metric.update_state([0, 1, 3], np.zeros((3, 4), "float32"))
    with pytest.raises(UserError, match=r"y_pred\.shape=\(3, 5\)"):
        metric.update_state(np.zeros((3, 4)), np.zeros((3, 5), "float32"))
