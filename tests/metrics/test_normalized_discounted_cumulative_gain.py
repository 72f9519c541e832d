"""NormalizedDiscountedCumulativeGain against scikit-learn."""

import functools

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from ftkeras import metrics
from ftkeras.errors import UserError
from ftkeras.scores.inputs.ranking import Ranking as Inputs
from ftkeras.scores.inputs.ranking import padded_lists
from ftkeras.statistics.intervals import measure
from tests.helpers.families.ranking import Ranking, case
from tests.helpers.metric_checks import check_metric, check_references

FAMILY = Ranking()


def gain_of_query(relevance, scores, k=None, gain="linear"):
    # scikit-learn refuses single documents; one more that is irrelevant and last changes nothing.
    gains = 2 ** relevance.astype("float64") - 1 if gain == "exponential" else relevance
    return ndcg_score([[*gains, 0]], [[*scores, -1e6]], k=k)


def reference(one, empty="zero", **arguments):
    skip = None if empty == "zero" else lambda relevance: not relevance.any()
    return one.mean(functools.partial(gain_of_query, **arguments), skip)


def test_it_equals_scikit_learn_and_passes_every_check():
    check_metric(metrics.NormalizedDiscountedCumulativeGain, reference, family=FAMILY)


@pytest.mark.parametrize(
    "arguments", [{"k": 3}, {"k": 1}, {"gain": "exponential", "k": 5}, {"empty": "skip"}], ids=str
)
def test_other_arguments_equal_scikit_learn(arguments):
    build = functools.partial(metrics.NormalizedDiscountedCumulativeGain, **arguments)
    check_references(build, functools.partial(reference, **arguments), family=FAMILY)


@pytest.mark.parametrize("ties", ["worst", "order"])
def test_ties_can_be_broken(ties):
    """Scores that break them beforehand say the same."""

    def expected(one):
        nudge = -one.y_true if ties == "worst" else -np.arange(8.0) * np.ones_like(one.y_true)
        scores = one.predictions.astype("float64") + 1e-9 * nudge
        return type(one)(one.y_true, scores, one.weights).mean(gain_of_query)

    build = functools.partial(metrics.NormalizedDiscountedCumulativeGain, ties=ties)
    check_references(build, expected, family=FAMILY)


def test_long_lists_keep_their_digits():
    rng = np.random.default_rng(0)
    y_true, scores = rng.integers(0, 4, (3, 700)), np.round(rng.normal(size=(3, 700)), 1)
    metric = metrics.NormalizedDiscountedCumulativeGain()
    metric.update_state(y_true, scores.astype("float32"))
    expected = ndcg_score(y_true, scores)
    assert float(metric.result()) == pytest.approx(expected, abs=1e-6)


def test_it_has_an_interval():
    one = case(size=300, seed=4)
    score = metrics.NormalizedDiscountedCumulativeGain(k=5).score
    (found,) = measure([score], one.y_true, one.predictions)
    values = [
        gain_of_query(r[r >= 0], s[r >= 0], k=5)
        for r, s in zip(one.y_true, one.predictions, strict=True)
    ]
    assert found.value == pytest.approx(np.mean(values))
    half = 1.96 * np.std(values) / np.sqrt(300)
    assert found.high - found.low == pytest.approx(2 * half, rel=0.1)


def test_flat_rows_become_padded_lists():
    rng = np.random.default_rng(0)
    queries = rng.choice(["q7", "q1", "q3"], 50)
    relevance, scores = rng.integers(0, 3, 50), rng.normal(size=50)
    ids, *lists = padded_lists(queries, relevance, scores)
    assert ids.tolist() == ["q1", "q3", "q7"]
    for query, true, predicted in zip(ids, *lists, strict=True):
        np.testing.assert_array_equal(true[true >= 0], relevance[queries == query])
        np.testing.assert_array_equal(predicted[true >= 0], scores[queries == query])
    units = Inputs().units(*lists, np)
    assert units.is_known.all()
    with pytest.raises(UserError, match=r"y_pred\.shape=\(2,\)"):
        padded_lists(queries, relevance, scores[:2])


def test_padding_of_a_query_without_documents_is_left_out():
    metric = metrics.NormalizedDiscountedCumulativeGain()
    metric.update_state([[1, 0], [-1, -1]], [[1.0, 0.0], [0.0, 0.0]])
    assert float(metric.result()) == 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"k": 0}, "k=0"),
        ({"ties": "best"}, "ties='best'"),
        ({"gain": "log"}, "gain='log'"),
        ({"empty": "one"}, "empty='one'"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(UserError, match=message):
        metrics.NormalizedDiscountedCumulativeGain(**arguments)


def test_flat_rows_are_answered_with_the_way_out():
    with pytest.raises(UserError, match="padded_lists"):
        metrics.NormalizedDiscountedCumulativeGain().update_state([0, 1], [0.5, 0.2])


def test_the_recommended_set_shares_one_state():
    suite = metrics.suite("ranking")
    one = case()
    for metric in suite:
        metric.update_state(one.y_true, one.predictions)
    assert len({metric.name for metric in suite}) == len(suite) >= 4
    for metric in suite:
        exact = metric.score(one.y_true, one.predictions)
        assert float(metric.result()) == pytest.approx(exact, abs=1e-6)
