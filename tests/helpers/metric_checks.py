"""What must hold for every metric that streams. A metric's own test brings only the reference.

Each check raises an AssertionError that begins with its name; `tests/metrics/test_metric_checks.py`
plants a fault for each and expects that name.
"""

import inspect
from dataclasses import dataclass, replace

import keras
import numpy as np
from keras import ops
from scipy.special import expit, softmax

from ftkeras import catalog
from ftkeras.errors import UserError

BACKEND = keras.backend.backend()
if BACKEND == "tensorflow":
    import tensorflow as tf
if BACKEND == "jax":
    import jax


@dataclass(frozen=True)
class Case:
    """Units with what a reference implementation wants to know about them."""

    y_true: np.ndarray
    logits: np.ndarray
    num_classes: int
    weights: np.ndarray | None = None

    @property
    def probabilities(self):
        logits = self.logits.astype("float64")
        if self.num_classes == 2:
            return np.stack([expit(-logits), expit(logits)], -1)
        return softmax(logits, axis=-1)

    @property
    def predicted(self):
        if self.num_classes == 2:
            return (self.logits > 0).astype(int)
        return self.logits.argmax(-1)

    @property
    def present(self):
        """The true classes that occur with a weight."""
        counted = self.y_true if self.weights is None else self.y_true[self.weights > 0]
        return np.unique(counted)

    def take(self, rows):
        weights = None if self.weights is None else self.weights[rows]
        return replace(self, y_true=self.y_true[rows], logits=self.logits[rows], weights=weights)


def case(num_classes, size=257, seed=0, scale=1.0, rare=None, ties=False, weighted=False,
         classes=None):  # fmt: skip
    """Makes a case: `rare` is the share of the last class, `classes` those that may be true."""
    rng = np.random.default_rng(seed)
    classes = np.arange(num_classes) if classes is None else np.asarray(classes)
    shares = np.ones(len(classes))
    if rare is not None and len(classes) > 1:
        shares[:-1] = (1 - rare) / (len(classes) - 1)
        shares[-1] = rare
    y_true = rng.choice(classes, size, p=shares / shares.sum())
    if num_classes == 2:
        logits = rng.normal(size=size) + 1.5 * y_true - 0.7
    else:
        logits = rng.normal(size=(size, num_classes)) + 1.5 * np.eye(num_classes)[y_true]
    logits = logits * scale
    logits = (np.round(logits) if ties else logits).astype("float32")
    weights = rng.choice([0.0, 0.5, 1.0, 3.25], size).astype("float32") if weighted else None
    return Case(y_true, logits, num_classes, weights)


def usual_cases(num_classes):
    """The cases on which every metric is compared with its reference."""
    return [
        case(num_classes),
        case(num_classes, seed=1, rare=0.01, size=701),
        case(num_classes, seed=2, ties=True),
        case(num_classes, seed=3, scale=9.0),
        case(num_classes, seed=4, weighted=True),
        case(num_classes, seed=5, classes=[0]),
        case(num_classes, seed=6, classes=[num_classes - 1], size=5),
        case(num_classes, seed=7, classes=list(range(max(1, num_classes - 1)))),
        case(num_classes, seed=8, size=1),
    ]


def built(kind, name, num_classes):
    """Returns the score or metric of that name with default arguments, `None` if it is binary."""
    required = catalog.parameters(kind, name)
    arguments = {key: 0.5 for key, needed in required.items() if needed}
    try:
        return catalog.find(kind, name)(num_classes=num_classes, **arguments)
    except UserError as error:
        if "two classes" in str(error):
            return None
        raise


def check_metric(build, reference, num_classes, cases=None):
    """Runs every check.

    Args:
        build: Makes a fresh metric.
        reference: Takes a `Case` to the expected value, NaN where undefined. It must not share
            code with the metric.
        num_classes: Number of classes.
        cases: Cases to compare on; `None` for the usual ones.
    """
    check_references(build, reference, num_classes, cases)
    one = case(num_classes, seed=11)
    check_batches_and_order(build, one)
    check_weights(build, one)
    check_shapes(build, one)
    check_reset(build, one)
    check_config(build, one)
    check_constant_state(build, one)
    check_bounds_and_direction(build, one)
    check_not_finite(build, one)
    check_unknown_labels(build, one)
    check_precision_of_inputs(build, one)
    check_compiled(build, case(num_classes, seed=12, weighted=True))
    check_large_counts(build, one)


def check_references(build, reference, num_classes, cases=None):
    """Compares with the reference on every case."""
    for one in usual_cases(num_classes) if cases is None else cases:
        check_reference(build, reference, one)


def value_of(metric, one, batches=1):
    """Returns the result after a reset and some batches."""
    metric.reset_state()
    for rows in np.array_split(np.arange(len(one.y_true)), batches):
        part = one.take(rows)
        metric.update_state(part.y_true, part.logits, part.weights)
    return float(metric.result())


