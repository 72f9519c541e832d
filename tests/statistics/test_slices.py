import numpy as np
import pytest
from scipy.stats import fisher_exact, permutation_test, ttest_ind
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from ftkeras.errors import UserError
from ftkeras.statistics import _permutations
from ftkeras.statistics.slices import Slice, compare_slices, cut


def described(columns):
    return {(one.column, one.value): int(one.members.sum()) for one in cut(columns)}


def test_words_and_few_numbers_are_cut_by_value():
    found = described({
        "language": np.array(["en"] * 5 + ["de"] * 3 + ["", ""], dtype=object),
        "stars": np.array([1, 1, 1, 5, 5, 5, 5, 5, 5, 5]),
        "flag": np.array([True] * 4 + [False] * 6),
    })  # fmt: skip
    assert found == {
        ("language", "en"): 5, ("language", "de"): 3, ("language", "(missing)"): 2,
        ("stars", "1"): 3, ("stars", "5"): 7, ("flag", "True"): 4, ("flag", "False"): 6,
    }  # fmt: skip


def test_many_numbers_are_cut_at_their_quartiles():
    values = np.append(np.random.default_rng(0).normal(size=200), [np.nan] * 7)
    slices = cut({"x": values})
    known = values[:200]
    expected = [(known <= np.quantile(known, q, method="lower")).sum() for q in (0.25, 0.5, 0.75)]
    sizes = [one.members.sum() for one in slices]
    assert np.cumsum(sizes[:3]).tolist() == expected
    assert (sizes[-1], slices[-1].value) == (7, "(missing)")
    assert np.sum([one.members for one in slices], axis=0).tolist() == [1] * 207
    assert cut({"x": values.astype(str).astype(object)})[0].value == slices[0].value


def test_columns_that_say_nothing_or_name_each_unit_are_left_out():
    assert cut({
        "constant": np.full(50, "a"),
        "name": np.array([f"row {k}" for k in range(50)]),
        "number": np.arange(50),
    }) == []  # fmt: skip


def test_at_most_twelve_values_of_a_column_the_most_frequent():
    words = np.repeat([f"w{k}" for k in range(20)], np.arange(1, 21))
    assert [one.value for one in cut({"w": words})] == [f"w{k}" for k in range(19, 7, -1)]


def planted(size=600, seed=0):
    rng = np.random.default_rng(seed)
    columns = {
        "language": rng.choice(["en", "de", "fr"], size),
        "device": rng.choice(["a", "b"], size),
    }
    right = rng.random(size) < np.where(columns["language"] == "fr", 0.6, 0.9)
    return right, columns


def test_shares_are_compared_as_statsmodels_and_scipy_do():
    right, columns = planted()
    found = compare_slices(right, cut(columns))
    assert (found[0].column, found[0].value) == ("language", "fr")
    assert found[0].adjusted < 1e-6
    for one in found:
        inside = columns[one.column] == one.value
        table = [[right[m].sum(), (~right[m]).sum()] for m in (inside, ~inside)]
        ends = confint_proportions_2indep(table[0][0], inside.sum(), table[1][0], (~inside).sum(),
                                          method="newcomb")  # fmt: skip
        assert one.score == pytest.approx(right[inside].mean())
        assert one.rest == pytest.approx(right[~inside].mean())
        assert (one.difference_low, one.difference_high) == pytest.approx(ends)
        assert (one.low, one.high) == pytest.approx(
            proportion_confint(table[0][0], inside.sum(), method="wilson")
        )
        assert one.p_value == pytest.approx(fisher_exact(table).pvalue)


def test_p_values_are_corrected_for_every_comparison_once():
    right, columns = planted()
    found = compare_slices(right, cut(columns))
    alone = {(one.column, one.value): one.p_value for one in found}
    # "device is a" against the rest is "device is b" against the rest: one comparison of four.
    four = [alone[key] for key in alone if key != ("device", "b")]
    expected = dict(zip([k for k in alone if k != ("device", "b")],
                        multipletests(four, method="holm")[1], strict=True))  # fmt: skip
    for one in found:
        key = (one.column, "a" if one.column == "device" else one.value)
        assert one.adjusted == pytest.approx(expected[key])


def test_large_tables_are_compared_by_the_limit_of_the_exact_test():
    right, columns = planted(size=6000, seed=3)
    one = next(s for s in compare_slices(right, cut(columns)) if s.value == "a")
    inside = columns["device"] == "a"
    table = [[right[m].sum(), (~right[m]).sum()] for m in (inside, ~inside)]
    assert one.p_value == pytest.approx(fisher_exact(table).pvalue, abs=0.03)


