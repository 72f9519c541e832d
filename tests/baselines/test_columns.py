import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegressionCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ftkeras.baselines._columns import StandardColumns
from ftkeras.baselines.columns_gradient_boosting import ColumnsGradientBoosting
from ftkeras.baselines.columns_logistic_regression import ColumnsLogisticRegression
from ftkeras.baselines.columns_ridge import ColumnsRidge
from ftkeras.data.from_arrays import from_arrays
from tests.helpers.made_rows import table_rows

ROWS, LABELS = table_rows(300, seed=1)
TRAIN = from_arrays(ROWS, LABELS)
NEW = from_arrays(*table_rows(100, seed=2))


def matrix(dataset):
    return np.array([[row["age"], row["income"], row["city"]] for row in dataset.inputs], object)


def test_columns_are_those_of_a_pipeline_of_scikit_learn():
    numbers = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    reference = make_column_transformer((numbers, [0, 1]), (OneHotEncoder(), [2]))
    reference.fit(matrix(TRAIN))
    columns = StandardColumns()
    columns.fit_transform(TRAIN.inputs)
    found, expected = columns.transform(NEW.inputs), reference.transform(matrix(NEW))
    # Age with its mean in the gaps, scaled by what is there: the same but for one linear map.
    there = ~np.isnan(matrix(NEW)[:, 0].astype(float))
    assert found.shape[1] == expected.shape[1] == 6
    assert abs(np.corrcoef(found[there, 0], expected[there, 0])[0, 1]) > 1 - 1e-9
    np.testing.assert_array_equal(found[:, -1], ~there)


def test_boosting_is_that_of_scikit_learn():
    answer = ColumnsGradientBoosting().fit(TRAIN, LABELS, 2, seed=3)
    values = matrix(TRAIN)
    cities = sorted(set(values[:, 2]))

    def encoded(values):
        return np.column_stack([values[:, :2].astype(float), *[values[:, 2] == c for c in cities]])

    reference = HistGradientBoostingClassifier(random_state=3).fit(encoded(values), LABELS)
    expected = reference.decision_function(encoded(matrix(NEW)))
    np.testing.assert_allclose(answer(NEW)[:, 0], expected, atol=1e-5)


def test_regression_finds_what_was_planted():
    answer = ColumnsLogisticRegression().fit(TRAIN, LABELS, 2, seed=0)(NEW)
    assert ((answer[:, 0] > 0) == NEW.labels).mean() > 0.8
    columns = StandardColumns()
    x = columns.fit_transform(TRAIN.inputs)
    reference = LogisticRegressionCV(Cs=7, cv=5, max_iter=9999, scoring="neg_log_loss",
                                     use_legacy_attributes=False, l1_ratios=(0,))  # fmt: skip
    share = reference.fit(x, LABELS).score(columns.transform(NEW.inputs), NEW.labels)
    assert share < 0  # log loss of the reference; ours is about as good
    probability = 1 / (1 + np.exp(-answer[:, 0].astype("float64")))
    ours = np.log(np.where(NEW.labels == 1, probability, 1 - probability)).mean()
    assert ours > share - 0.02


@pytest.mark.parametrize("kind", [ColumnsRidge, ColumnsGradientBoosting])
def test_numbers_are_predicted_in_their_units(kind):
    target = np.array([row["income"] / 1000 for row in ROWS])
    new = np.array([row["income"] / 1000 for row in NEW.inputs])
    said = kind().fit(TRAIN, target, 1, seed=0)(NEW)[:, 0]
    assert np.corrcoef(said, new)[0, 1] > 0.9


def test_three_classes_and_labels_have_a_column_each():
    three = np.array([["Bern", "Oslo", "Rome"].index(row["city"]) for row in ROWS])
    answer = ColumnsGradientBoosting().fit(TRAIN, three, 4, seed=0)(NEW)
    assert answer.shape == (100, 4)
    np.testing.assert_allclose(np.exp(answer[:, :3]).sum(1), 1, atol=1e-5)
    labels = np.stack([three == 0, three >= 0], axis=1).astype("int8")
    several = ColumnsGradientBoosting().fit(TRAIN, labels, 2, seed=0)(NEW)
    assert several.shape == (100, 2)
    assert (several[:, 1] > 5).all()
