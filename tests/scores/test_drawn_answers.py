"""Scores of other answers than one class, on what hypothesis draws, against independent references."""

import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import spearmanr
from sklearn import metrics as reference

from ftkeras import call_string, catalog
from tests.helpers.families.multilabel import MultilabelCase
from tests.helpers.families.ranking import RankingCase, ordered
from tests.helpers.families.regression import RegressionCase
from tests.helpers.families.segmentation import SegmentationCase

HALVES = st.integers(-40, 40).map(lambda number: number / 2)
FLOATS = st.floats(-30, 30, width=32)
QUARTERS = st.sampled_from([0.25, 1.0, 3.0])


def weights_of(draw, size):
    return draw(st.none() | arrays("float64", size, elements=QUARTERS))


def numbers(draw, shape):
    return draw(arrays("float32", shape, elements=draw(st.sampled_from([HALVES, FLOATS])))) + 0


@st.composite
def label_sets(draw):
    shape = draw(st.integers(1, 12)), draw(st.integers(2, 4))
    y_true = draw(arrays("int64", shape, elements=st.integers(0, 1)))
    return MultilabelCase(y_true, numbers(draw, shape), weights_of(draw, shape[0]))


@st.composite
def numbers_to_predict(draw):
    size = draw(st.integers(1, 15))
    return RegressionCase(numbers(draw, size), numbers(draw, size), weights_of(draw, size))


@st.composite
def lists(draw):
    shape = draw(st.integers(1, 6)), draw(st.integers(2, 6))
    y_true = draw(arrays("float32", shape, elements=st.sampled_from([-1.0, 0.0, 1.0, 3.0])))
    assume((y_true >= 0).any(axis=1).all())
    return RankingCase(y_true, numbers(draw, shape), weights_of(draw, shape[0]))


@st.composite
def images(draw):
    shape = draw(st.integers(1, 5)), 2, 2
    y_true = draw(arrays("int64", shape, elements=st.integers(0, 2)))
    return SegmentationCase(y_true, numbers(draw, (*shape, 3)), weights_of(draw, shape[0]))


def of_labels(function, **more):
    return lambda one: function(one.y_true, one.predicted, sample_weight=one.weights, **more)


def of_logits(function):
    return lambda one: function(one.y_true, one.predictions, sample_weight=one.weights)


def of_numbers(function, **more):
    return lambda one: function(one.true, one.predicted, sample_weight=one.weights, **more)


def of_pixels(function, **more):
    def value(one):
        true, predicted, weights = one.pixels
        return function(true, predicted, sample_weight=weights, **more)

    return value


def gain(one):
    # One more document, irrelevant and last, changes nothing; scikit-learn refuses lists of one.
    return one.mean(lambda y, s: reference.ndcg_score([[*y, 0]], [[*s, -1e6]]))


def average_precision(one):
    def value(relevance, scores):
        relevant = ordered(relevance, scores)
        ranks = np.flatnonzero(relevant) + 1
        return sum(relevant[:rank].mean() for rank in ranks) / max(1, len(ranks))

    return one.mean(value)


def quantile(one):
    return np.quantile(abs(np.subtract(*one.repeated)), 0.9, method="averaged_inverted_cdf")