def test_losses_have_intervals_of_welch_and_p_values_of_permutations():
    rng = np.random.default_rng(1)
    loss, group = rng.exponential(size=80), rng.choice(["x", "y"], 80)
    loss[group == "x"] += 0.4
    one = next(s for s in compare_slices(loss, cut({"g": group})) if s.value == "x")
    inside, rest = loss[group == "x"], loss[group == "y"]

    def welch(a, b, axis):
        return ttest_ind(a, b, equal_var=False, axis=axis).statistic

    expected = permutation_test((inside, rest), welch, n_resamples=9999, rng=2, vectorized=True)
    assert one.p_value == pytest.approx(expected.pvalue, abs=0.01)
    interval = ttest_ind(inside, rest, equal_var=False).confidence_interval()
    assert (one.difference_low, one.difference_high) == pytest.approx((interval.low, interval.high))


def test_of_very_many_units_the_smaller_side_is_drawn():
    rng = np.random.default_rng(4)
    loss = rng.exponential(size=20_500)
    few = np.zeros(20_500, bool)
    few[:40] = True
    loss[few] += 0.5
    found = {
        s.value: s for s in compare_slices(loss, [Slice("c", "few", few), Slice("c", "most", ~few)])
    }
    draws = [rng.choice(loss, 20_500)[:40] for _ in range(300)]
    drawn = np.array([each.mean() for each in draws])
    assert found["few"].p_value == pytest.approx(found["most"].p_value, abs=0.01)
    assert found["few"].p_value == pytest.approx(2 * (drawn >= loss[few].mean()).mean(), abs=0.05)


def test_of_skewed_numbers_something_is_found_as_rarely_as_promised():
    """Welch's own p-values say so in a third of these samples."""
    rng, alarms, runs = np.random.default_rng(3), 0, 60
    for run in range(runs):
        columns = {f"c{k}": rng.choice(list("aaaaabcde"), 150) for k in range(2)}
        slices = cut(columns)
        found = compare_slices(np.exp(1.5 * rng.normal(size=150)), slices, smallest=10, seed=run)
        alarms += any(one.adjusted <= 0.05 for one in found)
    assert alarms / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def test_small_slices_and_small_rests_are_not_compared():
    outcome = np.arange(100) % 2 == 0
    few = np.arange(100) < 29
    assert compare_slices(outcome, [Slice("c", "few", few), Slice("c", "most", ~few)]) == []
    assert len(compare_slices(outcome, [Slice("c", "few", few)], smallest=29)) == 1
    with pytest.raises(UserError, match="smallest=1"):
        compare_slices(outcome, [], smallest=1)


def test_all_right_everywhere_is_no_difference():
    right, columns = planted()
    for outcome in (np.ones_like(right), np.ones(len(right))):
        assert {one.p_value for one in compare_slices(outcome, cut(columns))} == {1.0}


def test_where_nothing_differs_something_is_found_as_rarely_as_promised():
    rng, alarms = np.random.default_rng(2), 0
    for _ in range(150):
        right = rng.random(200) < 0.8
        columns = {f"c{k}": rng.choice(["a", "b", "c"], 200) for k in range(3)}
        alarms += any(one.adjusted <= 0.05 for one in compare_slices(right, cut(columns)))
    assert alarms / 150 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 150)


def test_one_of_very_many_slices_can_still_be_called_different():
    rng = np.random.default_rng(0)
    loss, group = rng.normal(size=320), rng.permutation(np.repeat(np.arange(2), 160))
    loss[group == 1] += 2
    others = [Slice("other", str(k), rng.permutation(group) == 1) for k in range(299)]
    found = compare_slices(loss, [Slice("group", "1", group == 1), *others])
    assert len(found) == 300
    assert (found[0].column, found[0].adjusted < 0.05) == ("group", True)


def test_of_very_many_units_drawn_p_values_are_those_of_all_permutations(monkeypatch):
    # The large-sample limit of permuting is the z test; a part may be half of everything.
    monkeypatch.setattr(_permutations, "_MOST_SHUFFLED", 100)
    rng = np.random.default_rng(5)
    loss = rng.normal(size=2000)
    half, tenth = np.arange(2000) % 2 == 0, np.arange(2000) % 10 == 1
    loss += 0.09 * half + 0.13 * tenth
    found = _permutations.permuted_p_values(loss, [half, tenth, ~tenth], seed=0)
    for p_value, part in zip(found, (half, tenth, ~tenth), strict=True):
        expected = ttest_ind(loss[part], loss[~part], equal_var=False).pvalue
        assert 0.005 < expected < 0.2
        assert p_value == pytest.approx(expected, abs=5 * np.sqrt(expected / 9999))
