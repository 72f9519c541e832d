import dataclasses

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from ftkeras.report.plots import calibration
from tests.report import drawing


def test_binary_bins_hold_the_probability_of_the_positive_class(binary):
    found = calibration.bins(binary, num_bins=10)
    seen, said = calibration_curve(binary.labels, binary.probabilities[:, 1], n_bins=10)
    np.testing.assert_allclose(found.seen, seen)
    np.testing.assert_allclose(found.said, said)
    assert found.counts.sum() == len(binary)


def test_a_probability_on_an_edge_is_counted_where_scikit_learn_averages_it(binary):
    rounded = dataclasses.replace(binary, probabilities=binary.probabilities.round(1))
    found = calibration.bins(rounded)
    seen, said = calibration_curve(rounded.labels, rounded.probabilities[:, 1], n_bins=10)
    filled = found.counts[found.counts > 0]
    assert np.average(said, weights=filled) == pytest.approx(rounded.probabilities[:, 1].mean())
    assert np.average(seen, weights=filled) == pytest.approx(rounded.labels.mean())


def test_with_more_classes_bins_hold_the_confidence(multiclass):
    found = calibration.bins(multiclass, num_bins=10)
    confidence = multiclass.probabilities.max(axis=1)
    last = confidence > 0.9
    assert found.counts[-1] == last.sum()
    assert found.seen[-1] == pytest.approx(multiclass.correct[last].mean())
    assert found.said[-1] == pytest.approx(confidence[last].mean())


def test_the_mean_gap_is_the_expected_calibration_error(multiclass):
    confidence, right = multiclass.confidence, multiclass.correct
    index = np.ceil(confidence * 10).astype(int)
    expected = sum(
        np.sum(index == b)
        / len(index)
        * abs(right[index == b].mean() - confidence[index == b].mean())
        for b in np.unique(index)
    )
    assert calibration.bins(multiclass).mean_gap == pytest.approx(expected)


def test_intervals_are_wilsons(binary):
    found = calibration.bins(binary)
    n, p, z = found.counts[found.counts > 0], found.seen, 1.959963984540054
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    np.testing.assert_allclose(found.low, np.clip(middle - half, 0, 1), atol=1e-9)
    np.testing.assert_allclose(found.high, np.clip(middle + half, 0, 1), atol=1e-9)


def test_probabilities_of_zero_and_one_have_a_bin(binary):
    sure = np.eye(2)[binary.labels]
    found = calibration.bins(dataclasses.replace(binary, probabilities=sure))
    assert found.counts.tolist() == [43, 0, 0, 0, 0, 0, 0, 0, 0, 71]
    assert found.seen.tolist() == [0, 1]
    assert calibration.draw(dataclasses.replace(binary, probabilities=sure))


def test_the_description_counts_intervals_off_the_diagonal(binary):
    found = calibration.bins(binary)
    off = sum(not low <= said <= high for low, said, high in
              zip(found.low, found.said, found.high, strict=True))  # fmt: skip
    assert f"in {off} of {len(found.said)} filled bins" in drawing.description(
        calibration.draw(binary)
    )
