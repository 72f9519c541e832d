"""MeanReciprocalRank against its definition, list by list."""

import functools

import numpy as np
import pytest

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.families.ranking import Ranking
from tests.helpers.metric_checks import check_metric, check_references

FAMILY = Ranking()


def value(relevant, k):
    ranks = np.flatnonzero(relevant[: k or None]) + 1
    return 1 / ranks[0] if len(ranks) else 0.0


def reference(one, k=None, ties="worst", empty="zero", min_relevance=1):
    return one.mean_by_rank(value, k, ties, empty, min_relevance)


def test_it_equals_its_definition_and_passes_every_check():
    check_metric(metrics.MeanReciprocalRank, reference, family=FAMILY)


@pytest.mark.parametrize(
    "arguments",
    [{"k": 3}, {"k": 1}, {"ties": "order"}, {"empty": "skip"}, {"min_relevance": 2}],
    ids=str,
)
def test_other_arguments_equal_the_definition(arguments):
    build = functools.partial(metrics.MeanReciprocalRank, **arguments)
    check_references(build, functools.partial(reference, **arguments), family=FAMILY)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"k": 0}, "k=0"), ({"ties": "average"}, "ties='average'"), ({"empty": "one"}, "empty='one'")],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(UserError, match=message):
        metrics.MeanReciprocalRank(**arguments)


def test_constant_scores_gain_nothing():
    y_true = np.array([[1, 0, 0, 0]])
    metric = metrics.MeanReciprocalRank()
    metric.update_state(y_true, np.zeros((1, 4), "float32"))
    assert float(metric.result()) == pytest.approx(1 / 4)
