"""Several metrics with one state, in anyone's `compile`."""

import csv
import inspect

import keras
import numpy as np
import pytest
from keras import ops
from sklearn.metrics import f1_score

import ftkeras.metrics
from ftkeras import call_string, catalog, metrics
from ftkeras.contracts.score import Cells
from ftkeras.errors import UserError
from ftkeras.metrics import _suite
from tests.helpers.metric_checks import REQUIRED, case, variants


def model_of(outputs, compiled, loss=None, dtype=None):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(outputs, dtype=dtype)])
    losses = keras.losses.BinaryCrossentropy, keras.losses.SparseCategoricalCrossentropy
    loss = losses[outputs > 1](from_logits=True)
    model.compile(optimizer=keras.optimizers.SGD(0.3), loss=loss, **compiled)
    return model


def data(num_classes, size=130, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, num_classes, size)
    return (rng.normal(size=(size, 6)) + np.eye(6)[y]).astype("float32"), y


def test_a_stranger_can_compile_it_in_one_line():
    x, y = data(5)
    suite = metrics.suite("multiclass", num_classes=5)
    model = model_of(5, {"metrics": suite})
    model.fit(x, y, batch_size=32, verbose=0)
    found = model.evaluate(x, y, batch_size=32, verbose=0, return_dict=True)
    logits = model.predict(x, verbose=0)
    for metric in suite:
        assert found[metric.name] == pytest.approx(metric.score(y, logits), abs=2e-6)


@pytest.mark.parametrize(("task", "num_classes"), [("binary", 2), ("multiclass", 4)])
def test_the_recommended_sets_have_unique_names_and_one_state(task, num_classes):
    suite = metrics.suite(task, num_classes=num_classes)
    assert len({metric.name for metric in suite}) == len(suite) >= 5
    assert all(not metric.variables for metric in suite[1:])
    assert len({id(metric._state) for metric in suite}) == 1
    # Accuracy, F1 and their like share one table of counts.
    kinds = {metric.score.counts for metric in suite}
    assert len(suite[0]._state.sums) == len(kinds) < len(suite)


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_what_a_task_asks_for_can_be_streamed(task):
    wanted = catalog.find("tasks", task)().metrics
    suite = metrics.suite(task, num_classes=3 if task == "multiclass" else 2, metrics=wanted)
    assert len(suite) == len(wanted)


def test_the_shared_state_is_updated_once_a_batch():
    suite = metrics.suite("binary")
    one = case(2, size=40)
    for metric in suite:
        metric.update_state(one.y_true, one.logits)
    assert suite[0].counted()[1].sum() == 40
    alone = metrics.AreaUnderRocCurve()
    alone.update_state(one.y_true, one.logits)
    together = next(m for m in suite if m.name == "area_under_roc_curve")
    assert float(together.result()) == float(alone.result())


def test_reset_by_keras_reaches_the_shared_state():
    suite = metrics.suite("binary")
    one = case(2, size=40)
    for _ in range(2):
        for metric in suite:
            metric.reset_state()
        for metric in suite:
            metric.update_state(one.y_true, one.logits)
    assert suite[-1]._state is suite[0]._state
    assert suite[0].counted()[1].sum() == 40


def test_a_suite_torn_apart_says_so():
    suite = metrics.suite("binary")
    suite[2].update_state([0, 1], [0.5, -1.0])
    with pytest.raises(UserError, match="first metric counts for all"):
        suite[2].result()


def test_logs_are_scalars_with_one_name_each(tmp_path):
    x, y = data(2)
    log = tmp_path / "log.csv"
    chosen = ["f1_score", "f1_score(average='macro')", "recall(class_index=0, name='recall_0')",
              "true_positives", "average_precision"]  # fmt: skip
    suite = metrics.suite("binary", metrics=chosen)
    model = model_of(1, {"metrics": suite})
    logger = keras.callbacks.CSVLogger(str(log))
    found = model.fit(x, y, validation_data=(x, y), epochs=2, verbose=0, callbacks=[logger])
    assert all(np.ndim(value) == 0 for values in found.history.values() for value in values)
    with log.open() as lines:
        rows = list(csv.DictReader(lines))
    names = ["f1_score", "f1_score_macro", "recall_0", "true_positives", "average_precision"]
    assert {*names, *(f"val_{name}" for name in names)} <= set(rows[0])
    assert all(0 <= float(row["val_f1_score_macro"]) <= 1 for row in rows)


