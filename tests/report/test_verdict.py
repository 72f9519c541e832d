from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from ftkeras.records.run_record import Comparison, Measurement, RunRecord
from ftkeras.report import verdict
from ftkeras.statistics import power

ACCURACY = Measurement("accuracy", 0.9, 0.87, 0.92, 0.95, 506, "bootstrap", "max")
LOSS = Measurement("log_loss", 0.3, 0.25, 0.36, 0.95, 506, "bootstrap", "min")


def difference(value, low, high, p_value, score="accuracy", other="tfidf_logistic_regression"):
    return Comparison(score, other, value, low, high, p_value, 0.95, 506, "paired")


def kind(*comparisons, score=ACCURACY):
    return verdict.decide({"model": [score]}, comparisons, score.score).kind


@pytest.mark.parametrize(
    ("value", "low", "high", "p_value", "expected"),
    [
        (0.05, 0.02, 0.08, 0.001, "works"),
        (-0.05, -0.08, -0.02, 0.001, "worse"),
        (0.01, -0.02, 0.04, 0.5, "cannot_tell"),
        (-0.01, -0.04, 0.02, 0.5, "cannot_tell"),
        (0.002, -0.004, 0.008, 0.5, "no_better"),
        (0.0, 0.0, 0.0, 1.0, "no_better"),
        # interval and p-value disagree: nothing may be claimed
        (0.03, 0.001, 0.06, 0.07, "cannot_tell"),
        (-0.03, -0.06, -0.001, 0.07, "no_better"),
        # a small gain that is sure is a gain
        (0.004, 0.001, 0.007, 0.01, "works"),
    ],
)
def test_one_baseline_is_judged_by_interval_and_p_value(value, low, high, p_value, expected):
    assert kind(difference(value, low, high, p_value)) == expected


def test_a_lower_loss_is_a_gain():
    assert kind(difference(-0.1, -0.15, -0.05, 0.001, "log_loss"), score=LOSS) == "works"
    assert kind(difference(0.1, 0.05, 0.15, 0.001, "log_loss"), score=LOSS) == "worse"


def test_it_works_only_when_every_baseline_is_beaten():
    beaten = difference(0.2, 0.15, 0.25, 1e-5, other="majority_class")
    open_ = difference(0.01, -0.02, 0.04, 0.5)
    found = verdict.decide({"model": [ACCURACY]}, [beaten, open_], "accuracy")
    assert (found.kind, found.rival) == ("cannot_tell", "tfidf_logistic_regression")
    assert kind(beaten, difference(0.05, 0.02, 0.08, 0.001)) == "works"


def test_the_gravest_finding_decides():
    worse = difference(-0.05, -0.08, -0.02, 0.001, other="knn")
    found = verdict.decide(
        {"model": [ACCURACY]}, [difference(0.01, -0.02, 0.04, 0.5), worse], "accuracy"
    )
    assert (found.kind, found.rival) == ("worse", "knn")


def on_features(value, low, high, p_value):
    return difference(value, low, high, p_value, other="features_logistic_regression")


BEATEN = difference(0.05, 0.02, 0.08, 0.001)
SAME = on_features(0.001, -0.005, 0.007, 0.8)
BETTER = on_features(0.03, 0.01, 0.05, 0.004)
WORSE = on_features(-0.05, -0.08, -0.02, 0.001)
OPEN = on_features(0.01, -0.02, 0.04, 0.5)


@pytest.mark.parametrize(
    ("rung", "frozen", "trained"),
    [
        (SAME, "works", "probe_is_enough"),
        (BETTER, "works", "works"),
        (OPEN, "works", "works"),
        (WORSE, "worse", "harmful"),
    ],
)
def test_a_rung_on_the_frozen_backbone_judges_the_training_of_its_weights(rung, frozen, trained):
    found = {
        trained_backbone: verdict.decide(
            {"model": [ACCURACY]}, [BEATEN, rung], "accuracy", trained_backbone=trained_backbone
        )
        for trained_backbone in (False, True)
    }
    assert (found[False].kind, found[True].kind) == (frozen, trained)
    assert ("stays open" in found[True].sentence) == (rung is OPEN)


def test_a_rung_alone_is_no_baseline_to_beat():
    assert kind(BETTER) == "not_judged"


@pytest.mark.parametrize(
    ("against", "on_train", "expected"),
    [
        (difference(0.01, -0.02, 0.04, 0.5), 0.99, "overfits"),
        (difference(0.01, -0.02, 0.04, 0.5), 0.95, "cannot_tell"),
        (difference(0.01, -0.02, 0.04, 0.5), None, "cannot_tell"),
        (difference(-0.05, -0.08, -0.02, 0.001), 0.99, "overfits"),
        # What works may know its training part by heart.
        (BEATEN, 1.0, "works"),
    ],
)
def test_far_better_on_train_is_the_reason_why_it_is_not_better_on_test(
    against, on_train, expected
):
    found = verdict.decide({"model": [ACCURACY]}, [against], "accuracy", on_train=on_train)
    assert found.kind == expected
    assert ("99.0%" in found.sentence) == (expected == "overfits")


