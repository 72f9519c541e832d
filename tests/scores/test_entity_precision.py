"""Precision of entities against seqeval."""

import numpy as np
import pytest

from ftkeras import metrics
from ftkeras.scores.entity_precision import EntityPrecision
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
    check_against_seqeval(EntityPrecision, "precision", scheme)


def test_each_type_equals_seqeval():
    check_types(EntityPrecision, "precision")


def test_the_metric_counts_as_the_score_does():
    check_host_metric(metrics.EntityPrecision(), TRUE, PREDICTED, TRUE)
    check_host_metric(metrics.EntityPrecision("macro", TYPES), TRUE, PREDICTED, TRUE)


def test_it_is_undefined_while_nothing_is_predicted():
    assert np.isnan(EntityPrecision()(TRUE, [["O"] * len(tags) for tags in TRUE]))
