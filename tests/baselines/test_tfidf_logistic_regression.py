import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline

from ftkeras.baselines import _logistic_regression
from ftkeras.baselines.tfidf_logistic_regression import TfidfLogisticRegression
from ftkeras.contracts.dataset import Dataset

WORDS = {0: ["dull", "bad", ":("], 1: ["great", "fun", ":)"], 2: ["long", "old", "…"]}


def made(num_classes, count, seed):
    """Texts of shared words and, four times in five, one that gives the class away."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % num_classes
    texts = [
        " ".join(
            [
                *random.choice(["film", "plot", "the", "a", "was", "not"], 4),
                random.choice(WORDS[label if random.random() < 0.8 else 0]),
            ]
        )
        for label in labels
    ]
    ids = np.array([f"{seed}/{row}" for row in range(count)])
    return Dataset("text", ids, np.array(texts, object), labels, ids.astype(object)), labels


@pytest.mark.parametrize("num_classes", [2, 3])
def test_it_equals_scikit_learns_own_search_over_the_same_grid(num_classes):
    train, labels = made(num_classes, 120, seed=1)
    asked, _ = made(num_classes, 30, seed=2)
    pattern = r"\w+(?:'\w+)?|[^\w\s]"
    vectorizer = TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, min_df=2, token_pattern=pattern
    )
    search = GridSearchCV(
        make_pipeline(vectorizer, LogisticRegression(max_iter=10_000)),
        {"logisticregression__C": [10.0**power for power in range(-3, 4)]},
        scoring="neg_log_loss",
        cv=StratifiedKFold(5, shuffle=True, random_state=7),
    ).fit(train.inputs, labels)
    logits = TfidfLogisticRegression().fit(train, labels, num_classes, seed=7)(asked)
    expected = search.predict_proba(asked.inputs)
    if num_classes == 2:
        np.testing.assert_allclose(1 / (1 + np.exp(-logits[:, 0])), expected[:, 1], rtol=1e-4)
    else:
        np.testing.assert_allclose(np.exp(logits), expected, rtol=1e-4)
    assert 0.001 < search.best_params_["logisticregression__C"] < 1000


def test_emoticons_are_words():
    train, labels = made(2, 200, seed=1)
    asked = Dataset(
        "text", np.array(["a", "b"]), np.array([":)", ":("], object), labels[:2], labels[:2]
    )
    logits = TfidfLogisticRegression().fit(train, labels, 2, seed=0)(asked)
    assert logits[0, 0] > 1 > -1 > logits[1, 0]


def test_the_same_seed_gives_the_same_bits():
    train, labels = made(3, 90, seed=1)
    first = TfidfLogisticRegression().fit(train, labels, 3, seed=0)(train)
    second = TfidfLogisticRegression().fit(train, labels, 3, seed=0)(train)
    assert first.tobytes() == second.tobytes()


def test_a_fit_that_does_not_converge_is_an_error(monkeypatch):
    monkeypatch.setattr(_logistic_regression, "_MAX_ITERATIONS", 2)
    train, labels = made(2, 60, seed=1)
    with pytest.raises(ConvergenceWarning):
        TfidfLogisticRegression().fit(train, labels, 2, seed=0)


def test_texts_without_a_common_term_and_rare_classes_are_no_obstacle():
    texts = np.array(["这是好的", "这是坏的", "unique"], object)
    train = Dataset("text", texts.astype(str), texts, texts.astype(str), texts)
    logits = TfidfLogisticRegression().fit(train, np.array([0, 1, 2]), 4, seed=0)(train)
    assert logits.argmax(axis=1).tolist() == [0, 1, 2]
    np.testing.assert_allclose(logits[:, 3], np.log(0.5 / 3), rtol=1e-6)


def test_one_class_alone_is_refused():
    train, labels = made(2, 10, seed=1)
    with pytest.raises(ValueError, match="at least 2 classes"):
        TfidfLogisticRegression().fit(train, labels * 0, 2, seed=0)
