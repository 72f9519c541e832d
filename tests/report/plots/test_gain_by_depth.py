import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from ftkeras.records.predictions import Predictions
from ftkeras.report import worst_errors
from ftkeras.report.answers import decode
from ftkeras.report.plots import gain_by_depth
from tests.report import drawing


def answers(relevances, scores):
    relevances = np.asarray(relevances, "float64")
    return decode(
        Predictions(
            ids=np.arange(len(relevances)).astype(str),
            labels=relevances,
            logits=np.asarray(scores, "float32")[..., None],
            splits=np.repeat("test", len(relevances)),
            task="ranking",
            class_names=("relevance",),
        )
    )


@pytest.fixture
def made():
    rng = np.random.default_rng(0)
    return rng.integers(0, 4, (30, 7)), rng.normal(size=(30, 7)).astype("float32")


def test_gains_are_those_of_scikit_learn(made):
    found = gain_by_depth.gains(answers(*made))
    np.testing.assert_allclose(found, [ndcg_score(*made, k=k) for k in range(1, 8)])


def test_long_lists_are_cut():
    rng = np.random.default_rng(0)
    long = answers(rng.integers(0, 2, (3, 50)), rng.normal(size=(3, 50)))
    assert len(gain_by_depth.gains(long)) == gain_by_depth.MOST_DOCUMENTS


def test_the_picture_names_the_baselines(made):
    model = answers(*made)
    words = drawing.words(gain_by_depth.draw(model, {"bm25": model}))
    assert {"BM25", "This model", "documents looked at (k)"} <= set(words)


def test_losses_are_what_is_missing_to_the_best_order(made):
    model = answers(*made)
    expected = [1 - ndcg_score(t[None], s[None]) for t, s in zip(*made, strict=True)]
    np.testing.assert_allclose(model.losses, expected, atol=1e-12)


def test_the_worst_queries_are_told_in_both_orders():
    model = answers([[0, 2, 1, -1], [1, 0, 0, -1], [0, 0, -1, -1]],
                    [[3.0, 2.0, 1.0, 0.0], [2.0, 1.0, 1.0, 0.0], [1.0, 2.0, 0.0, 0.0]])  # fmt: skip
    assert model.correct.tolist() == [False, True, True]
    (error,) = worst_errors.find(model)
    assert (error.true, error.predicted) == ("2 1 0", "0 2 1")
    assert error.loss == pytest.approx(1 - ndcg_score([[0, 2, 1]], [[3, 2, 1]]))
