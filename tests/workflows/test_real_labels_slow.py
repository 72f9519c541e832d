"""Ratings of tweets as numbers, genres of films as labels: the flagfiles, end to end.

The expected figures come from scikit-learn on the same features, not from a run of ours.
"""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.metrics import label_ranking_average_precision_score, r2_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import StandardScaler

import ftkeras
from experiments.assets.catalogue import ASSETS
from experiments.assets.fetch import is_ready
from ftkeras import flags
from ftkeras.records.predictions import Predictions
from ftkeras.training.fine_tuned import load
from ftkeras.workflows._prepared_data import prepare

pytestmark = pytest.mark.slow


def run(name, assets, tmp_path):
    missing = [asset for asset in ("minilm", *assets) if not is_ready(ASSETS[asset])]
    if missing:
        pytest.skip(f"needs: python -m experiments.assets {' '.join(missing)}")
    config = flags.parse(
        [f"--flagfile=experiments/{name}/run.flags", f"--run_dir={tmp_path / 'run'}",
         f"--cache_dir={tmp_path / 'cache'}"]
    )  # fmt: skip
    record = ftkeras.finetune(config)
    found = {item.score: item for item in record.measurements["test"]["model"]}
    return config, record, found


def frozen_features(config, texts):
    """The mean of the last hidden states over tokens, from the loaded run's own backbone."""
    model = load(config.run_dir).model.get_layer("backbone")
    encoded = load(config.run_dir).preprocess(texts)
    return np.asarray(model.predict(encoded.arrays, batch_size=64, verbose=0))


def parts(config):
    """Texts and labels of train and test, as the run split them."""
    data = prepare(config)
    return {
        name: (data.parts[name].inputs.tolist(), data.labels[name]) for name in ("train", "test")
    }


def test_ratings_of_tweets_are_learnt_as_well_as_scikit_learn_learns_them(tmp_path):
    config, record, found = run("tweet_rating", ["tweet_ratings"], tmp_path)
    data = parts(config)
    features = {name: frozen_features(config, texts) for name, (texts, _) in data.items()}
    scaler = StandardScaler().fit(features["train"])
    ridge = RidgeCV(np.logspace(-2, 4, 13)).fit(
        scaler.transform(features["train"]), data["train"][1]
    )
    expected = r2_score(data["test"][1], ridge.predict(scaler.transform(features["test"])))
    assert 0.55 < expected < 0.75
    assert found["r2_score"].value == pytest.approx(expected, abs=0.03)
    assert found["r2_score"].low <= expected <= found["r2_score"].high
    rows = Predictions.read(config.run_dir / "predictions/model.parquet").part("test")
    assert -6 < rows.logits.min() < -1 < 1 < rows.logits.max() < 6
    ladder = {name: items[0].value for name, items in record.measurements["test"].items()}
    assert ladder["mean"] < 0.01 < ladder["tfidf_ridge"] < ladder["features_ridge"]


def test_genres_of_films_are_learnt_as_well_as_scikit_learn_learns_them(tmp_path):
    config, record, found = run("movie_genres", ["movies"], tmp_path)
    data = parts(config)
    features = {name: frozen_features(config, texts) for name, (texts, _) in data.items()}
    scaler = StandardScaler().fit(features["train"])
    probe = OneVsRestClassifier(LogisticRegression(C=0.001, max_iter=2000)).fit(
        scaler.transform(features["train"]), data["train"][1]
    )
    shares = probe.predict_proba(scaler.transform(features["test"]))
    expected = label_ranking_average_precision_score(data["test"][1], shares)
    assert 0.55 < expected < 0.68
    score = found["label_ranking_average_precision"]
    assert score.value == pytest.approx(expected, abs=0.03)
    ladder = {name: items[0].value for name, items in record.measurements["test"].items()}
    assert ladder["majority"] < score.value
