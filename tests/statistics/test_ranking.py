import numpy as np
import pytest

from ftkeras.errors import UserError
from ftkeras.statistics.ranking import rank
from ftkeras.transferability.h_score import HScore
from ftkeras.transferability.log_me import LogMe


def of_losses(losses):
    values = {name: float(loss.mean()) for name, loss in losses.items()}
    return values, {name: (loss - loss.mean()) / len(loss) for name, loss in losses.items()}


def test_intervals_are_those_of_resampled_means():
    rng = np.random.default_rng(0)
    loss = rng.exponential(size=300)
    found = rank(*of_losses({"a": loss}), direction="min", resamples=4000).order[0]
    drawn = loss[rng.integers(0, 300, (4000, 300))].mean(axis=1)
    expected = np.quantile(drawn, [0.025, 0.975])
    assert (found.low, found.high) == pytest.approx(expected, abs=0.01)


def test_what_is_hard_for_both_cancels_in_the_difference():
    rng = np.random.default_rng(1)
    hard = 3 * rng.exponential(size=400)
    losses = {"a": hard, "b": hard + 0.1 + 0.2 * rng.normal(size=400)}
    found = rank(*of_losses(losses), direction="min")
    assert [one.name for one in found.order] == ["a", "b"]
    assert found.order[0].high > found.order[1].low
    assert not found.tied("a", "b")
    assert found.pairs[0].difference == pytest.approx(-0.1, abs=0.03)


@pytest.mark.parametrize(("direction", "first"), [("min", "low"), ("max", "high")])
def test_the_direction_says_who_is_first(direction, first):
    losses = {"high": np.full(50, 2.0) + np.arange(50) % 2, "low": np.arange(50) % 2 + 0.0}
    assert rank(*of_losses(losses), direction=direction).order[0].name == first


def test_candidates_that_are_alike_are_seldom_told_apart():
    """Six equal candidates, 15 pairs, 100 data sets: a false difference in 5% of them."""
    rng = np.random.default_rng(2)
    wrong = 0
    for seed in range(100):
        losses = {str(k): rng.normal(size=120) for k in range(6)}
        found = rank(*of_losses(losses), direction="min", resamples=1000, seed=seed)
        wrong += not all(pair.tied for pair in found.pairs)
    assert wrong <= 13  # 5 expected, standard deviation 2.2; without correction about 35


@pytest.mark.parametrize("score", [HScore(shrunk=False), LogMe()])
def test_the_linear_bootstrap_spreads_as_brute_force_does(score):
    """Brute force repeats examples, which moves the centre; the spread is what is compared."""
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 2, 400)
    features = labels[:, None] * 0.7 + rng.normal(size=(400, 3))
    brute = np.std([
        score(features[rows], labels[rows]) for rows in rng.integers(0, 400, (200, 400))
    ])  # fmt: skip
    found = rank(
        {"a": score(features, labels)},
        {"a": score.influences(features, labels)},
        direction="max",
    ).order[0]
    assert (found.high - found.low) / 3.92 == pytest.approx(brute, rel=0.2)


def test_candidates_must_answer_the_same_units():
    with pytest.raises(UserError, match="same units"):
        rank({"a": 1.0, "b": 1.0}, {"a": np.zeros(3), "b": np.zeros(4)}, direction="max")
    with pytest.raises(UserError, match="same units"):
        rank({"a": 1.0}, {"b": np.zeros(3)}, direction="max")
