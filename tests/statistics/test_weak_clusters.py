import numpy as np
import pytest

from ftkeras.statistics.weak_clusters import confirm, weak_clusters

CENTRES = np.random.default_rng(99).normal(size=(6, 40)) * 3


def sample(seed, size=500, weak=0.4):
    """Six kinds of examples, of which the last is hard."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 6, size)
    features = CENTRES[kind] + rng.normal(size=(size, 40))
    return rng.random(size) < np.where(kind == 5, weak, 0.9), features, kind == 5


def test_a_planted_weakness_is_found_and_confirmed_with_its_own_examples():
    right, features, _ = sample(0)
    found = weak_clusters(right, features)
    new_right, new_features, hard = sample(1)
    confirmed = confirm(found, new_right, new_features)
    cluster, first = confirmed[0]
    members = cluster.members(new_features)
    assert (members & hard).sum() / (members | hard).sum() > 0.95
    assert first.num_units == members.sum()
    assert first.score == pytest.approx(new_right[members].mean())
    assert first.difference == pytest.approx(new_right[members].mean() - new_right[~members].mean())
    assert first.adjusted <= 0.05


@pytest.mark.slow
def test_what_is_not_there_is_confirmed_as_rarely_as_promised():
    runs, candidates, confirmed = 100, 0, 0
    for seed in range(runs):
        found = weak_clusters(*sample(2 * seed, 400, 0.9)[:2], smallest=8)
        candidates += bool(found)
        confirmed += bool(confirm(found, *sample(2 * seed + 1, 400, 0.9)[:2], smallest=8))
    assert candidates > 0.15 * runs  # so many would be shown if nothing had to be confirmed
    assert confirmed / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def test_typical_examples_are_the_nearest_to_the_mean_of_their_kind():
    right, features, hard = sample(2)
    features = features[:, :20]  # fewer than are projected on, so that distances stay the same
    cluster = weak_clusters(right, features)[0]
    inside = np.flatnonzero(cluster.members(features))
    assert hard[inside].mean() > 0.9
    away = np.linalg.norm(features[inside] - features[inside].mean(axis=0), axis=1)
    assert cluster.typical(features, 5).tolist() == inside[np.argsort(away)[:5]].tolist()


def test_the_same_seed_gives_the_same_clusters_whatever_the_order_of_threads():
    right, features, _ = sample(3)
    one, other = (weak_clusters(right, features, seed=4) for _ in range(2))
    assert [str(each) for each in one] == [str(each) for each in other]
    np.testing.assert_array_equal(one[0].centres, other[0].centres)


@pytest.mark.parametrize("outcome", [np.ones(200, bool), np.zeros(200, bool)])
def test_a_model_that_is_always_right_or_wrong_has_no_weak_group(outcome):
    features = np.random.default_rng(0).normal(size=(200, 3))
    assert weak_clusters(outcome, features) == []
    assert confirm([], outcome, features) == []


def test_few_equal_or_infinite_features_give_nothing_and_raise_nothing():
    right = np.arange(200) % 3 > 0
    assert weak_clusters(right, np.ones((200, 4))) == []
    assert weak_clusters(right[:50], np.random.default_rng(0).normal(size=(50, 4))) == []
    assert weak_clusters(right, np.full((200, 4), np.inf)) == []


def test_features_of_other_examples_are_refused():
    with pytest.raises(ValueError, match=r"features.shape=\(3, 2\)"):
        weak_clusters(np.ones(4, bool), np.ones((3, 2)))


def errors(seed, size=400, weak=1.0):
    """Errors with a long tail, larger by a factor for the last kind."""
    _, features, hard = sample(seed, size)
    drawn = np.exp(np.random.default_rng(seed + 7).normal(size=size))
    return drawn * np.where(hard, weak, 1.0), features, hard


def test_a_planted_weakness_of_numbers_is_found_and_confirmed():
    loss, features, _ = errors(0, weak=5.0)
    found = weak_clusters(loss, features, direction="min")
    new_loss, new_features, hard = errors(1, weak=5.0)
    cluster, first = confirm(found, new_loss, new_features, direction="min")[0]
    members = cluster.members(new_features)
    assert (members & hard).sum() / (members | hard).sum() > 0.9
    assert first.difference == pytest.approx(new_loss[members].mean() - new_loss[~members].mean())
    assert first.difference > 0


@pytest.mark.slow
@pytest.mark.parametrize("direction", ["min", "max"])
def test_of_numbers_too_nothing_is_confirmed_more_often_than_promised(direction):
    runs, candidates, confirmed = 80, 0, 0
    for seed in range(runs):
        found = weak_clusters(*errors(2 * seed)[:2], smallest=8, direction=direction)
        candidates += bool(found)
        on_test = errors(2 * seed + 1)[:2]
        confirmed += bool(confirm(found, *on_test, smallest=8, direction=direction))
    assert candidates > 0.15 * runs
    assert confirmed / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
