"""All metrics of a family in one compiled step: alike eager, in a graph, and compiled by XLA."""

import functools

import keras
import numpy as np
import pytest

from ftkeras import catalog, metrics
from ftkeras.errors import UserError
from tests.helpers.metric_checks import check_compiled_together, families, variants

# One size of each; the program for JAX takes the other.
TOGETHER = {family.inputs: family for family in reversed(families()) if family.is_compiled_together}
# Curves of two classes and of more are two kinds of counts.
COMPILED = [family for family in families() if family.is_compiled_together
            and (family.inputs == "Classification" or family is TOGETHER[family.inputs])]  # fmt: skip


def variants_of(name, metric):
    """The metric at its defaults, and averaged in another way where it can be."""
    build = functools.partial(type(metric), **metric.get_config())
    if "average" not in catalog.parameters("metrics", name):
        return [build]
    weighted = functools.partial(build, average="weighted", name=f"weighted_{name}")
    try:
        weighted()
    except UserError:  # there is no such average of these answers
        return [build]
    return [build, weighted]


# Of two sizes of one family the larger is for the slow run here; the program for JAX compiles it.
SIZED = [family if family is TOGETHER[family.inputs] else pytest.param(family, marks=pytest.mark.slow)
         for family in COMPILED]  # fmt: skip


@pytest.mark.parametrize("family", SIZED, ids=str)
def test_metrics_of_a_family_say_the_same_in_one_compiled_step(family):
    builds = [
        build
        for name in catalog.names("metrics")
        for other, metric in variants("metrics", name)
        if str(other) == str(family)
        for build in variants_of(name, metric)
    ]
    assert len(builds) >= 4
    check_compiled_together(builds, family.one(seed=12, weighted=True))


OUTPUTS = {"multilabel": 4, "regression": 1, "ranking": 1, "segmentation": 3}
SIZES = {"multilabel": {"num_labels": 4}, "segmentation": {"num_classes": 3}}


@pytest.mark.parametrize("task", OUTPUTS)
def test_anyones_model_is_evaluated_over_ragged_batches(task):
    family = next(family for name, family in TOGETHER.items() if name.lower() == task)
    one = family.one(size=50)
    rng = np.random.default_rng(0)
    shape = {"ranking": one.y_true.shape, "segmentation": one.y_true.shape}.get(task, (50,))
    x = rng.normal(size=(*shape, 3)).astype("float32")
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input(x.shape[1:]), keras.layers.Dense(OUTPUTS[task])])
    suite = metrics.suite(task, **SIZES.get(task, {}))
    model.compile(loss=lambda y_true, y_pred: keras.ops.mean(y_pred), metrics=suite)
    found = model.evaluate(x, one.y_true, batch_size=16, verbose=0, return_dict=True)
    predictions = model.predict(x, batch_size=50, verbose=0)
    assert set(found) == {"loss", *(metric.name for metric in suite)}
    for metric in suite:
        slack = 2e-6 + (metric.error_bound() or 0)
        assert abs(found[metric.name] - metric.score(one.y_true, predictions)) <= slack
    stopping = keras.callbacks.EarlyStopping(monitor=suite[0].name)
    stopping.set_model(model)
    model.fit(x, one.y_true, verbose=0, callbacks=[stopping])
    up = suite[0].direction == "max"
    assert stopping.monitor_op is (keras.ops.greater if up else keras.ops.less)
