"""The rule that ends an adaptive recipe: its p-value, its errors and its power."""

import numpy as np
import pytest
from scipy.special import expit, log1p
from scipy.stats import permutation_test

from ftkeras.errors import UserError
from ftkeras.scores.accuracy import Accuracy
from ftkeras.scores.log_loss import LogLoss
from ftkeras.training.stopping import StopWithoutGain

UNITS, EPOCHS, RUNS = 150, 4, 240


def losses(labels, logits):
    return log1p(np.exp(np.where(labels == 1, -1, 1) * logits))


def stage(generator, truth, labels, noise):
    """The best by validation of several epochs that are all equally good in truth."""
    epochs = [truth + noise * generator.normal(size=UNITS) for _ in range(EPOCHS)]
    return min(epochs, key=lambda logits: losses(labels, logits).mean())


def drawn(generator):
    truth = generator.normal(0, 2, UNITS)
    return truth, (generator.random(UNITS) < expit(truth)).astype("int64")


def look(rule, labels, after, before, epochs, seed):
    return rule.look(labels, after[:, None], before[:, None], epochs=epochs, seed=seed)


def test_without_a_true_gain_it_goes_on_in_at_most_its_level_of_runs():
    """The best of four equal epochs against one more of the same kind, chosen by nobody."""
    generator = np.random.default_rng(0)
    rule = StopWithoutGain(LogLoss(), level=0.1, resamples=300)
    wrong, careless = 0, 0
    for seed in range(RUNS):
        truth, labels = drawn(generator)
        before = truth + generator.normal(size=UNITS)
        after = stage(generator, truth, labels, 1.0)
        wrong += look(rule, labels, after, before, EPOCHS, seed).goes_on
        careless += look(rule, labels, after, before, 1, seed).goes_on
    error = 2 * np.sqrt(0.1 * 0.9 / RUNS)
    assert wrong / RUNS <= 0.1 + error
    assert careless / RUNS > 0.1 + error  # without accounting for the choice of the epoch


def test_a_true_gain_is_seen_and_then_it_stops():
    """First stage: much less noise. Second: none less. Going past both is the error."""
    generator = np.random.default_rng(1)
    rule = StopWithoutGain(LogLoss(), level=0.1, resamples=300)
    first, second = 0, 0
    for seed in range(80):
        truth, labels = drawn(generator)
        before = truth + 3.0 * generator.normal(size=UNITS)
        after = stage(generator, truth, labels, 0.5)
        if look(rule, labels, after, before, EPOCHS, seed).goes_on:
            first += 1
            later = stage(generator, truth, labels, 0.5)
            second += look(rule, labels, later, after, EPOCHS, seed).goes_on
    assert first >= 76
    assert second / 80 <= 0.1 + 2 * np.sqrt(0.1 * 0.9 / 80)


@pytest.mark.parametrize("upwards", [True, False])
def test_the_p_value_is_one_sided_and_times_the_epochs(upwards):
    generator = np.random.default_rng(4)
    truth, labels = drawn(generator)
    better, worse = truth + generator.normal(size=UNITS), truth + 1.7 * generator.normal(size=UNITS)
    after, before = (better, worse) if upwards else (worse, better)
    found = look(StopWithoutGain(LogLoss(), resamples=20000), labels, after, before, 1, 0)
    each = losses(labels, after) - losses(labels, before)
    reference = permutation_test(
        (each,), np.mean, permutation_type="samples", alternative="less", n_resamples=20000,
        rng=np.random.default_rng(0),
    )  # fmt: skip
    assert found.difference == pytest.approx(each.mean(), abs=1e-9)
    assert found.p_value == pytest.approx(reference.pvalue, abs=0.01)
    thrice = look(StopWithoutGain(LogLoss(), resamples=20000), labels, after, before, 3, 0)
    assert thrice.p_value == pytest.approx(min(1.0, 3 * found.p_value))


def test_worse_and_equal_answers_never_go_on():
    labels = np.arange(60) % 2
    right = np.where(labels == 1, 2.0, -2.0)
    rule = StopWithoutGain(Accuracy(), level=0.5)
    assert not look(rule, labels, -right, right, 1, 0).goes_on
    assert look(rule, labels, right, right, 1, 0).p_value >= 0.5
    assert not look(rule, labels, right, right, 1, 0).goes_on


def test_what_cannot_be_compared_stops_with_a_reason():
    labels = np.arange(10) % 2
    logits = np.full(10, np.nan)
    seen = look(StopWithoutGain(LogLoss()), labels, logits, logits, 1, 0)
    assert not seen.goes_on
    assert "Received" in seen.problem
    with pytest.raises(UserError, match="level"):
        StopWithoutGain(LogLoss(), level=2.0)
