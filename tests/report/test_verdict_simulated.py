"""Verdicts on simulated runs whose truth is known: the right one, at stated error rates.

Answers are right or wrong by a Gaussian copula: each model has its true accuracy, and what is hard
for one is hard for the others. Everything else is what a run does: measurements, paired tests,
adjustment, rules.
"""

import numpy as np
import pytest
from scipy.stats import norm

from ftkeras.records.predictions import Predictions
from ftkeras.report import verdict
from ftkeras.scores.accuracy import Accuracy
from ftkeras.workflows import _judgement

SEEDS = 200
MAJORITY, TFIDF, PROBE = "majority", "tfidf_logistic_regression", "features_logistic_regression"


def judged(seed, units, accuracies, trained_backbone, on_train=None):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, units)
    difficulty = rng.normal(size=units)
    models = {}
    for name, accuracy in accuracies.items():
        shared = 0.8 if name != MAJORITY else 0.0
        own = rng.normal(size=units)
        right = np.sqrt(shared) * difficulty + np.sqrt(1 - shared) * own < norm.ppf(accuracy)
        answers = np.where(right, labels, 1 - labels)
        models[name] = Predictions(
            ids=np.arange(units).astype(str), labels=labels,
            logits=(2.0 * answers - 1)[:, None].astype("float32"),
            splits=np.full(units, "test"), task="binary", class_names=("no", "yes"),
        )  # fmt: skip
    scores = [Accuracy()]
    measured = _judgement.measurements(models, scores, seed)
    compared = _judgement.comparisons(models, scores, measured, seed)
    return verdict.decide(
        measured["test"], compared, "accuracy", trained_backbone=trained_backbone,
        on_train=on_train,
    ).kind  # fmt: skip


def table(model, tfidf, probe, majority=0.6):
    return {"model": model, MAJORITY: majority, TFIDF: tfidf, PROBE: probe}


SCENARIOS = {
    # name: units, true accuracies, trained backbone, accuracy on train,
    #       verdicts that are right, and how often one of them must come
    "far better": (1000, table(0.92, 0.80, 0.85), True, None, {"works"}, 0.99),
    "better, few units": (200, table(0.92, 0.80, 0.85), True, None, {"works"}, 0.90),
    "frozen and better": (1000, table(0.90, 0.80, 0.90), False, None, {"works"}, 0.95),
    "a little better, many units": (20000, table(0.90, 0.885, 0.87), True, None, {"works"}, 0.95),
    "a little better, few units": (
        300, table(0.90, 0.885, 0.87), True, None, {"cannot_tell", "works"}, 0.95,
    ),
    "equal to TF-IDF, few units": (300, table(0.85, 0.85, 0.80), True, None, {"cannot_tell", "no_better"}, 0.94),
    "equal to TF-IDF, many units": (20000, table(0.85, 0.85, 0.80), True, None, {"no_better"}, 0.94),
    "worse than TF-IDF": (2000, table(0.80, 0.86, 0.78), True, None, {"worse"}, 0.95),
    "no better than the majority": (20000, table(0.60, 0.60, 0.60), True, None, {"no_better"}, 0.90),
    "equal to the probe, many units": (20000, table(0.90, 0.80, 0.90), True, None, {"probe_is_enough"}, 0.94),
    "equal to the probe, few units": (
        400, table(0.90, 0.80, 0.90), True, None, {"works", "probe_is_enough"}, 0.94,
    ),
    "worse than the probe": (2000, table(0.86, 0.80, 0.92), True, None, {"harmful"}, 0.95),
    "learnt by heart": (1000, table(0.80, 0.80, 0.80), True, 0.99, {"overfits"}, 0.94),
    "badly trained head": (2000, table(0.80, 0.70, 0.90), False, None, {"worse"}, 0.95),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_right_verdict_comes_as_often_as_stated(name):
    units, accuracies, trained, on_train, right, share = SCENARIOS[name]
    found = [judged(seed, units, accuracies, trained, on_train) for seed in range(SEEDS)]
    assert np.mean([kind in right for kind in found]) >= share, np.unique(found, return_counts=True)


@pytest.mark.slow
@pytest.mark.parametrize("units", [100, 1000])
def test_nothing_is_claimed_of_equal_models_more_often_than_the_level_allows(units):
    """No model differs from any other: neither praise nor blame, in 19 of 20 runs."""
    equal = table(0.8, 0.8, 0.8, majority=0.8)
    for trained in (False, True):
        found = [judged(seed, units, equal, trained) for seed in range(SEEDS)]
        claimed = np.mean([kind in ("works", "worse", "harmful") for kind in found])
        # 200 runs: 5% and two standard errors.
        assert claimed <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / SEEDS)
