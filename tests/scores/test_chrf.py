"""chrF and chrF++ against sacrebleu."""

import numpy as np
import pytest
import sacrebleu

from ftkeras import metrics
from ftkeras.errors import UserError
from ftkeras.scores.chrf import Chrf
from tests.helpers.host_checks import PAIRS, REFERENCED, check_host_metric, columns, drawn

SETTINGS = [{}, {"word_order": 2}, {"char_order": 3, "word_order": 1, "beta": 1.0},
            {"lowercase": True, "beta": 3.0}]  # fmt: skip


def reference(y_true, y_pred, **changed):
    truths = [[one] if isinstance(one, str) else one for one in y_true]
    scorer = sacrebleu.CHRF(**changed)
    return scorer.corpus_score(y_pred, list(zip(*truths, strict=True))).score


@pytest.mark.parametrize("changed", SETTINGS, ids=str)
@drawn(PAIRS, 40)
def test_it_equals_sacrebleu(changed, pairs):
    y_true, y_pred = columns(pairs)
    found = Chrf(**changed)(y_true, y_pred)
    if np.isnan(found):
        assert not "".join(y_true).strip()
    else:
        assert found == pytest.approx(reference(y_true, y_pred, **changed), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("changed", SETTINGS, ids=str)
@drawn(REFERENCED, 40)
def test_the_best_reference_of_a_sentence_counts(changed, pairs):
    y_true, y_pred = columns(pairs)
    found = Chrf(**changed)(y_true, y_pred)
    if not np.isnan(found):
        assert found == pytest.approx(reference(y_true, y_pred, **changed), rel=1e-9, abs=1e-9)


def test_the_metric_counts_as_the_score_does():
    y_true = ["The cat sat.", "Ein Häuschen", "北京", "(yes)"]
    check_host_metric(
        metrics.Chrf(word_order=2), y_true, ["The cats sat", "Ein Haus", "北", "no"], y_true
    )


def test_empty_texts():
    assert Chrf()(["a cat"], [""]) == 0.0
    assert np.isnan(Chrf()([""], ["a cat"]))


@pytest.mark.parametrize("changed", [{"char_order": 0}, {"word_order": -1}, {"beta": 0.0}])
def test_wrong_settings_are_refused(changed):
    with pytest.raises(UserError, match=next(iter(changed))):
        Chrf(**changed)
