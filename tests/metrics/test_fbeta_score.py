"""F-beta against scikit-learn."""

import functools

import numpy as np
import pytest
from sklearn.metrics import fbeta_score

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.metric_checks import check_metric, check_references


def binary(one, beta):
    counted = slice(None) if one.weights is None else one.weights > 0
    if 1 not in {*one.present, *one.predicted[counted]}:
        return np.nan
    return fbeta_score(one.y_true, one.predicted, beta=beta, sample_weight=one.weights)


def macro(one, beta):
    return fbeta_score(
        one.y_true, one.predicted, beta=beta, average="macro", sample_weight=one.weights,
        zero_division=0,
    )  # fmt: skip


@pytest.mark.parametrize("beta", [0.5, 3.0])
def test_binary_equals_scikit_learn(beta):
    build = functools.partial(metrics.FbetaScore, beta=beta)
    check_references(build, functools.partial(binary, beta=beta), num_classes=2)


def test_macro_equals_scikit_learn_and_passes_every_check():
    build = functools.partial(metrics.FbetaScore, num_classes=5)
    check_metric(build, functools.partial(macro, beta=2.0), num_classes=5)


def test_a_beta_of_zero_is_refused():
    with pytest.raises(UserError, match="beta=0"):
        metrics.FbetaScore(beta=0)
