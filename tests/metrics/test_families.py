"""All metrics of a family in one compiled step: alike eager, in a graph, and compiled by XLA."""

import functools

import pytest

from ftkeras import catalog
from tests.helpers.metric_checks import check_compiled_together, families, variants

# One size of each; the program for JAX takes the other.
TOGETHER = {family.inputs: family for family in reversed(families()) if family.is_compiled_together}


@pytest.mark.parametrize("family", TOGETHER.values(), ids=str)
def test_metrics_of_a_family_say_the_same_in_one_compiled_step(family):
    builds = [
        functools.partial(type(metric), **metric.get_config())
        for name in catalog.names("metrics")
        for other, metric in variants("metrics", name)
        if str(other) == str(family)
    ]
    assert len(builds) >= 4
    check_compiled_together(builds, family.one(seed=12, weighted=True))
