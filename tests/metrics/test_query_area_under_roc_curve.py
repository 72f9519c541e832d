"""QueryAreaUnderRocCurve against scikit-learn."""

import functools

import numpy as np
from sklearn.metrics import roc_auc_score

from ftkeras import metrics
from tests.helpers.families.ranking import Ranking
from tests.helpers.metric_checks import check_metric, check_references

FAMILY = Ranking()


def reference(one, min_relevance=1):
    return one.mean(
        lambda relevance, scores: roc_auc_score(relevance >= min_relevance, scores),
        skip=lambda relevance: len(np.unique(relevance >= min_relevance)) < 2,
    )


def test_it_equals_scikit_learn_and_passes_every_check():
    check_metric(metrics.QueryAreaUnderRocCurve, reference, family=FAMILY)


def test_what_is_relevant_can_be_said():
    build = functools.partial(metrics.QueryAreaUnderRocCurve, min_relevance=2)
    check_references(build, functools.partial(reference, min_relevance=2), family=FAMILY)
