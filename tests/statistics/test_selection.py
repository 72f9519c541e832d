import numpy as np
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from ftkeras.errors import UserError
from ftkeras.scores.accuracy import Accuracy
from ftkeras.scores.area_under_roc_curve import AreaUnderRocCurve
from ftkeras.scores.log_loss import LogLoss
from ftkeras.statistics.selection import select


def drawn(candidates, units=80, signal=0.7, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, units)
    return labels, [
        (signal * (2 * labels - 1) + rng.normal(size=units))[:, None] for _ in range(candidates)
    ]


def test_it_is_the_procedure_of_the_paper_done_by_hand():
    labels, logits = drawn(6)
    probabilities = [1 / (1 + np.exp(-one[:, 0])) for one in logits]
    found = select(LogLoss(), labels, logits, seed=5)
    losses = [log_loss(labels, p) for p in probabilities]
    assert found.chosen == np.argmin(losses)
    assert found.value == pytest.approx(min(losses), abs=1e-6)
    each = [-np.log(np.where(labels == 1, p, 1 - p)) for p in probabilities]
    rng, delivered, same = np.random.default_rng(77), [], []
    for _ in range(3000):
        rows = rng.integers(0, 80, 80)
        out = np.setdiff1d(np.arange(80), rows)
        best = np.argmin([loss[rows].mean() for loss in each])
        delivered.append(each[best][out].mean())
        same.append(best == found.chosen)
    assert found.corrected == pytest.approx(np.mean(delivered), abs=0.01)
    assert found.stability == pytest.approx(np.mean(same), abs=0.05)
    assert (found.low, found.high) == pytest.approx(
        np.quantile(delivered, [0.025, 0.975]), abs=0.03
    )
    assert found.optimism == pytest.approx(found.corrected - found.value)


def test_the_corrected_score_is_right_where_the_best_looks_too_good():
    """40 candidates of equal worth, 60 data sets: what is delivered is what one is worth."""
    looks, corrected = [], []
    for seed in range(60):
        labels, logits = drawn(40, units=60, signal=0.5, seed=seed)
        found = select(Accuracy(), labels, logits, resamples=100, seed=seed)
        looks.append(found.value)
        corrected.append(found.corrected)
    worth = 0.6914625  # the share of a normal variable above -0.5
    assert np.mean(looks) > worth + 0.08
    assert np.mean(corrected) == pytest.approx(worth, abs=0.02)


def test_curves_can_be_chosen_by():
    labels, logits = drawn(4)
    found = select(AreaUnderRocCurve(), labels, logits, resamples=200)
    areas = [roc_auc_score(labels, one) for one in logits]
    assert (found.chosen, found.value) == (np.argmax(areas), pytest.approx(max(areas)))
    assert found.optimism > -0.02


def test_one_candidate_is_no_choice_and_has_no_optimism():
    labels, logits = drawn(1, units=400)
    found = select(Accuracy(), labels, logits)
    assert abs(found.optimism) < 0.005
    assert (found.stability, found.candidates, found.num_units) == (1.0, 1, 400)


def test_what_cannot_be_chosen_from_is_refused():
    with pytest.raises(UserError, match="one candidate or more"):
        select(Accuracy(), [0, 1], [])
    with pytest.raises(UserError, match="NaN"):
        select(Accuracy(), [0, 1], [np.array([[1.0], [np.nan]])])
