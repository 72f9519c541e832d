"""MeanAveragePrecision against its definition, list by list."""

import functools

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from ftkeras import metrics
from tests.helpers.families.ranking import Ranking, case
from tests.helpers.metric_checks import check_metric, check_references, value_of

FAMILY = Ranking()


def value(relevant, k):
    ranks = np.flatnonzero(relevant[: k or None]) + 1
    return sum(relevant[:rank].mean() for rank in ranks) / max(1, relevant.sum())


def reference(one, k=None, ties="worst", empty="zero", min_relevance=1):
    return one.mean_by_rank(value, k, ties, empty, min_relevance)


def test_it_equals_its_definition_and_passes_every_check():
    check_metric(metrics.MeanAveragePrecision, reference, family=FAMILY)


@pytest.mark.parametrize(
    "arguments",
    [{"k": 3}, {"k": 1}, {"ties": "order"}, {"empty": "skip"}, {"min_relevance": 2}],
    ids=str,
)
def test_other_arguments_equal_the_definition(arguments):
    build = functools.partial(metrics.MeanAveragePrecision, **arguments)
    check_references(build, functools.partial(reference, **arguments), family=FAMILY)


def test_a_query_without_ties_equals_scikit_learn():
    one = case(seed=9)

    def average_precision(relevance, scores):
        return average_precision_score(relevance >= 1, scores)

    expected = one.mean(average_precision, skip=lambda relevance: not (relevance >= 1).any())
    assert value_of(metrics.MeanAveragePrecision(empty="skip"), one) == pytest.approx(expected)
