import keras
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from ftkeras import metrics
from ftkeras.call_string import Call
from ftkeras.contracts.phase import Phase
from ftkeras.errors import UserError
from ftkeras.training.examples import from_features
from ftkeras.training.fit import Objective, fit_phase
from ftkeras.training.phase_optimizer import optimizer
from ftkeras.training.prediction import predict

OBJECTIVE = Objective(
    loss="BinaryCrossentropy(from_logits=True)", metrics=list, monitor="val_loss", direction="min"
)


@pytest.fixture
def data():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(600, 4)).astype("float32")
    y = (x @ [1.0, -2.0, 0.5, 0.0] + generator.logistic(size=600) > 0).astype("int64")
    return x, y


@pytest.fixture
def parts(data):
    x, y = data
    return from_features(x[:400], y[:400]), from_features(x[400:], y[400:])


def head():
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])


def phase(**settings):
    return Phase(Call("linear_probe"), **{"weight_decay": 0.0, "learning_rate": 0.02, **settings})


def test_a_linear_head_reaches_the_optimum_that_scikit_learn_finds(data, parts):
    x, y = data
    train, _ = parts
    model = head()
    fit_phase(model, phase(epochs=60), OBJECTIVE, train, train, seed=0)
    reached = log_loss(y[:400], 1 / (1 + np.exp(-predict(model, train, 64)[:, 0].astype(float))))
    exact = LogisticRegression(C=np.inf, tol=1e-8).fit(x[:400], y[:400])
    assert reached == pytest.approx(log_loss(y[:400], exact.predict_proba(x[:400])), abs=1e-3)


def test_two_runs_agree_bit_for_bit_and_another_seed_does_not(parts):
    weights = []
    for seed in (5, 5, 6):
        model = head()
        fit_phase(model, phase(epochs=3), OBJECTIVE, *parts, seed=seed)
        weights.append(model.get_weights()[0])
    np.testing.assert_array_equal(weights[0], weights[1])
    assert (weights[0] != weights[2]).any()


def test_the_model_ends_with_the_weights_of_its_best_epoch(parts):
    model = head()
    result = fit_phase(model, phase(epochs=8, learning_rate=0.5), OBJECTIVE, *parts, seed=0)
    losses = result.history["val_loss"]
    assert result.best_epoch == 1 + int(np.argmin(losses))
    assert losses[-1] > min(losses)
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True))
    validation = parts[1]
    rows = np.arange(len(validation))
    reached = model.evaluate(validation.take(rows), validation.labels, batch_size=32, verbose=0)
    assert reached == pytest.approx(min(losses), abs=1e-6)


def test_a_phase_that_brings_nothing_leaves_the_weights_from_before(parts):
    model = head()
    before = model.get_weights()
    result = fit_phase(model, phase(epochs=2), OBJECTIVE, *parts, seed=0, best_before=1e-9)
    assert result.best_epoch == 0
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_patience_stops_early(parts):
    result = fit_phase(
        head(), phase(epochs=200, learning_rate=0.5, patience=2), OBJECTIVE, *parts, seed=0
    )
    assert len(result.history["loss"]) == result.best_epoch + 2


def test_a_loss_that_is_not_a_number_is_the_users_to_know(data):
    x, y = data
    x[3] = np.nan
    with pytest.raises(UserError, match="learning_rate"):
        fit_phase(head(), phase(epochs=1), OBJECTIVE, from_features(x, y), from_features(x, y),
                  seed=0)  # fmt: skip


def test_every_example_is_seen_once_an_epoch(parts):
    """With SGD from zero and one step an epoch, the step is the gradient over all examples."""
    train, validation = parts
    model = head()
    model.set_weights([np.zeros((4, 1)), np.zeros(1)])
    settings = phase(optimizer="sgd", learning_rate=1.0, epochs=1, batch_size=400)
    fit_phase(model, settings, OBJECTIVE, train, validation, seed=0)
    x, y = train.take(np.arange(400)), train.labels
    gradient = ((0.5 - y)[:, None] * x).mean(0)
    np.testing.assert_allclose(model.get_weights()[0][:, 0], -gradient, rtol=1e-4, atol=1e-6)


def test_an_unknown_optimizer_is_answered_with_the_nearest():
    with pytest.raises(UserError, match="Did you mean 'adam'"):
        optimizer(phase(optimizer="adan"))


@pytest.mark.parametrize("batch_size", [7, 32, 400])
def test_metrics_count_every_example_once_an_epoch(parts, batch_size):
    names = ["true_positives", "false_positives", "true_negatives", "false_negatives"]
    objective = Objective(
        OBJECTIVE.loss, lambda: metrics.suite("binary", metrics=names), "val_loss", "min"
    )
    settings = phase(epochs=2, batch_size=batch_size)
    history = fit_phase(head(), settings, objective, *parts, seed=0).history
    for prefix, count in (("", 400), ("val_", 200)):
        assert np.sum([history[prefix + name] for name in names], axis=0).tolist() == [count] * 2


def test_a_step_is_traced_once(parts):
    traced = []

    class Counting(keras.Sequential):
        def train_step(self, *given):
            traced.append(self)
            return super().train_step(*given)

    model = Counting([keras.Input((4,)), keras.layers.Dense(1)])
    fit_phase(model, phase(epochs=2, batch_size=50), OBJECTIVE, *parts, seed=0)
    assert len(traced) == 1
