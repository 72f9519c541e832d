import dataclasses

import numpy as np
import pytest

from ftkeras.report import beliefs
from ftkeras.statistics.calibration_gap import calibration_gap
from ftkeras.statistics.conformal import METHODS, conformal_sets

CHOICE = {
    "threshold": 0.31, "low": 0.2, "high": 0.4, "value": 0.8, "optimism": 0.02, "expected": 0.78,
    "expected_low": 0.7, "expected_high": 0.85, "unmet": 0.0, "level": 0.95, "num_units": 1400,
    "method": "resamples",
}  # fmt: skip
OUTCOME = {
    "value": 0.77, "low": 0.7, "high": 0.83, "other": 0.75, "other_low": 0.7, "other_high": 0.8,
    "difference": 0.02, "difference_low": -0.01, "difference_high": 0.05, "changed": 12,
    "level": 0.95, "num_units": 1300, "method": "tables",
}  # fmt: skip
SCORE = {"score": "f1_score", "value": 0.77, "low": 0.7, "high": 0.83, "note": ""}


def chosen(**changes):
    return {
        "rule": "maximum_f1", "positive": "spam", "threshold": 0.31, "figure": "F1",
        "direction": "max", "choice": CHOICE, "outcome": OUTCOME,
        "scores": [{"at": SCORE, "half": {**SCORE, "value": None, "note": "undefined: why"}}],
        **changes,
    }  # fmt: skip


def test_a_threshold_is_told_with_its_optimism_and_beside_one_half():
    section = beliefs.threshold(chosen())
    text = " ".join(section.sentences)
    for words in (
        "“spam” is answered when its probability is above 0.310",
        "Other samples of 1,400 examples would have chosen 0.200 to 0.400",
        "0.020 of that is due to the choosing, so expect 0.780 (0.700 to 0.850)",
        "F1 0.770 (0.700 to 0.830), against 0.750 at 0.5; difference +0.020 (−0.010 to +0.050)",
        "12 of 1,300 examples differently",
    ):
        assert words in text
    assert section.rows[0].cells == (("0.770", "0.700 to 0.830"), ("–", "undefined: why"))


def test_a_threshold_without_validation_or_with_unmet_promises_says_so():
    assert "Other samples" not in " ".join(beliefs.threshold(chosen(choice=None)).sentences)
    unmet = beliefs.threshold(chosen(choice={**CHOICE, "unmet": 0.125}))
    assert "In 12.5% of the resamples no threshold fulfilled the rule" in unmet.sentences[1]


@pytest.mark.parametrize(
    ("sharpness", "says"), [(1.0, "may be taken at its word"), (4.0, "off by more than chance")]
)
def test_probabilities_are_judged_against_chance(sharpness, says):
    rng = np.random.default_rng(0)
    logit = rng.normal(size=800)
    happened = rng.random(800) < 1 / (1 + np.exp(-logit))
    gap = calibration_gap(1 / (1 + np.exp(-sharpness * logit)), happened)
    found = {"before": dataclasses.asdict(gap), "after": None, "method": ""}
    section = beliefs.calibration(found)
    assert says in section.sentences[0]
    assert f"{gap.value:.3f}" in section.sentences[0]
    assert section.rows == ()
    assert any("--calibration=temperature" in one for one in section.sentences) == (sharpness > 1)


def sets(num_classes):
    rng = np.random.default_rng(1)
    shares = rng.dirichlet(np.full(num_classes, 0.3), size=(2, 300))
    labels = np.array([[rng.choice(num_classes, p=row) for row in part] for part in shares])
    return [dataclasses.asdict(conformal_sets(shares[0], labels[0], shares[1], labels[1],
                                              method=method, promised=promised))
            for method in METHODS for promised in (0.8, 0.9)]  # fmt: skip


def test_sets_are_told_with_what_was_promised_and_covered():
    found = sets(4)
    section = beliefs.sets(found)
    assert [row.name for row in section.rows] == [
        "80%, smallest sets", "90%, smallest sets", "80%, adaptive", "90%, adaptive"]  # fmt: skip
    covered = f"{100 * found[1]['coverage']['value']:.1f}%"
    assert section.rows[1].cells[0][0] == covered
    assert "the promise is approximate" in " ".join(section.sentences)
    rows = beliefs.sets_by_class(found, ["a", "b", "c", "d"])
    shares = [float(row.cells[0][0].rstrip("%")) for row in rows]
    assert shares == sorted(shares)
    assert len(rows[0].cells) == 2


def test_kinds_of_sets_that_do_not_differ_are_told_once():
    found = sets(3)
    twice = [found[0], {**found[0], "method": "adaptive"}]
    assert len(beliefs.sets(twice).rows) == 1
