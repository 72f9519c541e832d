"""Short ways through many units say what the long ones say."""

import numpy as np
import pytest

from ftkeras.scores.area_under_roc_curve import AreaUnderRocCurve
from ftkeras.scores.average_precision import AveragePrecision
from ftkeras.scores.counts import score_histogram
from ftkeras.scores.counts.calibration_bins import CalibrationBins
from ftkeras.scores.counts.probability_terms import ProbabilityTerms
from ftkeras.scores.inputs.classification import Classification
from ftkeras.statistics import _resampling
from ftkeras.statistics._settings import Settings
from ftkeras.statistics.intervals import _resampled

MANY = 70_000


@pytest.mark.parametrize("ties", [False, True])
def test_a_table_of_floats_ranks_as_searching_does(ties):
    rng = np.random.default_rng(0)
    scores = (rng.normal(size=MANY) * 3).astype("float32")
    scores = (np.round(scores, 1) + np.float32(0) if ties else scores).astype("float64")
    scores[:6] = [0.0, -0.0, 1e-7, -1e-7, 1e9, -1e9]
    for ordered in (np.unique(rng.choice(scores, 300)), np.array([0.0]), np.array([-0.5, 1e-7])):
        expected = np.maximum(np.searchsorted(ordered, scores, side="right") - 1, 0)
        np.testing.assert_array_equal(score_histogram.rank(ordered, scores), expected)


@pytest.mark.parametrize("values", [3, 5000])
def test_units_of_a_kind_are_found_as_by_sorting(values):
    rng = np.random.default_rng(0)
    cells = rng.integers(-1, values, (4000, 2))
    first, sizes = _resampling._alike([cells, cells[:, :1]])
    kinds, seen = np.unique(cells, axis=0, return_counts=True)
    assert len(first) == len(kinds)
    found = {tuple(cells[unit]): size for unit, size in zip(first, sizes, strict=True)}
    assert found == {tuple(kind): size for kind, size in zip(kinds, seen, strict=True)}
    for unit in first[:50]:
        assert unit == np.flatnonzero((cells == cells[unit]).all(axis=1))[0]


@pytest.mark.parametrize("score", [AreaUnderRocCurve(), AveragePrecision()])
def test_groups_of_scores_vary_as_units_do_though_a_class_is_rare(score):
    """Against drawing the units themselves, with all their scores told apart."""
    rng = np.random.default_rng(0)
    labels = (np.arange(20_000) % 200 == 0).astype(int)
    scores = (rng.normal(size=20_000) + 2 * labels).astype("float32")
    units = score.inputs.units(labels, scores, np)
    settings = Settings(0.95, 400, 0, None)
    spread = _resampled(score, units, settings, settings.generator()).std()
    slow = []
    for _ in range(400):
        rows = rng.integers(0, len(labels), len(labels))
        slow.append(score(labels[rows], scores[rows]))
    # 400 resamples know a standard deviation to some 4%, each side.
    assert spread == pytest.approx(np.std(slow), rel=0.15)


@pytest.mark.parametrize("counts", [CalibrationBins(), CalibrationBins(3, 7), ProbabilityTerms(3)])
def test_groups_add_up_to_what_their_units_add(counts, monkeypatch):
    rng = np.random.default_rng(1)
    classes = counts.num_classes
    logits = rng.normal(size=(400, 1 if classes == 2 else classes)) * 3
    labels = rng.integers(0, classes, 400)
    units = Classification(classes).units(labels, logits, np)
    assigned = rng.integers(0, 20, 400)
    expected = np.zeros((20, counts.size))
    np.add.at(expected, assigned, counts.terms(units.labels, units.predictions, np))
    for together in (1000, 64):
        monkeypatch.setattr(_resampling, "_TOGETHER", together)
        found = _resampling._summed(counts, units, assigned, 20)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_a_draw_that_is_remembered_leaves_the_generator_where_drawing_would():
    one = _resampling.Blocks((), np.ones(50, "int64"), (1,))
    first, second = (np.random.default_rng(3) for _ in range(2))
    drawn = [one.draw(20, first), one.draw(20, first)]
    again = [one.draw(20, second), one.draw(20, second)]
    np.testing.assert_array_equal(drawn, again)
    assert (drawn[0] != drawn[1]).any()
    plain = np.random.default_rng(3)
    np.testing.assert_array_equal(drawn[0], plain.multinomial(50, np.full(50, 1 / 50), size=20))
    plain.multinomial(50, np.full(50, 1 / 50), size=20)
    assert first.random() == second.random() == plain.random()
