"""LabelRankingAveragePrecision against scikit-learn."""

import functools

import numpy as np
import pytest
from sklearn.metrics import label_ranking_average_precision_score

from ftkeras import metrics
from tests.helpers.families.multilabel import Multilabel, with_unknown_labels
from tests.helpers.metric_checks import check_metric, value_of


def reference(one):
    return label_ranking_average_precision_score(
        one.y_true, one.predictions, sample_weight=one.weights
    )


def test_it_equals_scikit_learn_and_passes_every_check():
    build = functools.partial(metrics.LabelRankingAveragePrecision, 4)
    check_metric(build, reference, family=Multilabel(4))


def test_unknown_labels_are_left_out_of_the_ranking():
    one = with_unknown_labels()
    values, weights = [], []
    for truth, logits, weight in zip(one.y_true, one.predictions, one.weights, strict=True):
        known = truth >= 0
        if known.any():
            # scikit-learn takes a single column for something else; its value is plain.
            alone = known.sum() == 1
            values.append(
                1.0
                if alone
                else label_ranking_average_precision_score([truth[known]], [logits[known]])
            )
            weights.append(weight)
    metric = metrics.LabelRankingAveragePrecision(4, ignore_label=-1)
    assert value_of(metric, one) == pytest.approx(np.average(values, weights=weights))
