"""Intervals: exact values, Wilson against statsmodels' formula, resampling against theory."""

import numpy as np
import pytest
from scipy.stats import beta, binomtest, kurtosis, t
from sklearn import metrics as sklearn_metrics

from ftkeras import call_string, catalog
from ftkeras.errors import UserError
from ftkeras.statistics import _resampling
from ftkeras.statistics.intervals import measure
from tests.helpers.metric_checks import case


def score(text):
    return catalog.build("scores", call_string.parse(text))


def measured(text, one, **settings):
    return measure([score(text)], one.y_true, one.logits, **settings)[0]


def test_values_equal_scikit_learn():
    one = case(2, size=400)
    probabilities = one.probabilities[:, 1]
    expected = {
        "accuracy": sklearn_metrics.accuracy_score(one.y_true, one.predicted),
        "f1_score": sklearn_metrics.f1_score(one.y_true, one.predicted),
        "matthews_correlation": sklearn_metrics.matthews_corrcoef(one.y_true, one.predicted),
        "area_under_roc_curve": sklearn_metrics.roc_auc_score(one.y_true, one.logits),
        "average_precision": sklearn_metrics.average_precision_score(one.y_true, one.logits),
        "log_loss": sklearn_metrics.log_loss(one.y_true, probabilities),
        "brier_score": sklearn_metrics.brier_score_loss(one.y_true, probabilities),
    }
    for found in measure([score(name) for name in expected], one.y_true, one.logits[:, None]):
        assert found.value == pytest.approx(expected[found.score], abs=1e-9)
        assert found.low <= found.value <= found.high
        assert found.num_units == 400


def test_proportions_get_the_interval_of_wilson():
    one = case(2, size=60)
    expected = binomtest(int((one.predicted == one.y_true).sum()), 60).proportion_ci(
        method="wilson"
    )
    found = measured("accuracy", one)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.method == "Wilson"
    of_class = one.y_true == 1
    hits = int(one.predicted[of_class].sum())
    expected = binomtest(hits, int(of_class.sum())).proportion_ci(0.8, method="wilson")
    found = measured("recall", one, level=0.8)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_a_mean_gets_the_interval_of_the_central_limit_theorem():
    one = case(2, size=3000)
    losses = np.logaddexp(0, np.where(one.y_true == 1, -one.logits, one.logits).astype("float64"))
    half = 1.96 * losses.std(ddof=1) / np.sqrt(len(losses))
    found = measured("log_loss", one, resamples=4000)
    assert found.low == pytest.approx(losses.mean() - half, abs=half / 10)
    assert found.high == pytest.approx(losses.mean() + half, abs=half / 10)


def test_random_groups_vary_as_units_do():
    """Beyond 4096 units, groups are drawn: the width must not change."""
    one = case(2, size=12_000)
    losses = np.logaddexp(0, np.where(one.y_true == 1, -one.logits, one.logits).astype("float64"))
    half = 1.96 * losses.std(ddof=1) / np.sqrt(len(losses))
    found = measured("log_loss", one, resamples=4000)
    assert found.high - found.low == pytest.approx(2 * half, rel=0.1)


def test_drawing_cells_is_drawing_units():
    """The counts of resampled cells have the mean and variance of resampled units."""
    one = case(2, size=300)
    f1 = score("f1_score")
    units = f1.inputs.units(one.y_true, one.logits, np)
    drawn = _resampling.blocks(f1.counts, [units], None, np.random.default_rng(0))
    assert len(drawn.sizes) <= 4
    counts = drawn.counts(drawn.draw(20_000, np.random.default_rng(1)))
    np.testing.assert_allclose(counts.mean(0), f1.counts.tally(units), rtol=0.01)
    share = f1.counts.tally(units) / 300
    np.testing.assert_allclose(counts.var(0), 300 * share * (1 - share), rtol=0.05, atol=1e-9)
    assert (counts[:, 1].sum(-1) == 300).all()


def test_groups_widen_the_interval_of_units_that_repeat():
    one = case(2, size=200)
    fourfold = one.take(np.repeat(np.arange(200), 4))
    alone = measured("f1_score", one, resamples=4000)
    blind = measured("f1_score", fourfold, resamples=4000)
    aware = measured("f1_score", fourfold, resamples=4000, groups=np.repeat(np.arange(200), 4))
    assert aware.high - aware.low == pytest.approx(alone.high - alone.low, rel=0.1)
    assert blind.high - blind.low == pytest.approx((alone.high - alone.low) / 2, rel=0.1)


def test_a_curve_tells_its_certified_bound():
    one = case(2, size=500)
    found = measured("area_under_roc_curve", one)
    bound = float(found.note.split()[-1])
    assert 0 < bound < 1e-3
    apart = one.take(
        np.r_[np.flatnonzero(one.y_true == 0)[:2], np.flatnonzero(one.y_true == 1)[:2]]
    )
    few = measure([score("area_under_roc_curve")], apart.y_true, np.array([[-3.0], [-1], [1], [3]]))
    assert "certified" not in few[0].note  # each score has a bucket: streaming is exact, too


def test_the_same_seed_gives_the_same_interval_in_any_company():
    one = case(2, size=100)
    f1, matthews = score("f1_score"), score("matthews_correlation")
    together = measure([matthews, f1], one.y_true, one.logits)
    assert measure([f1], one.y_true, one.logits)[0] == together[1]
    assert measure([f1], one.y_true, one.logits, seed=1)[0] != together[1]


