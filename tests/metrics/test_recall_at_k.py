"""RecallAtK against its definition, list by list."""

import functools

import pytest

from ftkeras import metrics
from tests.helpers.families.ranking import Ranking
from tests.helpers.metric_checks import check_metric, check_references

FAMILY = Ranking()


def value(relevant, k):
    return relevant[: k or None].sum() / max(1, relevant.sum())


def reference(one, k=10, ties="worst", empty="zero", min_relevance=1):
    return one.mean_by_rank(value, k, ties, empty, min_relevance)


def test_it_equals_its_definition_and_passes_every_check():
    build = functools.partial(metrics.RecallAtK, k=2)
    check_metric(build, functools.partial(reference, k=2), family=FAMILY, best_is_bound=False)


@pytest.mark.parametrize(
    "arguments",
    [{"k": 3}, {"k": None}, {"ties": "order"}, {"empty": "skip"}, {"min_relevance": 2}],
    ids=str,
)
def test_other_arguments_equal_the_definition(arguments):
    build = functools.partial(metrics.RecallAtK, **arguments)
    check_references(build, functools.partial(reference, **arguments), family=FAMILY)
