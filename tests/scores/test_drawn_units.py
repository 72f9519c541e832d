"""Scores against scikit-learn and SciPy on units that hypothesis draws: few, tied, one-sided, weighted."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import log_softmax
from sklearn import metrics as reference

from ftkeras import call_string, catalog
from tests.helpers.families.classification import ClassificationCase

HALVES = st.integers(-40, 40).map(lambda number: number / 2)
FLOATS = st.floats(-30, 30, width=32)


@st.composite
def units(draw, num_classes):
    size = draw(st.integers(1, 30))
    shape = size if num_classes == 2 else (size, num_classes)
    labels = draw(arrays("int64", size, elements=st.integers(0, num_classes - 1)))
    logits = draw(arrays("float32", shape, elements=draw(st.sampled_from([HALVES, FLOATS]))))
    weights = arrays("float64", size, elements=st.sampled_from([0.25, 1.0, 3.0]))
    return ClassificationCase(
        labels, logits + np.float32(0), draw(st.none() | weights), num_classes
    )


def labelled(function, **more):
    def value(one):
        return function(one.y_true, one.predicted, sample_weight=one.weights, **more)

    return value


def ranked(function):
    def value(one):
        return function(one.y_true, one.logits, sample_weight=one.weights)

    return value


def log_loss(one):
    # scikit-learn clips probabilities at 2e-16; SciPy's logarithm does not round at all.
    logits = one.logits.astype("float64")
    if one.num_classes == 2:
        logits = np.stack([np.zeros_like(logits), logits], -1)
    own = log_softmax(logits, axis=-1)[np.arange(len(logits)), one.y_true]
    return -np.average(own, weights=one.weights)


BOTH = {
    "accuracy": labelled(reference.accuracy_score),
    "balanced_accuracy": labelled(reference.balanced_accuracy_score),
    "f1_score(average='macro')": labelled(reference.f1_score, average="macro", zero_division=0),
    "precision(average='weighted')": labelled(
        reference.precision_score, average="weighted", zero_division=0
    ),
    "recall(average='micro')": labelled(reference.recall_score, average="micro"),
    "matthews_correlation": labelled(reference.matthews_corrcoef),
    "log_loss": log_loss,
}
BINARY = {
    "area_under_roc_curve": ranked(reference.roc_auc_score),
    "average_precision": ranked(reference.average_precision_score),
}


def compare(text, expected, one):
    call = call_string.parse(text)
    call.arguments["num_classes"] = one.num_classes
    found = catalog.build("scores", call)(one.y_true, one.logits, one.weights)
    if not np.isnan(found):
        assert found == pytest.approx(expected(one), rel=1e-6, abs=1e-6)
    return found


@pytest.mark.parametrize("text", BOTH)
@given(one=st.sampled_from([2, 3, 5]).flatmap(units))
@settings(max_examples=80, deadline=None)
def test_a_score_equals_scikit_learn_wherever_it_is_defined(text, one):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = compare(text, BOTH[text], one)
    one_sided = len(np.unique(one.y_true)) < 2 or len(np.unique(one.predicted)) < 2
    assert np.isnan(found) == (text == "matthews_correlation" and one_sided)


@pytest.mark.parametrize("text", BINARY)
@given(one=units(2))
@settings(max_examples=80, deadline=None)
def test_a_curve_equals_scikit_learn_wherever_it_is_defined(text, one):
    needed = {0, 1} if text == "area_under_roc_curve" else {1}
    if needed <= set(one.y_true):
        assert not np.isnan(compare(text, BINARY[text], one))
    else:
        assert np.isnan(catalog.build("scores", call_string.parse(text))(one.y_true, one.logits))
