import keras
import numpy as np
import pytest

from ftkeras.call_string import Call
from ftkeras.contracts.phase import Phase
from ftkeras.data.balance.balanced_weights import BalancedWeights
from ftkeras.data.balance.oversample import Oversample
from ftkeras.data.balance.undersample import Undersample
from ftkeras.training.examples import Examples, from_features
from ftkeras.training.fit import Objective, fit_phase

OBJECTIVE = Objective("BinaryCrossentropy(from_logits=True)", list, "val_loss", "min")


@pytest.fixture
def data():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(50, 3)).astype("float32")
    return x, (np.arange(50) % 5 == 0).astype("int64")


@pytest.mark.parametrize("rule", [BalancedWeights(), Oversample(), Undersample(ratio=0.5)])
@pytest.mark.parametrize("kept_in_memory", [True, False])
def test_one_step_is_the_weighted_gradient_and_validation_is_left_alone(data, rule, kept_in_memory):
    x, y = data
    balanced = rule(y, 2, seed=0)
    part = from_features(x, y)
    if not kept_in_memory:
        part = Examples(take=lambda rows: x[rows], labels=y)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.zeros((3, 1))])
    phase = Phase(Call("linear_probe"), epochs=1, learning_rate=1.0, batch_size=200,
                  optimizer="sgd", weight_decay=0.0)  # fmt: skip
    result = fit_phase(model, phase, OBJECTIVE, part.balanced(balanced), part, seed=0)
    pull = (balanced.weights * (y[balanced.rows] - 0.5))[:, None] * x[balanced.rows]
    weights = pull.mean(0)
    np.testing.assert_allclose(model.get_weights()[0][:, 0], weights, rtol=1e-5)
    z = np.where(y, -1, 1) * (x @ weights)
    assert result.history["val_loss"][0] == pytest.approx(np.logaddexp(0, z).mean(), abs=1e-6)
