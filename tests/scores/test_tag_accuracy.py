"""Accuracy of tags against scikit-learn."""

from itertools import chain

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from ftkeras import metrics
from ftkeras.errors import UserError
from ftkeras.scores.tag_accuracy import TagAccuracy
from ftkeras.statistics.intervals import measure
from tests.helpers.host_checks import check_host_metric, drawn
from tests.helpers.tag_sequences import PREDICTED, TRUE, sequences


def test_it_equals_scikit_learn_on_all_words_together():
    @drawn(sequences("conll"), 60)
    def compare(pairs):
        y_true, y_pred = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        found = TagAccuracy()(y_true, y_pred)
        if not any(y_true):
            assert np.isnan(found)
        else:
            assert found == pytest.approx(
                accuracy_score(list(chain(*y_true)), list(chain(*y_pred)))
            )

    compare()


def test_the_metric_counts_as_the_score_does():
    check_host_metric(metrics.TagAccuracy(), TRUE, PREDICTED, TRUE)


def test_the_unit_of_an_interval_is_the_text():
    rng = np.random.default_rng(0)
    true, said = np.empty(200, object), np.empty(200, object)
    for row in range(200):  # all words of a text are right, or none is
        true[row] = ["X"] * 8
        said[row] = ["X" if rng.random() < 0.7 else "Y"] * 8
    (found,) = measure([TagAccuracy()], true, said)
    share = np.mean([row[0] == "X" for row in said])
    assert found.num_units == 200
    assert found.value == pytest.approx(share)
    expected = 2 * 1.96 * np.sqrt(share * (1 - share) / 200)
    assert found.high - found.low == pytest.approx(expected, rel=0.15)


def test_lists_of_other_lengths_and_bare_texts_are_refused():
    with pytest.raises(UserError, match="2 predicted tags and 1 true"):
        TagAccuracy()([["O"]], [["O", "O"]])
    with pytest.raises(UserError, match="Received: the text 'OO'"):
        TagAccuracy()(["OO"], ["OO"])
