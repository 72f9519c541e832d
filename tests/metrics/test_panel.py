"""What a suite shows at a step: one panel, one small copy of large counts, whatever the batch."""

import keras
import numpy as np
import pytest

from ftkeras import metrics
from ftkeras.contracts.score import Cells
from ftkeras.metrics._panel import Panel
from ftkeras.metrics._wide_sum import WideSum
from tests.helpers.metric_checks import case, variants

if keras.backend.backend() != "tensorflow":
    pytest.skip("traces a tf.function", allow_module_level=True)
import tensorflow as tf

BINARY = ["accuracy", "f1_score", "specificity", "log_loss", "area_under_roc_curve",
          "average_precision", "gain_at_k", "equal_mass_calibration_error"]  # fmt: skip
MANY = ["accuracy", "f1_score", "recall(class_index=2)", "log_loss", "matthews_correlation"]


def traced(suite, batch=None, xla=False):
    """A step over batches of open or fixed size."""
    shape = [batch] if suite[0].score.inputs.num_classes == 2 else [batch, 4]
    signature = [tf.TensorSpec([batch], "int64"), tf.TensorSpec(shape, "float32")]

    @tf.function(input_signature=signature, jit_compile=xla)
    def step(y_true, y_pred):
        for metric in suite:
            metric.update_state(y_true, y_pred)
        return [metric.result() for metric in suite]

    return step


@pytest.mark.parametrize(("num_classes", "chosen"), [(2, BINARY), (4, MANY)])
@pytest.mark.parametrize("batch", [None, 100])
def test_together_metrics_show_what_each_shows_alone(num_classes, chosen, batch):
    task = "binary" if num_classes == 2 else "multiclass"
    suite = metrics.suite(task, num_classes=num_classes, metrics=chosen)
    alone = [metrics.suite(task, num_classes=num_classes, metrics=[name]) for name in chosen]
    together, steps = traced(suite, batch), [traced(one, batch) for one in alone]
    for seed in range(3):
        one = case(num_classes, size=100, seed=seed)
        shown = together(one.y_true, one.logits)
        singly = [step(one.y_true, one.logits)[0] for step in steps]
        np.testing.assert_allclose(shown, singly, rtol=1e-6)
    np.testing.assert_allclose(
        [metric.result() for metric in suite], [metric.result() for (metric,) in alone], rtol=1e-6
    )


def test_nothing_counted_is_undefined_in_a_panel_too():
    suite = metrics.suite("binary", metrics=["accuracy", "precision", "f1_score", "log_loss"])
    shown = traced(suite)(np.zeros(0, "int64"), np.zeros(0, "float32"))
    assert np.isnan(shown).all()


def test_one_prediction_in_doubt_is_seen_in_every_value():
    suite = metrics.suite("binary", metrics=BINARY)
    one = case(2, size=100)
    logits = one.logits.copy()
    logits[7] = np.inf
    assert np.isnan(traced(suite)(one.y_true, logits)).all()


@pytest.mark.parametrize("size", [5, 2000])
@pytest.mark.parametrize("batch", ["open", "fixed"])
def test_large_tables_are_counted_alike_by_any_way(size, batch):
    """Few places are added one by one, many as a whole: the counts are the same."""
    one = case(2, size=size)
    metric = metrics.AreaUnderRocCurve()
    suite = metrics.suite("binary", metrics=["area_under_roc_curve", "accuracy"])
    traced(suite, None if batch == "open" else size)(one.y_true, one.logits)
    units = metric.inputs.units(one.y_true, one.logits, np)
    expected = metric.score.counts.tally(units)
    np.testing.assert_array_equal(suite[0].counted(), expected)
    kind = metric.score.counts
    shown = np.asarray(suite[0]._state.shown[kind].value()).reshape(2, 256)
    np.testing.assert_array_equal(shown, kind.live(expected, np))


def test_places_that_are_none_are_left_out_of_large_tables():
    owner = keras.metrics.Metric(name="owner")
    sum_ = WideSum(owner, (8192,), "table")
    places, amounts = tf.constant([[-1, 3], [3, 8191]]), tf.ones((2, 2), "float64")
    for _ in range(2):
        sum_.add_at(places, amounts, 8192, is_complete=False)
    found = np.asarray(sum_.value())
    assert (found[3], found[8191], found.sum()) == (4, 2, 6)


def scores_of_tables():
    names = ("accuracy", "recall", "f1_score", "specificity", "log_loss", "brier_score",
             "precision", "fbeta_score", "top_k_accuracy")  # fmt: skip
    return [score for name in names for _, score in variants("scores", name)]


@pytest.mark.parametrize("score", scores_of_tables(), ids=str)
def test_the_sides_of_a_fraction_are_linear_and_make_the_score(score):
    rng = np.random.default_rng(0)
    one, other = rng.integers(1, 50, (2, *score.counts.shape)).astype("float64")
    sides = score.fraction(2 * one + other, np)
    if sides is None:
        assert isinstance(score.counts, Cells)
        return
    apart = zip(score.fraction(one, np), score.fraction(other, np), strict=True)
    for found, (first, second) in zip(sides, apart, strict=True):
        assert found == pytest.approx(2 * first + second)
    first, whole = score.fraction(one, np)
    assert float(score.formula(one, np)) == pytest.approx(first / whole)


def test_a_panel_keeps_the_order_of_its_scores():
    names = ["log_loss", "recall", "area_under_roc_curve", "precision", "accuracy"]
    suite = metrics.suite("binary", metrics=names)
    one = case(2)
    suite[0].update_state(one.y_true, one.logits)
    values = Panel([metric.score for metric in suite]).values(suite[0]._state)
    np.testing.assert_allclose(values, [m.score(one.y_true, one.logits) for m in suite], rtol=1e-4)
