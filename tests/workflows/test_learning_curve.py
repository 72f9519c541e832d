"""What more data would bring, for labels and numbers: errors held to a ridge made by hand."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import label_ranking_average_precision_score
from sklearn.model_selection import LeaveOneOut, cross_val_predict

from ftkeras.report import investigations
from ftkeras.workflows._learning_curve import learning_curve


def parts(kind, train=160, validation=60, width=6):
    rng = np.random.default_rng(2)
    features = rng.normal(size=(train + validation, width)) * np.arange(1, width + 1)
    truth = features[:, :3] / [1, 2, 3] @ rng.normal(size=(3, 3))
    noisy = truth + rng.normal(size=truth.shape)
    labels = 50 + 8 * noisy[:, 0] if kind == "numbers" else (noisy > 0.5).astype("int8")
    cut = {"train": slice(0, train), "validation": slice(train, None)}
    return ({name: features[at].astype("float32") for name, at in cut.items()},
            {name: labels[at] for name, at in cut.items()})  # fmt: skip


def by_hand(features, labels):
    """Ridge regression on standardised features, its penalty by leaving each example out."""
    x, unseen = (features[name].astype("float64") for name in ("train", "validation"))
    mean, spread = x.mean(axis=0), x.std(axis=0)
    x, unseen = (x - mean) / spread, (unseen - mean) / spread
    y = labels["train"].reshape(len(x), -1).astype("float64")
    centre, size = y.mean(axis=0), y.std(axis=0)
    y = (y - centre) / size
    errors = {}
    for penalty in 10.0 ** np.arange(-1, 7):
        left = cross_val_predict(Ridge(alpha=penalty), x, y, cv=LeaveOneOut())
        errors[penalty] = ((left.reshape(y.shape) - y) ** 2).mean()
    penalty = min(errors, key=errors.get)
    gram = x.T @ x + penalty * np.eye(x.shape[1])
    return unseen @ np.linalg.solve(gram, x.T @ y) * size + centre


def curve(kind):
    features, labels = parts(kind)
    told = []
    found = learning_curve(features, labels, 0, lambda *seen: told.append(seen))
    assert told[-1][:2] == (len(found["sizes"]) * 5,) * 2
    return found, by_hand(features, labels), labels["validation"]


def test_errors_of_numbers_are_those_of_a_ridge_made_by_hand():
    found, said, truth = curve("numbers")
    assert found["sizes"] == [20, 40, 80, 160]
    assert found["errors"][-1] == pytest.approx(np.abs(said[:, 0] - truth).mean(), rel=1e-4)
    assert found["errors"][0] > found["errors"][-1]
    assert found["spread"][-1] == pytest.approx(0, abs=1e-6)
    shown = investigations.learning_curve(found)
    assert "mean absolute error of a linear probe is expected to get better by" in shown["sentence"]
    assert "validation (60 examples)" in str(shown["judged_on"])
    assert "<svg" in shown["svg"]


def test_errors_of_labels_are_what_the_ranking_is_short_of_one():
    found, said, truth = curve("labels")
    assert (found["score"], found["direction"]) == ("label_ranking_average_precision", "max")
    expected = 1 - label_ranking_average_precision_score(truth, said)
    assert found["errors"][-1] == pytest.approx(expected, abs=1e-3)
    shown = investigations.learning_curve(found)
    assert "Label ranking average precision" in shown["svg"]