ZERO = {"zero_division": 0}
REFERENCES = {
    "hamming_loss": (label_sets(), of_labels(reference.hamming_loss)),
    "exact_match_ratio": (label_sets(), of_labels(reference.accuracy_score)),
    "multilabel_f1_score": (
        label_sets(),
        of_labels(reference.f1_score, average="macro", **ZERO),
    ),
    "multilabel_f1_score(average='samples')": (
        label_sets(),
        of_labels(reference.f1_score, average="samples", **ZERO),
    ),
    "multilabel_precision(average='weighted')": (
        label_sets(),
        of_labels(reference.precision_score, average="weighted", **ZERO),
    ),
    "multilabel_recall(average='micro')": (
        label_sets(),
        of_labels(reference.recall_score, average="micro", **ZERO),
    ),
    "multilabel_area_under_roc_curve": (label_sets(), of_logits(reference.roc_auc_score)),
    "label_ranking_average_precision": (
        label_sets(),
        of_logits(reference.label_ranking_average_precision_score),
    ),
    "coverage_error": (label_sets(), of_logits(reference.coverage_error)),
    "label_ranking_loss": (label_sets(), of_logits(reference.label_ranking_loss)),
    "mean_squared_error": (numbers_to_predict(), of_numbers(reference.mean_squared_error)),
    "mean_absolute_percentage_error": (
        numbers_to_predict(),
        of_numbers(reference.mean_absolute_percentage_error),
    ),
    "pinball_loss(quantile=0.2)": (
        numbers_to_predict(),
        of_numbers(reference.mean_pinball_loss, alpha=0.2),
    ),
    "r2_score": (numbers_to_predict(), of_numbers(reference.r2_score)),
    "explained_variance": (
        numbers_to_predict(),
        of_numbers(reference.explained_variance_score),
    ),
    "median_absolute_error": (
        numbers_to_predict(),
        lambda one: reference.median_absolute_error(*one.repeated),
    ),
    "quantile_absolute_error(quantile=0.9)": (numbers_to_predict(), quantile),
    "max_error": (
        numbers_to_predict(),
        lambda one: reference.max_error(*one.repeated),
    ),
    "spearman_correlation": (
        numbers_to_predict(),
        lambda one: spearmanr(*one.repeated).statistic,
    ),
    "normalized_discounted_cumulative_gain": (lists(), gain),
    "mean_average_precision": (lists(), average_precision),
    "mean_intersection_over_union": (
        images(),
        of_pixels(reference.jaccard_score, average="macro"),
    ),
    "dice_coefficient": (images(), of_pixels(reference.f1_score, average="macro")),
    "pixel_accuracy": (images(), of_pixels(reference.accuracy_score)),
}


def is_defined(text, one):
    """What must be defined, said anew."""
    if text == "multilabel_area_under_roc_curve":
        return all(len(np.unique(column)) == 2 for column in one.y_true.T)
    if text.startswith("multilabel_recall"):
        return one.y_true.any()
    if text.startswith("multilabel_precision"):
        return one.y_true.any()
    if text in ("r2_score", "explained_variance"):
        return len(np.unique(one.y_true)) > 1
    if text == "spearman_correlation":
        return len(np.unique(one.y_true)) > 1 and len(np.unique(one.predictions)) > 1
    return True


@pytest.mark.parametrize("text", REFERENCES)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_score_equals_its_reference_wherever_it_is_defined(text, data):
    cases, expected = REFERENCES[text]
    one = data.draw(cases)
    call = call_string.parse(text)
    sizes = {"num_labels": one.y_true.shape[-1], "num_classes": 3}
    accepted = catalog.parameters("scores", call.name)
    call.arguments.update({key: size for key, size in sizes.items() if key in accepted})
    found = catalog.build("scores", call)(one.y_true, one.predictions, one.weights)
    assert np.isnan(found) == (not is_defined(text, one))
    if not np.isnan(found):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wanted = expected(one)
        assert found == pytest.approx(wanted, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "spearman_correlation(num_buckets=64)",
        "median_absolute_error(num_buckets=2048)",
        "quantile_absolute_error(quantile=0.3, num_buckets=2048)",
        "max_error(num_buckets=2048)",
    ],
)
@given(one=numbers_to_predict())
@settings(max_examples=150, deadline=None)
def test_coarse_counts_stay_within_their_certified_bound(text, one):
    score = catalog.build("scores", call_string.parse(text))
    units = score.inputs.units(one.y_true, one.predictions, np)
    counts = score.counts.tally(units, one.weights)
    coarse, exact = score.formula(counts, np), score(one.y_true, one.predictions, one.weights)
    if np.isnan(coarse):
        # What is spread over one bucket only; nothing else may be lost.
        assert np.isnan(exact) or text.startswith("spearman")
    else:
        assert abs(coarse - exact) <= score.error_bound(counts, np) + 1e-6 * max(1, abs(exact))
