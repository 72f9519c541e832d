"""What must hold for every metric that counts on the host; a test brings reference and cases."""

import inspect

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftkeras.errors import UserError

# Signs that tokenizers treat apart, letters with two forms, scripts without spaces, odd blanks.
_PIECES = ["the", "The", "a", "cat", "cats", "sat", "3.5", "10-year", "it's", "(on)", "mat.", ".",
           ",", "-", "café", "cafe\u0301", "STRASSE", "straße", "北京", "дом", "&quot;", "&lt;b&gt;",
           "😀", "\u00a0", "\t", "\n", "-\n", "x" * 12]  # fmt: skip
WORDS = st.lists(st.sampled_from(_PIECES), max_size=9)
TEXTS = st.builds(lambda words, gap: gap.join(words), WORDS, st.sampled_from([" ", "  ", ""]))
PAIRS = st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5)
REFERENCED = st.lists(
    st.tuples(st.lists(TEXTS, min_size=2, max_size=2), TEXTS), min_size=1, max_size=4
)


def columns(pairs):
    """Returns the two lists that pairs are made of."""
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def drawn(strategy, examples=60):
    """Decorates a test that hypothesis calls with examples of a strategy."""

    def decorate(function):
        return settings(max_examples=examples, deadline=None, derandomize=True)(
            given(strategy)(function)
        )

    return decorate


def streamed(metric, y_true, y_pred, batches=1, weights=None):
    """Returns the result after a reset and some batches."""
    metric.reset_state()
    for rows in np.array_split(np.arange(len(y_true)), batches):
        part = None if weights is None else np.asarray(weights)[rows]
        metric.update_state([y_true[k] for k in rows], [y_pred[k] for k in rows], part)
    return metric.result()


def check_host_metric(metric, y_true, y_pred, best):
    """Checks sums, weights, state and settings of one metric.

    Args:
        metric: The metric; its class must be built again from its settings.
        y_true: At least four units.
        y_pred: Predictions that are neither perfect nor worthless.
        best: Perfect predictions for these units.
    """
    check_sums(metric, y_true, y_pred)
    check_weights(metric, y_true, y_pred)
    check_state(metric, y_true, y_pred)
    check_config(metric, y_true, y_pred)
    check_direction(metric, y_true, y_pred, best)
    check_compiled_steps_are_refused(metric)


def check_sums(metric, y_true, y_pred):
    exact = metric.score(y_true, y_pred)
    bound = metric.error_bound() or 0.0
    rng = np.random.default_rng(0)
    streamed(metric, y_true, y_pred)
    whole, bound = metric.counted(), metric.error_bound() or 0.0
    for batches in (1, 3, len(y_true)):
        order = rng.permutation(len(y_true))
        value = streamed(metric, [y_true[k] for k in order], [y_pred[k] for k in order], batches)
        assert value == pytest.approx(exact, rel=1e-12, abs=1e-12 + bound), "sums: streamed"
        np.testing.assert_allclose(metric.counted(), whole, rtol=1e-12, err_msg="sums: counts")
    half = len(y_true) // 2
    parts = [type(metric).from_config(metric.get_config()) for _ in range(2)]
    streamed(parts[0], y_true[:half], y_pred[:half])
    streamed(parts[1], y_true[half:], y_pred[half:])
    parts[0].merge(parts[1:])
    np.testing.assert_allclose(parts[0].counted(), whole, rtol=1e-12, err_msg="sums: merged")


def check_weights(metric, y_true, y_pred):
    weights = np.arange(len(y_true)) % 3
    weighted = streamed(metric, y_true, y_pred, 2, weights)
    rows = np.repeat(np.arange(len(y_true)), weights)
    repeated = streamed(metric, [y_true[k] for k in rows], [y_pred[k] for k in rows])
    assert weighted == pytest.approx(repeated, rel=1e-9), "weights: 0 is not absent, or 2 not twice"
    exact = metric.score(y_true, y_pred, weights)
    bound = metric.error_bound() or 0.0
    assert exact == pytest.approx(repeated, rel=1e-9, abs=1e-9 + bound), "weights: of the score"
    with pytest.raises(UserError, match="one weight a unit"):
        metric.update_state(y_true, y_pred, weights[:-1])


def check_state(metric, y_true, y_pred):
    first = streamed(metric, y_true, y_pred)
    shape = metric.counted().shape
    assert streamed(metric, y_true, y_pred, 2) == pytest.approx(first, rel=1e-12), "state: reset"
    assert metric.counted().shape == shape == metric.score.counts.shape, "state: it grew"
    assert metric.counted().dtype == np.float64, "state: not float64"
    metric.reset_state()
    assert np.isnan(metric.result()), "state: nothing counted is not undefined"
    assert metric.notes() == [f"undefined: {metric.score.undefined}"], "state: no reason given"
    assert np.isnan(metric.score([], [])), "state: nothing given is not undefined"
    with pytest.raises(UserError, match="one prediction a label"):
        metric.update_state(y_true, y_pred[:-1])


def check_config(metric, y_true, y_pred):
    config = metric.get_config()
    wanted = set(inspect.signature(type(metric).__init__).parameters) - {"self"}
    assert set(config) == wanted, f"config: {set(config) ^ wanted} differ from the arguments"
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric))
    assert type(copy) is type(metric), "config: another class came back"
    assert copy.get_config() == config, "config: other arguments came back"
    assert copy.score == metric.score, "config: another score came back"
    assert streamed(copy, y_true, y_pred) == streamed(metric, y_true, y_pred), "config: value"


def check_direction(metric, y_true, y_pred, best):
    low, high = metric.score.bounds
    value = streamed(metric, y_true, y_pred)
    assert low <= value <= high, f"bounds: {value} outside [{low}, {high}]"
    assert metric.direction == metric.score.direction
    up = metric.direction == "max"
    assert metric._direction == ("up" if up else "down")
    perfect = streamed(metric, y_true, best)
    assert perfect == pytest.approx(high if up else low, abs=1e-9), "direction: perfect is not best"
    assert value < perfect if up else value > perfect, "direction: not monotone"


def check_compiled_steps_are_refused(metric):
    symbolic = keras.KerasTensor((2,))
    with pytest.raises(UserError, match="outside the compiled step"):
        metric.update_state(symbolic, symbolic)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        @tf.function(autograph=False)
        def step(y):
            metric.update_state(y, y)

        with pytest.raises(UserError, match="DecodedMetrics"):
            step(tf.constant(["a", "b"]))
