"""Recall of entities against seqeval."""

import numpy as np
import pytest

from ftkeras import metrics
from ftkeras.scores.entity_recall import EntityRecall
from tests.helpers.host_checks import check_host_metric
from tests.helpers.tag_sequences import (
    PREDICTED,
    SCHEMES,
    TRUE,
    TYPES,
    check_against_seqeval,
    check_types,
)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_it_equals_seqeval_for_every_average(scheme):
    check_against_seqeval(EntityRecall, "recall", scheme)


def test_each_type_equals_seqeval():
    check_types(EntityRecall, "recall")


def test_the_metric_counts_as_the_score_does():
    check_host_metric(metrics.EntityRecall(), TRUE, PREDICTED, TRUE)
    check_host_metric(metrics.EntityRecall("macro", TYPES), TRUE, PREDICTED, TRUE)


def test_it_is_undefined_without_true_entities_and_0_when_none_is_found():
    nothing = [["O"] * len(tags) for tags in TRUE]
    assert np.isnan(EntityRecall()(nothing, PREDICTED))
    assert EntityRecall()(TRUE, nothing) == 0.0