def test_one_of_several_comparisons_must_be_worse_after_adjustment():
    item = difference(-0.03, -0.055, -0.005, 0.02)
    assert kind(item) == "worse"
    assert kind(replace(item, adjusted_p_value=0.06)) == "no_better"
    assert kind(replace(item, adjusted_p_value=0.04)) == "worse"


def test_the_last_kept_phase_says_whether_the_backbone_was_trained():
    base = made_record([BEATEN, SAME])
    probe = phase("linear_probe(epochs=3)", 2)
    thawed = phase("top_blocks(count=1, epochs=2)", 1)
    rejected = phase("top_blocks(count=1, epochs=2)", None)
    assert verdict.of(replace(base, phases=[probe])).kind == "works"
    assert verdict.of(replace(base, phases=[probe, thawed])).kind == "probe_is_enough"
    assert verdict.of(replace(base, phases=[probe, rejected])).kind == "works"


def phase(call, best_epoch):
    return {"phase": call, "best_epoch": best_epoch, "history": {"accuracy": [0.6, 0.7, 0.8]}}


def made_record(comparisons):
    return RunRecord(
        command="", created="", config={}, versions={}, data={}, split={}, backbone={}, passes={},
        task={"name": "binary", "class_names": ["no", "yes"], "headline": "accuracy"},
        phases=[], measurements={"test": {"model": [ACCURACY]}}, comparisons=comparisons,
        streamed={}, test_reads=[],
    )  # fmt: skip


def test_differences_of_other_scores_do_not_count():
    other = difference(-0.1, -0.15, -0.05, 0.001, score="recall")
    assert kind(difference(0.05, 0.02, 0.08, 0.001), other) == "works"


def test_without_baseline_or_value_nothing_is_judged():
    assert kind() == "not_judged"
    undefined = Measurement(
        "accuracy", None, None, None, 0.95, 0, "", "max", note="There are no examples."
    )
    found = verdict.decide({"model": [undefined]}, [], "accuracy")
    assert found.kind == "not_judged"
    assert "there are no examples." in found.sentence
    assert verdict.decide({}, [], "accuracy").kind == "not_judged"


def test_sentences_carry_value_interval_difference_p_value_and_units():
    found = verdict.decide(
        {"model": [ACCURACY]}, [difference(0.0523, 0.021, 0.081, 0.0004)], "accuracy"
    )
    assert found.sentence == (
        "Accuracy is 90.0% (95% interval 87.0% to 92.0%) on 506 test examples. That is 5.2 points "
        "above the baseline, TF-IDF logistic regression (95% interval of the difference +2.1 to "
        "+8.1 points, p = 0.00040)."
    )
    lost = verdict.decide(
        {"model": [LOSS]}, [difference(-0.1, -0.15, -0.05, 0.001, "log_loss")], "log_loss"
    )
    assert "0.100 below the baseline" in lost.sentence


def test_cannot_tell_names_the_smallest_visible_difference():
    item = difference(0.01, -0.02, 0.04, 0.5)
    standard_error = 0.03 / norm.ppf(0.975)
    expected = (norm.ppf(0.975) + norm.ppf(0.8)) * standard_error
    assert power.smallest_visible(item) == pytest.approx(expected)
    found = verdict.decide({"model": [ACCURACY]}, [item], "accuracy")
    assert found.visible == pytest.approx(expected)
    assert found.sentence.endswith(
        "below about 4.3 points would often go unseen; to show one of 1.0 points, about 9,400 would "
        "be needed."
    )
    assert found.needed == 9400


def test_the_units_needed_would_show_the_difference():
    item = difference(0.03, -0.01, 0.07, 0.14)
    needed = power.units_needed(item, 0.03)
    shrunk = (0.04 / norm.ppf(0.975)) * np.sqrt(506 / needed)
    # rounded up to two digits, so a little more than the power asked for
    assert 0.8 <= norm.sf(norm.ppf(0.975) - 0.03 / shrunk) < 0.82
    assert power.units_needed(item, power.smallest_visible(item)) == 510


def test_the_smallest_visible_difference_is_seen_four_times_out_of_five():
    generator = np.random.default_rng(0)
    error = 0.02
    true = power.smallest_visible(simulated(0.0, error))
    seen = [kind(simulated(v, error)) == "works" for v in generator.normal(true, error, 2000)]
    assert np.mean(seen) == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize(("effect", "forbidden"), [(0.0, "works"), (0.0, "worse")])
def test_equal_models_are_told_apart_no_more_often_than_the_level_allows(effect, forbidden):
    generator = np.random.default_rng(1)
    found = [kind(simulated(v, 0.02)) for v in generator.normal(effect, 0.02, 2000)]
    assert np.mean([each == forbidden for each in found]) < 0.025 + 0.011


def simulated(value, error):
    reach = norm.ppf(0.975) * error
    return difference(value, value - reach, value + reach, 2 * norm.sf(abs(value) / error))


@pytest.mark.parametrize("each", verdict.KINDS)
def test_every_kind_has_a_title(each):
    assert verdict.Verdict(each, "").title
