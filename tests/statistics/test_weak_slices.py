import numpy as np
import pytest

from ftkeras.errors import UserError
from ftkeras.statistics.slices import Slice, compare_slices
from ftkeras.statistics.weak_slices import Condition, confirm, members, weak_slices


def sample(seed, size=800, weak=0.5):
    """Long texts in German are hard; nothing else is."""
    rng = np.random.default_rng(seed)
    columns = {
        "length": rng.integers(1, 500, size),
        "language": rng.choice(["en", "de", "fr"], size),
        "noise": rng.normal(size=size),
    }
    hard = (columns["length"] > 250) & (columns["language"] == "de")
    return rng.random(size) < np.where(hard, weak, 0.92), columns, hard


def test_a_planted_weakness_is_found_and_confirmed():
    right, columns, _ = sample(0)
    found = weak_slices(right, columns)
    new_right, new_columns, new_hard = sample(1)
    confirmed = confirm(found, new_right, new_columns)
    assert confirmed
    assert confirmed[0].difference < -0.2
    overlap = [(members(p, new_columns) & new_hard).sum() / (members(p, new_columns) | new_hard).sum()
               for p in found]  # fmt: skip
    assert max(overlap) > 0.7


def test_what_is_not_there_is_confirmed_as_rarely_as_promised():
    candidates = confirmed = 0
    for seed in range(80):
        found = weak_slices(*sample(2 * seed, size=300, weak=0.92)[:2])
        candidates += bool(found)
        confirmed += bool(confirm(found, *sample(2 * seed + 1, size=300, weak=0.92)[:2]))
    assert candidates > 40  # searching always finds something
    assert confirmed / 80 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 80)


def test_conditions_say_and_select_the_same():
    columns = {"n": np.array([1.0, 2.0, 3.0, np.nan]), "w": np.array(["a", "b", "", "a"], object)}
    cases = [
        (Condition("n", above=1.5), "n above 1.5", [0, 1, 1, 0]),
        (Condition("n", up_to=2), "n up to 2", [1, 1, 0, 0]),
        (Condition("n", above=1, up_to=2), "n above 1, up to 2", [0, 1, 0, 0]),
        (Condition("w", word="a"), "w is a", [1, 0, 0, 1]),
        (Condition("w", word="a", negated=True), "w is not a", [0, 1, 1, 0]),
    ]
    for condition, words, selected in cases:
        assert str(condition) == words
        assert condition.members(columns).astype(int).tolist() == selected
    both = members([cases[1][0], cases[3][0]], columns)
    assert both.tolist() == [True, False, False, False]


@pytest.mark.parametrize("outcome", [np.ones(200, bool), np.zeros(200, bool)])
def test_a_model_that_is_always_right_or_wrong_has_no_weak_part(outcome):
    assert weak_slices(outcome, {"x": np.arange(200) / 3}) == []
    assert confirm([], outcome, {}) == []


def test_without_columns_nothing_is_searched():
    assert weak_slices(np.arange(100) % 2 == 0, {}) == []
    names = np.array([f"row {k}" for k in range(100)])
    assert weak_slices(np.arange(100) % 2 == 0, {"name": names}) == []


def test_a_part_of_a_weak_part_must_be_weaker_still():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 1500))
    weak = rng.random(1500) < np.where(x > 0.5, 0.5, 0.95)
    found = weak_slices(weak, {"x": x, "y": y})
    assert len(found) == 1
    assert [one.column for one in found[0]] == ["x"]
    weaker = rng.random(1500) < np.where((x > 0.5) & (y > 0), 0.2, np.where(x > 0.5, 0.7, 0.95))
    found = weak_slices(weaker, {"x": x, "y": y})
    assert {tuple(sorted(one.column for one in path)) for path in found} >= {("x", "y")}


def test_a_number_that_names_each_unit_is_not_searched():
    assert weak_slices(np.arange(300) < 200, {"row": np.arange(300)}) == []


def errors(seed, size=400, weak=1.0):
    """Absolute errors with a long tail, larger by a factor where texts are long and German."""
    _, columns, hard = sample(seed, size)
    drawn = np.exp(np.random.default_rng(seed + 7).normal(size=size))
    return drawn * np.where(hard, weak, 1.0), columns, hard


def test_a_planted_weakness_of_numbers_is_found_and_confirmed():
    loss, columns, _ = errors(0, 800, weak=4.0)
    found = weak_slices(loss, columns, direction="min")
    new_loss, new_columns, new_hard = errors(1, 800, weak=4.0)
    confirmed = confirm(found, new_loss, new_columns, direction="min")
    assert confirmed[0].difference > 1
    assert confirmed[0].score > confirmed[0].rest
    overlap = [(members(p, new_columns) & new_hard).sum() / (members(p, new_columns) | new_hard).sum()
               for p in found]  # fmt: skip
    assert max(overlap) > 0.7
    # What is better is not weak: the same numbers as gains have their weak parts elsewhere.
    hard = [item.value for item in confirmed]
    gains = confirm(weak_slices(loss, columns), new_loss, new_columns)
    assert not set(hard) & {item.value for item in gains}
    assert all(item.difference < 0 for item in gains)


@pytest.mark.parametrize("direction", ["min", "max"])
def test_of_numbers_too_nothing_is_confirmed_more_often_than_promised(direction):
    candidates = confirmed = 0
    runs = 60
    for seed in range(runs):
        found = weak_slices(*errors(2 * seed, 250)[:2], direction=direction)
        candidates += bool(found)
        on_test = errors(2 * seed + 1, 250)[:2]
        confirmed += bool(confirm(found, *on_test, direction=direction))
    assert candidates > runs / 3
    assert confirmed / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def test_another_direction_is_refused():
    with pytest.raises(UserError, match="direction='up'"):
        weak_slices(np.ones(100), {"x": np.arange(100) / 3}, direction="up")


def test_p_values_of_numbers_are_those_of_the_seed():
    rng = np.random.default_rng(4)
    columns = {"language": np.repeat(["en", "de"], 60)}
    loss = rng.normal(size=120) + 0.45 * (columns["language"] == "de")
    candidate = (Condition("language", word="de"),)
    part = [Slice("", "", columns["language"] == "de")]
    found = []
    for seed in (0, 5):
        [item] = confirm([candidate], loss, columns, direction="min", seed=seed)
        assert item.p_value == compare_slices(loss, part, seed=seed)[0].p_value
        found.append(item.p_value)
    assert found[0] != found[1]