@pytest.mark.parametrize(
    ("name", "better"), [("log_loss", "down"), ("accuracy", "up"), ("brier_score", "down")]
)
def test_callbacks_know_the_direction_without_being_told(name, better):
    x, y = data(2)
    model = model_of(1, {"metrics": metrics.suite("binary", metrics=["f1_score", name])})
    stopping = keras.callbacks.EarlyStopping(monitor=f"val_{name}", patience=3)
    model.fit(x, y, validation_data=(x, y), verbose=0, callbacks=[stopping])
    assert stopping.monitor_op is (ops.less if better == "down" else ops.greater)


def test_a_description_without_direction_is_not_monitored_by_chance():
    x, y = data(2)
    model = model_of(1, {"metrics": metrics.suite("binary", metrics=["true_positives"])})
    stopping = keras.callbacks.EarlyStopping(monitor="val_true_positives")
    with pytest.raises(ValueError, match="mode='max'"):
        model.fit(x, y, validation_data=(x, y), verbose=0, callbacks=[stopping])


def test_sample_weights_count_where_keras_is_told_to_weigh():
    x, y = data(3)
    weights = np.random.default_rng(1).choice([0.0, 1.0, 2.5], len(y))
    suite = metrics.suite("multiclass", num_classes=3)
    model = model_of(3, {"weighted_metrics": suite})
    found = model.evaluate(x, y, sample_weight=weights, verbose=0, return_dict=True)
    logits = model.predict(x, verbose=0)
    for metric in suite:
        expected = metric.score(y, logits, weights)
        assert found[metric.name] == pytest.approx(expected, abs=2e-6)


def test_class_weights_do_not_reach_plain_metrics():
    x, y = data(2)
    model = model_of(1, {"metrics": metrics.suite("binary", metrics=["accuracy", "log_loss"])})
    model.optimizer.learning_rate = 0.0
    weighted = model.fit(x, y, class_weight={0: 9.0, 1: 0.1}, verbose=0).history
    plain = model.evaluate(x, y, verbose=0, return_dict=True)
    assert weighted["accuracy"][-1] == pytest.approx(plain["accuracy"])
    assert weighted["log_loss"][-1] == pytest.approx(plain["log_loss"], rel=1e-5)


def test_a_curve_is_coarse_at_a_step_and_full_at_the_end_of_an_epoch():
    x, y = data(2, size=600)
    suite = metrics.suite("binary", metrics=["area_under_roc_curve"])
    model = model_of(1, {"metrics": suite})
    shown = []
    watch = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: shown.append(logs["area_under_roc_curve"])
    )
    model.optimizer.learning_rate = 0.0
    history = model.fit(x, y, batch_size=600, verbose=0, callbacks=[watch]).history
    exact = suite[0].score(y, model.predict(x, verbose=0))
    full = abs(history["area_under_roc_curve"][-1] - exact)
    assert full <= suite[0].error_bound() < 1e-3
    counts = suite[0].score.counts.live(suite[0].counted(), np)
    assert counts.shape == (2, 256)
    assert float(shown[-1]) == pytest.approx(suite[0].score.formula(counts, np), abs=1e-6)


def test_a_model_with_a_suite_survives_saving_in_safe_mode(tmp_path):
    x, y = data(4)
    model = model_of(4, {"metrics": metrics.suite("multiclass", num_classes=4)})
    model.fit(x, y, verbose=0)
    expected = model.evaluate(x, y, verbose=0, return_dict=True)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    assert loaded.evaluate(x, y, verbose=0, return_dict=True) == expected


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_metrics_work_in_float32_under_mixed_precision(policy):
    x, y = data(2, size=300)
    suite = metrics.suite("binary")
    model = model_of(1, {"metrics": suite}, dtype=policy)
    found = model.evaluate(x, y, verbose=0, return_dict=True)
    assert all(value.dtype == "float32" for value in (metric.result() for metric in suite))
    logits = np.asarray(model.predict(x, verbose=0), "float32")
    for metric in suite:
        slack = (metric.error_bound() or 0) + 2e-6
        assert abs(found[metric.name] - metric.score(y, logits)) <= slack
    assert any(policy.removeprefix("mixed_") in note for note in suite[0].notes())


def test_nothing_is_traced_again_for_batches_of_a_known_shape():
    if keras.backend.backend() != "tensorflow":
        pytest.skip("counts traces of a tf.function")
    import tensorflow as tf

    suite = metrics.suite("binary")
    traces = []

    @tf.function(reduce_retracing=True)
    def step(y_true, logits):
        traces.append(1)
        for metric in suite:
            metric.update_state(y_true, logits)
        return [metric.result() for metric in suite]

    for size in (8, 8, 5, 7, 3, 8, 6):
        one = case(2, size=size)
        step(tf.constant(one.y_true), tf.constant(one.logits))
    assert len(traces) <= 2