def check_reference(build, reference, one):
    metric = build()
    expected = float(reference(one))
    streamed = value_of(metric, one, batches=3 if len(one.y_true) > 3 else 1)
    exact = metric.score(one.y_true, one.logits, one.weights)
    bound = metric.error_bound()
    if np.isnan(expected):
        assert np.isnan(streamed), f"reference: expected NaN, got {streamed}"
        assert np.isnan(exact), f"reference: expected NaN, got {exact} from the score"
        assert metric.notes(), "reference: an undefined result without a note"
        return
    slack = 1e-6 * max(1, abs(expected))
    assert abs(exact - expected) <= slack, f"reference: score {exact}, expected {expected}"
    slack += bound or 0.0
    assert abs(streamed - expected) <= slack, f"reference: metric {streamed}, expected {expected}"


def check_batches_and_order(build, one):
    metric = build()
    value_of(metric, one)
    whole = metric.counted()
    exact = np.array_equal(whole, np.round(whole))
    for rows in (np.arange(len(one.y_true)), np.random.default_rng(0).permutation(len(one.y_true))):
        value_of(metric, one.take(rows), batches=7)
        # Counts of units agree bit for bit; sums of real numbers to their rounding.
        same = np.array_equal if exact else lambda a, b: np.allclose(a, b, rtol=1e-6, atol=1e-9)
        assert same(metric.counted(), whole), "batches: counts depend on batches or order"


def check_weights(build, one):
    rows = np.arange(len(one.y_true))
    plain = value_of(build(), one)
    ones = value_of(build(), replace(one, weights=np.ones(len(rows), "float32")))
    np.testing.assert_allclose(ones, plain, rtol=1e-6, err_msg="weights: ones are not none")
    weights = (rows % 3).astype("float32")
    repeated = value_of(build(), one.take(np.repeat(rows, rows % 3)))
    weighted = value_of(build(), replace(one, weights=weights))
    np.testing.assert_allclose(
        weighted, repeated, rtol=2e-6, err_msg="weights: 0 is not absent, or 2 not twice"
    )


def check_shapes(build, one):
    weights = (np.arange(len(one.y_true)) % 4 / 2).astype("float32")
    metric = build()
    metric.update_state(one.y_true, one.logits, weights)
    expected = metric.counted()
    columns = {
        "column of labels": (one.y_true[:, None], one.logits, weights),
        "column of weights": (one.y_true, one.logits, weights[:, None]),
        "labels as floats": (one.y_true.astype("float32"), one.logits, weights),
    }
    if one.num_classes == 2:
        columns["column of logits"] = (one.y_true, one.logits[:, None], weights)
        # Halves are exact in float32, so that the margin is the same number.
        pair = np.stack([-one.logits / 2, one.logits / 2], -1)
        columns["two logits"] = (one.y_true, pair, weights)
    for shape, arguments in columns.items():
        metric = build()
        metric.update_state(*arguments)
        np.testing.assert_array_equal(metric.counted(), expected, err_msg=f"shapes: {shape}")
    check_positions(build, one)


def check_positions(build, one):
    """Sequences: `(batch, time)` labels, a weight a sequence, and a padding mask."""
    size = len(one.y_true) // 4 * 4
    one = one.take(np.arange(size))
    shape = (size // 4, 4)
    labels = one.y_true.reshape(shape)
    logits = one.logits.reshape(*shape, -1)
    mask = np.arange(size).reshape(shape) % 4 < 3
    weights = np.arange(size // 4).astype("float32") % 3
    metric = build()
    flat = (mask * weights[:, None]).ravel().astype("float32")
    metric.update_state(one.y_true, one.logits, flat)
    expected = metric.counted()
    metric = build()
    masked = ops.convert_to_tensor(logits)
    try:
        masked._keras_mask = ops.convert_to_tensor(mask)
    except AttributeError:
        metric.update_state(labels, logits, mask * weights[:, None])
    else:
        metric.update_state(labels, masked, weights)
    np.testing.assert_array_equal(metric.counted(), expected, err_msg="shapes: padding counted")


def check_reset(build, one):
    metric = build()
    first = value_of(metric, one)
    value_of(metric, one.take(np.arange(20)))
    again = value_of(metric, one)
    np.testing.assert_equal(again, first, err_msg="reset: the state of before is still there")


def check_config(build, one):
    metric = build()
    config = metric.get_config()
    wanted = set(inspect.signature(type(metric).__init__).parameters) - {"self"}
    assert set(config) == wanted, f"config: {set(config) ^ wanted} differ from the arguments"
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric))
    assert type(copy) is type(metric), "config: another class came back"
    assert copy.get_config() == config, "config: other arguments came back"
    np.testing.assert_equal(value_of(copy, one), value_of(metric, one), err_msg="config: value")


def check_constant_state(build, one):
    metric = build()
    before = [tuple(variable.shape) for variable in metric.variables]
    value_of(metric, one, batches=9)
    after = [tuple(variable.shape) for variable in metric.variables]
    assert before == after, "state: it grew while counting"
    assert before, "state: nothing was created in the constructor"