def test_undefined_scores_say_why():
    one = case(2, classes=[0], size=30)
    found = measured("area_under_roc_curve", one)
    assert (found.value, found.low, found.high) == (None, None, None)
    assert found.note == "undefined: it needs units of the class and units of another"


def test_predictions_that_are_not_finite_are_reported():
    one = case(2, size=30)
    one.logits[4] = np.nan
    found = measured("accuracy", one)
    assert found.value is None
    assert found.note == "1 of 30 predictions are NaN, infinite or invalid"


def test_no_examples_are_undefined():
    found = measured("accuracy", case(2, size=5).take(np.arange(0)))
    assert (found.value, found.note) == (None, "there are no examples")


def test_resamples_that_lose_a_rare_class_are_reported():
    one = case(2, size=40)
    labels = np.zeros(40, int)
    labels[0] = 1
    found = measure([score("area_under_roc_curve")], labels, one.logits)[0]
    # A resample misses the one positive with probability (1 - 1/40)^40 = .363.
    share = int(found.note.partition("%")[0].removeprefix("undefined in ")) / 100
    assert share == pytest.approx((1 - 1 / 40) ** 40, abs=0.05)
    assert found.low <= found.value <= found.high


def test_a_perfect_ranking_of_few_units_is_not_called_certain():
    labels = np.r_[np.ones(5, int), np.zeros(95, int)]
    found = measure([score("area_under_roc_curve")], labels, labels * 2.0 - 1)[0]
    expected = binomtest(5, 5).proportion_ci(method="wilson")
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(expected.low)


def test_what_was_never_found_in_few_units_may_well_be_found():
    true, said = np.empty(5, object), np.empty(5, object)
    true[:], said[:] = [["B-X"]] * 5, [["O"]] * 5
    expected = binomtest(0, 5).proportion_ci(0.95, "wilson")
    for name in ("entity_recall", "entity_f1_score"):
        (found,) = measure([score(name)], true, said)
        assert (found.value, found.low) == (0, 0)
        assert found.high == pytest.approx(expected.high)


def test_the_posterior_of_a_table_is_that_of_its_shares():
    """Under Jeffreys' prior, the share of right answers is Beta(right + 1, wrong + 1) here."""
    one = case(2, size=50)
    tallies = score("f1_score").counts
    units = score("f1_score").inputs.units(one.y_true, one.logits, np)
    drawn = _resampling.posterior(tallies, units, 20_000, np.random.default_rng(0))
    right = int((one.predicted == one.y_true).sum())
    # Two of the four kinds are right, each with half a unit of prior.
    expected = beta(right + 1, 50 - right + 1)
    shares = drawn[:, 0].sum(-1) / 50
    np.testing.assert_allclose(shares.mean(), expected.mean(), rtol=0.005)
    np.testing.assert_allclose(shares.std(), expected.std(), rtol=0.03)
    np.testing.assert_allclose(drawn[:, 1].sum(-1), 50)


@pytest.mark.parametrize("settings", [{"level": 1.0}, {"level": 95}, {"resamples": 10}])
def test_senseless_settings_are_refused(settings):
    ((name, value),) = settings.items()
    with pytest.raises(UserError, match=f"{name}={value}"):
        measured("accuracy", case(2, size=20), **settings)


def test_lengths_that_differ_are_refused():
    with pytest.raises(UserError, match="3 predictions and 2 labels"):
        measure([score("accuracy")], [0, 1], [0.1, 0.2, 0.3])


def test_intervals_of_ten_classes_hold_their_level():
    """A prior on every cell of a large table would pull all scores down."""
    names = ("balanced_accuracy", "f1_score", "precision", "matthews_correlation")
    scores = [score(f"{name}(num_classes=10)") for name in names]
    generator = np.random.default_rng(0)

    def drawn(size):
        labels = generator.integers(0, 10, size)
        logits = generator.normal(size=(size, 10))
        logits[np.arange(size), labels] += 3.6
        return labels, logits

    truth = [one(*drawn(500_000)) for one in scores]
    inside = np.zeros(len(scores))
    for seed in range(200):
        measured = measure(scores, *drawn(750), resamples=200, seed=seed)
        inside += [m.low <= t <= m.high for m, t in zip(measured, truth, strict=True)]
    # 200 sets: the share has a standard deviation of 0.015 around 0.95.
    assert (inside / 200 > 0.90).all(), dict(zip(names, inside / 200, strict=True))


def test_few_units_that_cost_much_widen_the_interval_of_a_mean():
    """The degrees of freedom of a variance: 2 n / (kurtosis - 1), written out."""
    one = case(2, size=300, rare=0.04, scale=3.0, seed=3)
    losses = np.logaddexp(0, np.where(one.y_true == 1, -one.logits, one.logits).astype("float64"))
    freedom = 2 * 300 / (kurtosis(losses, fisher=False) - 1)
    assert freedom < 60
    half = t.ppf(0.975, freedom) * losses.std() / np.sqrt(300) / losses.mean()
    found = measured("log_loss", one, resamples=4000)
    assert np.log(found.high / found.low) == pytest.approx(2 * half, rel=0.05)
