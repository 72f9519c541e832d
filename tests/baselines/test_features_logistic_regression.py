import numpy as np
from scipy.special import softmax
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ftkeras.baselines.features_logistic_regression import FeaturesLogisticRegression
from ftkeras.contracts.dataset import Dataset


def dataset(features, labels):
    names = np.arange(len(labels)).astype(str)
    return Dataset("features", names, features, labels, names)


def test_it_is_scikit_learns_probe_with_a_penalty_chosen_by_cross_validation():
    digits = load_digits(n_class=5)
    train = dataset(digits.data[:300], digits.target[:300])
    test = dataset(digits.data[300:], digits.target[300:])
    logits = FeaturesLogisticRegression().fit(train, train.labels, 5, 0)(test)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), LogisticRegression(max_iter=10_000)),
        {"logisticregression__C": [0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0]},
        scoring="neg_log_loss",
        cv=StratifiedKFold(5, shuffle=True, random_state=0),
    ).fit(train.inputs, train.labels)
    np.testing.assert_allclose(
        softmax(logits, axis=1), search.predict_proba(test.inputs), atol=1e-4
    )
    assert np.mean(logits.argmax(1) == test.labels) > 0.95
