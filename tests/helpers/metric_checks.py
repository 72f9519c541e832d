"""What must hold for every metric that streams. A metric's own test brings only the reference.

Labels and predictions come from the metric's family: a file in `families/` that knows what a case
looks like, which shapes say the same, and which predictions are perfect. Each check raises an
AssertionError that begins with its name; `tests/metrics/test_metric_checks.py` plants a fault for
each and expects that name.
"""

import importlib
import inspect
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
from keras import ops

from ftkeras import catalog
from ftkeras.errors import UserError
from tests.helpers.families.classification import Classification, case, usual_cases

__all__ = ["case", "check_metric", "check_references", "usual_cases", "value_of", "variants"]

BACKEND = keras.backend.backend()
if BACKEND == "tensorflow":
    import tensorflow as tf
if BACKEND == "jax":
    import jax

# What a required argument that is no size is set to, where any value will do.
REQUIRED = {"class_index": 1, "label_index": 1}


def families():
    """Returns every family, from the files of the folder."""
    folder = Path(__file__).parent / "families"
    stems = sorted(path.stem for path in folder.glob("*.py") if path.stem[0] != "_")
    modules = [importlib.import_module(f"tests.helpers.families.{stem}") for stem in stems]
    return [family for module in modules for family in module.FAMILIES]


def variants(kind, name):
    """Returns (family, score or metric) for each family that the name belongs to, at defaults."""
    accepted = catalog.parameters(kind, name)
    found = []
    for family in families():
        if any(needed and key.startswith("num_") and key not in family.sizes
               for key, needed in accepted.items()):  # fmt: skip
            continue
        arguments = {key: REQUIRED.get(key, 0.5) for key, needed in accepted.items() if needed}
        arguments |= {key: size for key, size in family.sizes.items() if key in accepted}
        try:
            score = catalog.find("scores", name)(**arguments)
        except UserError as error:
            if "two classes" in str(error):
                continue
            raise
        if type(score.inputs).__name__ == family.inputs:
            thing = score if kind == "scores" else catalog.find(kind, name)(**arguments)
            found.append((family, thing))
    return found


def check_metric(build, reference, num_classes=None, cases=None, family=None, best_is_bound=True):
    """Runs every check, but that of the compiled step where a family has it done for all at once.

    Args:
        build: Makes a fresh metric.
        reference: Takes a case to the expected value, NaN where undefined. It must not share
            code with the metric.
        num_classes: Number of classes; short for `family=Classification(num_classes)`.
        cases: Cases to compare on; `None` for the usual ones.
        family: What cases look like.
        best_is_bound: Whether perfect predictions score the best possible value on any labels.
    """
    family = family or Classification(num_classes)
    check_references(build, reference, cases=cases, family=family)
    one = family.one()
    check_batches_and_order(build, one)
    check_weights(build, one)
    check_shapes(build, one, family)
    check_reset(build, one)
    check_config(build, one)
    check_constant_state(build, one)
    check_bounds_and_direction(build, one, family, best_is_bound)
    check_not_finite(build, one, family)
    check_unknown_labels(build, one, family)
    check_precision_of_inputs(build, one)
    if family.is_compiled and not family.is_compiled_together:
        check_compiled(build, family.one(seed=12, weighted=True))
    check_large_counts(build, one)


def check_references(build, reference, num_classes=None, cases=None, family=None):
    """Compares with the reference on every case."""
    family = family or Classification(num_classes)
    for one in family.usual_cases() if cases is None else cases:
        check_reference(build, reference, one)


def value_of(metric, one, batches=1):
    """Returns the result after a reset and some batches."""
    metric.reset_state()
    for rows in np.array_split(np.arange(len(one)), batches):
        part = one.take(rows)
        metric.update_state(part.y_true, part.predictions, part.weights)
    return float(metric.result())