def check_bounds_and_direction(build, one):
    metric = build()
    low, high = metric.score.bounds
    value = value_of(metric, one)
    assert low - 1e-6 <= value <= high + 1e-6, f"bounds: {value} outside [{low}, {high}]"
    assert metric.direction == metric.score.direction, "direction: shell and score differ"
    if metric.direction == "none":
        assert not hasattr(metric, "_direction"), "direction: Keras would pick an epoch by it"
        return
    up = metric.direction == "max"
    assert metric._direction == ("up" if up else "down"), "direction: Keras is told another"
    right = 60.0 * np.eye(one.num_classes)[one.y_true]
    if one.num_classes == 2:
        right = right[:, 1] - right[:, 0]
    perfect = value_of(metric, replace(one, logits=right.astype("float32")))
    best = high if up else low
    np.testing.assert_allclose(perfect, best, atol=1e-6, err_msg="direction: perfect is not best")
    wrong = value_of(metric, replace(one, logits=-right.astype("float32")))
    assert wrong < value < perfect if up else wrong > value > perfect, "direction: not monotone"


def check_not_finite(build, one):
    for bad in (np.nan, np.inf, -np.inf):
        logits = one.logits.copy()
        logits[3] = bad
        metric = build()
        result = value_of(metric, replace(one, logits=logits))
        assert np.isnan(result), f"not finite: {bad} was averaged into {result}"
        assert any("1 of" in note for note in metric.notes()), "not finite: it was not reported"
        weights = np.ones(len(logits), "float32")
        weights[3] = 0
        harmless = value_of(metric, replace(one, logits=logits, weights=weights))
        expected = value_of(build(), replace(one, weights=weights))
        np.testing.assert_equal(harmless, expected, err_msg="not finite: it spoils as padding")


def check_unknown_labels(build, one):
    for bad in (-1, one.num_classes):
        labels = one.y_true.copy()
        labels[3] = bad
        metric = build()
        result = value_of(metric, replace(one, y_true=labels))
        assert np.isnan(result), f"labels: {bad} was counted as a class"
        assert any("labels" in note for note in metric.notes()), "labels: it was not reported"


def check_precision_of_inputs(build, one):
    metric = build()
    coarse = ops.cast(one.logits, "bfloat16")
    metric.update_state(one.y_true, coarse)
    expected = value_of(
        build(), replace(one, logits=ops.convert_to_numpy(ops.cast(coarse, "float32")))
    )
    np.testing.assert_equal(float(metric.result()), expected, err_msg="precision: not in float32")
    assert any("bfloat16" in note for note in metric.notes()), "precision: it was not reported"


def compiled_updates(metric):
    """Returns name -> function that updates and reads the metric inside a compiled step."""
    if BACKEND == "tensorflow":

        def step(y_true, logits, weights):
            metric.update_state(y_true, logits, weights)
            return metric.result()

        return {
            "graph": tf.function(step),
            "xla": tf.function(step, jit_compile=True),
        }

    @jax.jit
    def pure(variables, y_true, logits, weights):
        variables = metric.stateless_update_state(variables, y_true, logits, weights)
        return variables, metric.stateless_result(variables)

    def step(y_true, logits, weights):
        variables, value = pure([v.value for v in metric.variables], y_true, logits, weights)
        for variable, new in zip(metric.variables, variables, strict=True):
            variable.assign(new)
        return value

    return {"jit": step}


def check_compiled(build, one):
    eager = build()
    expected = value_of(eager, one, batches=2)
    for mode in compiled_updates(eager):
        metric = build()
        step = compiled_updates(metric)[mode]
        half = len(one.y_true) // 2
        for rows in (slice(0, half), slice(half, None)):
            part = one.take(rows)
            live = step(
                *(ops.convert_to_tensor(x) for x in (part.y_true, part.logits, part.weights))
            )
        np.testing.assert_allclose(
            float(metric.result()), expected, rtol=1e-6, atol=1e-7, err_msg=f"compiled: {mode}"
        )
        np.testing.assert_allclose(
            metric.counted(), eager.counted(), rtol=1e-6, atol=1e-7, err_msg=f"compiled: {mode}"
        )
        # What is shown at a step is coarser, and as certified as the rest.
        score = metric.score
        bound = score.error_bound(score.counts.live(metric.counted(), np), np) or 0.0
        exact = score.formula(metric.counted(), np)
        slack = bound + 2e-6 * max(1, abs(expected))
        assert abs(float(live) - exact) <= slack, f"live: {mode}: {live}, expected {exact}"


def check_large_counts(build, one):
    """Counting goes on past 2^24 (where float32 stops), 2^31 (int32) and 2^33."""
    for power in (24, 31, 33):
        metric = build()
        for sum_ in metric._state.sums.values():
            sum_.parts[0].assign(ops.full(sum_.parts[0].shape, 2.0**power, sum_.dtype))
        before = metric.counted()
        assert before.max() == 2.0**power, "large counts: the state was not set"
        batch = one.take(np.arange(7))
        for _ in range(3):
            metric.update_state(batch.y_true, batch.logits)
        added = metric.counted() - before
        small = build()
        value_of(small, batch.take(np.tile(np.arange(7), 3)))
        np.testing.assert_allclose(
            added, small.counted(), atol=1e-5, err_msg=f"large counts: lost past 2^{power}"
        )
