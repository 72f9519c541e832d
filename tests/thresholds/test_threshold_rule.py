"""What all rules share: candidates, ties, and refusals."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import confusion_matrix

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.contracts.threshold_rule import Candidates
from ftkeras.errors import UserError
from tests.thresholds import reference

ARGUMENTS = {
    "cost": {"false_positive": 1, "false_negative": 3},
    "precision_at_least": {"value": 0.4},
    "recall_at_least": {"value": 0.6},
}
RULES = [catalog.build("thresholds", Call(name, ARGUMENTS.get(name, {})))
         for name in catalog.names("thresholds")]  # fmt: skip
EXAMPLES = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from([0.0, 1e-300, 0.2, 0.5, 0.5 + 2**-53, 1.0])),
    min_size=1,
    max_size=12,
)


@given(examples=EXAMPLES, most=st.sampled_from([None, 2, 4]))
def test_every_candidate_counts_what_is_above_its_threshold(examples, most):
    labels, probability = map(np.array, zip(*examples, strict=True))
    found = Candidates.of(labels, probability, most)
    tallies = found.tallies()
    assert (np.diff(found.thresholds) < 0).all()
    for place, threshold in enumerate(found.thresholds):
        table = confusion_matrix(labels, probability > threshold, labels=[0, 1])
        assert table[1, 1] == tallies.true_positives[place]
        assert table[0, 1] == tallies.false_positives[place]
    if most is None:
        distinct = len(np.unique(probability)) + 1 - (probability.min() == 0)
        assert len(found.thresholds) == distinct


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_order_and_repetition_of_examples_do_not_matter(rule):
    labels, probability = reference.case(3)
    order = np.random.default_rng(0).permutation(len(labels))
    threshold = rule(labels, probability)
    assert rule(labels[order], probability[order]) == threshold
    assert rule(np.tile(labels, 3), np.tile(probability, 3)) == threshold


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_perfect_probabilities_are_cut_between_the_classes(rule):
    labels, probability = np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.6, 0.8])
    threshold = rule(labels, probability)
    assert threshold == pytest.approx(0.4)


@pytest.mark.parametrize("rule", RULES, ids=repr)
@pytest.mark.parametrize(
    ("labels", "probability"),
    [([], []), ([0, 2], [0.1, 0.2]), ([0, 1], [0.1]), ([0, 1], [0.1, float("nan")]),
     ([0, 1], [0.1, 1.5])],
)  # fmt: skip
def test_what_cannot_be_cut_is_refused(rule, labels, probability):
    with pytest.raises(UserError, match="Received"):
        rule(np.array(labels, int), np.array(probability))