def check_reference(build, reference, one):
    metric = build()
    expected = float(reference(one))
    streamed = value_of(metric, one, batches=2 if len(one) > 3 else 1)
    exact = metric.score(one.y_true, one.predictions, one.weights)
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
    for rows in (np.arange(len(one)), np.random.default_rng(0).permutation(len(one))):
        value_of(metric, one.take(rows), batches=4)
        # Counts of units agree bit for bit; sums of real numbers to their rounding.
        same = np.array_equal if exact else lambda a, b: np.allclose(a, b, rtol=1e-6, atol=1e-9)
        assert same(metric.counted(), whole), "batches: counts depend on batches or order"


def check_weights(build, one):
    rows = np.arange(len(one))
    plain = value_of(build(), one)
    ones = value_of(build(), replace(one, weights=np.ones(len(rows), "float32")))
    np.testing.assert_allclose(ones, plain, rtol=1e-6, err_msg="weights: ones are not none")
    weights = (rows % 3).astype("float32")
    repeated = value_of(build(), one.take(np.repeat(rows, rows % 3)))
    weighted = value_of(build(), replace(one, weights=weights))
    np.testing.assert_allclose(
        weighted, repeated, rtol=2e-6, err_msg="weights: 0 is not absent, or 2 not twice"
    )


def check_shapes(build, one, family):
    weights = (np.arange(len(one)) % 4 / 2).astype("float32")
    metric = build()
    metric.update_state(one.y_true, one.predictions, weights)
    expected = metric.counted()
    for shape, arguments in family.same(one, weights).items():
        metric = build()
        metric.update_state(*arguments)
        np.testing.assert_array_equal(metric.counted(), expected, err_msg=f"shapes: {shape}")
    check_positions(build, one, family)


