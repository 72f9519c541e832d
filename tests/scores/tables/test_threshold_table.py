"""The table against counting at each threshold, and against scikit-learn's curves."""

import numpy as np
import pytest
from scipy.special import logit
from sklearn.metrics import precision_recall_curve

from ftkeras.errors import UserError
from ftkeras.scores.counts.float_key import float_key, lower_edges
from ftkeras.scores.counts.score_histogram import ScoreHistogram
from ftkeras.scores.inputs.classification import Classification
from ftkeras.scores.tables.threshold_table import threshold_table
from tests.helpers.metric_checks import case

ONE = case(2, size=500, ties=True)
UNITS = Classification(2).units(ONE.y_true, ONE.logits, np)


def test_every_distinct_score_is_a_threshold_as_in_scikit_learn():
    ranked = ScoreHistogram().fitted(UNITS)
    table = threshold_table(ranked.tally(UNITS), ranked.scores)
    precision, recall, thresholds = precision_recall_curve(ONE.y_true, ONE.logits)
    np.testing.assert_allclose(table["logit"][::-1], thresholds)
    np.testing.assert_allclose(table["precision"][::-1], precision[:-1])
    np.testing.assert_allclose(table["recall"][::-1], recall[:-1])


def test_streamed_rows_are_exact_for_their_thresholds():
    one = case(2, size=3000)
    units = Classification(2).units(one.y_true, one.logits, np)
    for num_buckets in (64, 2**14):
        table = threshold_table(ScoreHistogram(num_buckets).tally(units))
        for row, edge in enumerate(table["logit"]):
            said = one.logits >= edge
            cells = [(said & (one.y_true == 1)).sum(), (said & (one.y_true == 0)).sum(),
                     (~said & (one.y_true == 1)).sum(), (~said & (one.y_true == 0)).sum()]  # fmt: skip
            names = ("true_positives", "false_positives", "false_negatives", "true_negatives")
            assert [table[name][row] for name in names] == cells
    np.testing.assert_allclose(logit(table["threshold"]), table["logit"], atol=1e-9)


def test_few_rows_are_spread_over_the_units():
    table = threshold_table(ScoreHistogram().tally(UNITS), most=5)
    assert 2 <= len(table["logit"]) <= 5
    assert table["recall"][-1] == 1


def test_edges_are_where_buckets_begin():
    edges = lower_edges(2**14)[2:].astype("float32")
    np.testing.assert_array_equal(float_key(edges, 2**14, np), np.arange(2, 2**14))
    before = np.nextafter(edges, np.float32(-np.inf))
    np.testing.assert_array_equal(float_key(before, 2**14, np), np.arange(1, 2**14 - 1))


@pytest.mark.parametrize(
    ("counts", "edges", "message"),
    [([1, 2], None, "counts.shape"), ([[1, 2], [0, 1]], [0.0], "edges.shape")],
)
def test_what_is_no_histogram_is_refused(counts, edges, message):
    with pytest.raises(UserError, match=message):
        threshold_table(counts, edges)
