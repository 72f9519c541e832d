import keras
import numpy as np
import pytest
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ftkeras import load_backbone
from ftkeras.backbones import preprocessing, random_twin
from ftkeras.call_string import Call
from ftkeras.errors import UserError
from ftkeras.model import build_model, freeze
from tests.helpers.made_rows import table_rows

TRAIN, LABELS = table_rows(60, seed=1)
NEW = [*table_rows(20, seed=2)[0], {"age": 30.0, "income": 1.0, "city": "Never seen"}]


def by_scikit_learn(rows):
    numbers = np.array([[row["age"], row["income"]] for row in TRAIN])
    cities = [[row["city"]] for row in TRAIN]
    scaler, encoder = StandardScaler().fit(numbers), OneHotEncoder(handle_unknown="ignore")
    encoder.fit(cities)
    given = np.array([[row["age"], row["income"]] for row in rows])
    scaled = np.nan_to_num(scaler.transform(given))
    return scaled, np.isnan(given), encoder.transform([[row["city"]] for row in rows]).toarray()


def test_columns_are_those_of_scikit_learn_fitted_on_train():
    backbone = load_backbone("tabular://one_hot", train=TRAIN)
    scaled, missing, cities = by_scikit_learn(NEW)
    found = np.asarray(backbone.model(backbone.preprocess(NEW).arrays["table"])["columns"])
    np.testing.assert_allclose(found[:, :2], scaled, atol=1e-5)
    np.testing.assert_array_equal(found[:, 2:4], missing)
    known = backbone.preprocess.categories["city"]
    np.testing.assert_array_equal(found[:, 5:][:, np.argsort(known)], cities)
    np.testing.assert_array_equal(found[:, 4], [0] * 20 + [1])  # what train lacks


def test_embedded_categories_are_rows_of_a_table_that_learns(tmp_path):
    backbone = load_backbone("tabular://embedded", train=TRAIN)
    [block] = backbone.blocks
    [embedding] = block.layers
    freeze(backbone, Call("everything"))
    model = build_model(backbone)
    before = np.array(embedding.embeddings)
    model.compile(keras.optimizers.SGD(0.5), keras.losses.BinaryCrossentropy(from_logits=True))
    x = backbone.preprocess(TRAIN).arrays["table"]
    model.fit(x, LABELS, verbose=0)
    assert (np.array(embedding.embeddings)[1:] != before[1:]).all()
    features = np.asarray(backbone.model(x)["columns"])
    rows = np.array(embedding.embeddings)[x[:, 4].astype(int)]
    np.testing.assert_array_equal(features[:, 4:], rows)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(again(x), model(x))


def test_saved_preprocessing_says_the_same(tmp_path):
    backbone = load_backbone("tabular://one_hot", train=TRAIN)
    backbone.preprocess.save(tmp_path)
    again = preprocessing.load(tmp_path)
    assert again.config == backbone.preprocess.config
    encoded = [p(NEW).arrays["table"] for p in (again, backbone.preprocess)]
    np.testing.assert_array_equal(*encoded)
    model = build_model(backbone)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(loaded(encoded[0]), model(encoded[0]))


def test_a_constant_or_empty_column_says_nothing():
    rows = [{"same": 3.0, "none": float("nan")} for _ in range(4)]
    backbone = load_backbone("tabular://one_hot", train=rows)
    encoded = backbone.preprocess([{"same": 9.0, "none": 1.0}]).arrays["table"]
    np.testing.assert_array_equal(encoded, [[0, 0, 0, 0]])


@pytest.mark.parametrize(
    ("handle", "train", "says"),
    [
        ("tabular://one_hott", TRAIN, "Did you mean 'one_hot'"),
        ("tabular://one_hot", None, "train=None"),
        ("tabular://one_hot", [], "0 rows"),
    ],
)
def test_what_cannot_be_fitted_is_refused(handle, train, says):
    with pytest.raises(UserError, match=says):
        load_backbone(handle, **({} if train is None else {"train": train}))


def test_a_row_without_a_column_is_refused():
    backbone = load_backbone("tabular://one_hot", train=TRAIN)
    with pytest.raises(UserError, match="`city`"):
        backbone.preprocess([{"age": 1.0, "income": 2.0}])


def test_embedded_categories_start_alike_every_time():
    rows, _ = table_rows(20)
    one, other = (load_backbone("tabular://embedded", train=rows) for _ in range(2))
    assert one.fingerprint == other.fingerprint
    for weights in one.model.get_weights():
        assert len(np.unique(weights)) == weights.size  # drawn, not all the same
    assert random_twin(one).fingerprint != one.fingerprint
