import keras
import numpy as np
import pytest

from ftkeras.training.examples import Examples
from ftkeras.training.prediction import predict, predict_together


@pytest.mark.parametrize("named", [False, True])
def test_one_batch_together_gives_what_the_pipeline_gives_in_the_same_order(named):
    """Rows of unequal lengths, which the pipeline sorts inside."""
    rng = np.random.default_rng(0)
    rows = rng.integers(1, 9, (17, 6))
    lengths = rng.integers(1, 7, 17)
    rows[np.arange(6) >= lengths[:, None]] = 0
    given = keras.Input((None,), name="tokens", dtype="int32")
    summed = keras.layers.Lambda(
        lambda x: keras.ops.sum(keras.ops.cast(x, "float32"), axis=1, keepdims=True),
        output_shape=(1,),
    )(given)
    model = keras.Model({"tokens": given} if named else given, keras.layers.Dense(2)(summed))

    def take(at):
        cut = rows[at][:, : int(lengths[at].max())].astype("int32")
        return {"tokens": cut} if named else cut

    examples = Examples(take=take, labels=np.zeros(17, "int64"), lengths=lengths)
    expected = rows.sum(axis=1, keepdims=True) @ model.layers[-1].kernel.numpy()
    found = predict_together(model, examples)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    np.testing.assert_allclose(found, predict(model, examples, 4), rtol=1e-5)