def check_positions(build, one, family):
    """Sequences: `(batch, time, ...)` labels, a weight a sequence, and a padding mask."""
    size = len(one) // 4 * 4
    one = one.take(np.arange(size))
    sequences = family.positions(one)
    if sequences is None:
        return
    labels, predictions = sequences
    mask = np.arange(size).reshape(size // 4, 4) % 4 < 3
    weights = np.arange(size // 4).astype("float32") % 3
    metric = build()
    flat = (mask * weights[:, None]).ravel().astype("float32")
    metric.update_state(one.y_true, one.predictions, flat)
    expected = metric.counted()
    metric = build()
    masked = ops.convert_to_tensor(predictions)
    try:
        masked._keras_mask = ops.convert_to_tensor(mask)
    except AttributeError:
        metric.update_state(labels, predictions, mask * weights[:, None])
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
    value_of(metric, one, batches=3)
    after = [tuple(variable.shape) for variable in metric.variables]
    assert before == after, "state: it grew while counting"
    assert before, "state: nothing was created in the constructor"


def check_bounds_and_direction(build, one, family, best_is_bound=True):
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
    perfect = value_of(metric, replace(one, predictions=family.perfect(one)))
    if best_is_bound:
        best = high if up else low
        message = "direction: perfect is not best"
        np.testing.assert_allclose(perfect, best, atol=1e-6, err_msg=message)
    wrong = value_of(metric, replace(one, predictions=family.wrong(one)))
    assert wrong < value < perfect if up else wrong > value > perfect, "direction: not monotone"


def check_not_finite(build, one, family):
    for bad in (np.nan, np.inf, -np.inf):
        predictions = one.predictions.copy()
        predictions[3] = family.spoiled(predictions[3], bad)
        metric = build()
        result = value_of(metric, replace(one, predictions=predictions))
        assert np.isnan(result), f"not finite: {bad} was averaged into {result}"
        assert any("1 of" in note for note in metric.notes()), "not finite: it was not reported"
        weights = np.ones(len(one), "float32")
        weights[3] = 0
        harmless = value_of(metric, replace(one, predictions=predictions, weights=weights))
        expected = value_of(build(), replace(one, weights=weights))
        np.testing.assert_equal(harmless, expected, err_msg="not finite: it spoils as padding")


def check_unknown_labels(build, one, family):
    for bad in family.unknown(one.y_true[3]):
        labels = one.y_true.copy()
        labels[3] = bad
        metric = build()
        result = value_of(metric, replace(one, y_true=labels))
        assert np.isnan(result), f"labels: {bad} was counted as a label"
        assert any("labels" in note for note in metric.notes()), "labels: it was not reported"


def check_precision_of_inputs(build, one):
    metric = build()
    coarse = ops.cast(one.predictions, "bfloat16")
    metric.update_state(one.y_true, coarse)
    rounded = ops.convert_to_numpy(ops.cast(coarse, "float32"))
    expected = value_of(build(), replace(one, predictions=rounded))
    np.testing.assert_equal(float(metric.result()), expected, err_msg="precision: not in float32")
    assert any("bfloat16" in note for note in metric.notes()), "precision: it was not reported"


def compiled_steps(together):
    """Returns name -> function that updates and reads metrics of one state in a compiled step."""
    if BACKEND == "tensorflow":

        def step(y_true, y_pred, weights):
            for metric in together:
                metric.update_state(y_true, y_pred, weights)
            return [metric.result() for metric in together]

        return {
            "graph": tf.function(step),
            "xla": tf.function(step, jit_compile=True),
        }

    variables = together[0].variables

    @jax.jit
    def pure(values, *batch):
        with keras.StatelessScope(zip(variables, values, strict=True)) as scope:
            for metric in together:
                metric.update_state(*batch)
            shown = [metric.result() for metric in together]
        return [scope.get_current_value(variable) for variable in variables], shown

    def step(*batch):
        values, shown = pure([variable.value for variable in variables], *batch)
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        return shown

    return {"jit": step}


def compiled_updates(metric):
    """Returns name -> function that updates and reads one metric in a compiled step."""
    steps = compiled_steps([metric])
    return {mode: lambda *batch, step=step: step(*batch)[0] for mode, step in steps.items()}


def check_compiled(build, one):
    check_compiled_together([build], one)


def check_compiled_together(builds, one):
    """Metrics that share a state and a compiled step say what each says alone, step by step."""
    eager = [build() for build in builds]
    expected = [value_of(metric, one, batches=2) for metric in eager]
    half = len(one) // 2
    for mode in compiled_steps(eager):
        together = [build() for build in builds]
        if len(together) > 1:
            together[0].share(together[1:])
        step = compiled_steps(together)[mode]
        for rows in (slice(0, half), slice(half, None)):
            part = one.take(rows)
            arrays = part.y_true, part.predictions, part.weights
            shown = step(*(ops.convert_to_tensor(array) for array in arrays))
        for found in zip(together, eager, expected, shown, strict=True):
            _check_alike(mode, *found)


def _check_alike(mode, metric, eager, expected, live):
    message = f"compiled: {mode}: {metric.name}"
    np.testing.assert_allclose(
        float(metric.result()), expected, rtol=1e-6, atol=1e-7, err_msg=message
    )
    np.testing.assert_allclose(
        metric.counted(), eager.counted(), rtol=1e-6, atol=1e-7, err_msg=message
    )
    # What is shown at a step is coarser, and as certified as the rest.
    score = metric.score
    bound = score.error_bound(score.counts.live(metric.counted(), np), np) or 0.0
    exact = score.formula(metric.counted(), np)
    slack = bound + 2e-6 * max(1, abs(expected))
    assert abs(float(live) - exact) <= slack, f"live: {message}: {live}, expected {exact}"


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
            metric.update_state(batch.y_true, batch.predictions)
        added = metric.counted() - before
        small = build()
        value_of(small, batch.take(np.tile(np.arange(7), 3)))
        np.testing.assert_allclose(
            added, small.counted(), atol=1e-5, err_msg=f"large counts: lost past 2^{power}"
        )