def test_default_names_are_those_of_the_files():
    for name in catalog.names("metrics"):
        assert _suite.unique_names([call_string.parse(name)]) == [name]


def test_classes_load_on_first_use_and_are_listed():
    assert "F1Score" in dir(ftkeras.metrics)
    assert "suite" in dir(ftkeras.metrics)
    assert ftkeras.metrics.F1Score is catalog.find("metrics", "f1_score")
    with pytest.raises(AttributeError, match="Did you mean 'F1Score'"):
        _ = ftkeras.metrics.F1Scores


def test_every_score_has_its_shell_with_the_same_arguments_and_name():
    own = {"from_logits", "one_hot", "ignore_label", "name"}
    assert catalog.names("scores") == catalog.names("metrics")
    for name in catalog.names("scores"):
        arguments = catalog.parameters("scores", name)
        assert catalog.parameters("metrics", name).items() >= arguments.items()
        assert set(catalog.parameters("metrics", name)) - (own - set(arguments)) == set(arguments)


def test_defaults_reach_the_score_each_in_its_place():
    for name in catalog.names("metrics"):
        for family, metric in variants("metrics", name)[:1]:
            given = {**REQUIRED, **family.sizes}
            for key, parameter in inspect.signature(type(metric).__init__).parameters.items():
                if key != "self" and parameter.default is not parameter.empty and key not in given:
                    assert metric.get_config()[key] == parameter.default, (name, key)


def test_cells_lie_inside_the_counts():
    """A cell outside would be dropped without a word when compiled."""
    for name in catalog.names("scores"):
        for family, score in variants("scores", name):
            one = family.one(size=60)
            scale = np.asarray(50, one.predictions.dtype)
            units = score.inputs.units(one.y_true, scale * one.predictions, np)
            if isinstance(score.counts, Cells):
                cells = score.counts.cells(units.labels, units.predictions, np)
                assert cells.min() >= -1
                assert cells.max() < score.counts.size


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"task": "binari"}, "Did you mean 'binary'"),
        ({"task": "multiclass"}, "num_classes=None"),
        ({"task": "binary", "metrics": ["acuracy"]}, "Did you mean 'accuracy'"),
        ({"task": "binary", "metrics": ["f1_score(avg='macro')"]}, "avg='macro'"),
        ({"task": "binary", "metrics": ["recall", "recall"]}, "'recall' twice"),
        ({"task": "binary", "from_logit": False}, "from_logit=False"),
        ({"task": "binary", "metrics": ["accuracy(average='per_class')"]}, "per_class"),
        ({"task": "binary", "metrics": ["recall", "accuracy(one_hot=True)"]}, "to the suite"),
    ],
)
def test_mistakes_are_answered(arguments, message):
    with pytest.raises(UserError, match=message):
        metrics.suite(**arguments)


def test_a_model_with_other_outputs_than_classes_is_answered():
    metric = metrics.Accuracy(num_classes=3)
    with pytest.raises(UserError, match=r"y_pred.shape=\(2, 5\)"):
        metric.update_state([0, 1], np.zeros((2, 5), "float32"))


def test_weights_that_fit_nothing_are_answered():
    metric = metrics.Accuracy()
    with pytest.raises(UserError, match=r"sample_weight\.shape"):
        metric.update_state([0, 1], np.zeros(2, "float32"), np.zeros((2, 2, 2)))


def test_a_call_can_stand_for_one_metric_a_class():
    one = case(3, size=50)
    suite = metrics.suite(
        "multiclass", num_classes=3, metrics=["accuracy", "f1_score(average='per_class')"]
    )
    for metric in suite:
        metric.update_state(one.y_true, one.logits)
    expected = f1_score(one.y_true, one.predicted, average=None)
    names = ["accuracy", "f1_score_class_0", "f1_score_class_1", "f1_score_class_2"]
    assert [metric.name for metric in suite] == names
    assert [float(metric.result()) for metric in suite[1:]] == pytest.approx(expected)
    assert len(suite[0]._state.sums) == 1


@pytest.mark.parametrize("foreign", ["bleu", "mean_squared_error", "mean_reciprocal_rank(k=3)"])
def test_a_metric_of_another_task_is_refused(foreign):
    with pytest.raises(UserError, match="Expected metrics of task='binary'"):
        metrics.suite("binary", metrics=["accuracy", foreign])
