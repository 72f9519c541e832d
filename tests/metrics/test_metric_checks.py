"""The checker is checked: each planted fault must be caught, by the check that is meant for it."""

import functools

import keras
import numpy as np
import pytest
from keras import ops
from sklearn.metrics import accuracy_score

from ftkeras import metrics
from ftkeras.metrics._replicas import is_compiling
from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.metrics._state import State
from ftkeras.metrics._wide_sum import WideSum
from ftkeras.scores.accuracy import Accuracy as AccuracyScore
from tests.helpers import metric_checks
from tests.helpers.families.classification import Classification, case
from tests.helpers.families.multilabel import Multilabel
from tests.helpers.families.ranking import Ranking
from tests.helpers.families.regression import Regression
from tests.helpers.families.segmentation import Segmentation

ONE = case(2, seed=11)
FAMILY = Classification(2)


def reference(one):
    if not len(one.present):
        return np.nan
    return accuracy_score(one.y_true, one.predicted, sample_weight=one.weights)


@keras.saving.register_keras_serializable(package="faults")
class Faulty(metrics.Accuracy):
    """Accuracy, to be broken in one way."""

    def __init__(self, name="accuracy"):
        super().__init__(name=name)

    def get_config(self):
        return {"name": self.name}


class SwappedLabels(Faulty):
    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(1 - ops.cast(y_true, "int32"), y_pred, sample_weight)


class MeanOfBatches(Faulty):
    """What Keras 1 did: the average of averages."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        batch = metrics.Accuracy()
        batch.update_state(y_true, y_pred, sample_weight)
        share = float(batch.result())
        self._state.sums[self.score.counts].add(np.array([[share, 0], [1, 0], [1, 0]]))


class DependsOnOrder(Faulty):
    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_true[1:], y_pred[1:], None)


class IgnoresWeights(Faulty):
    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_true, y_pred, None)


class CountsPadding(Faulty):
    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_true, ops.convert_to_tensor(np.array(y_pred)), sample_weight)


class KeepsItsState(Faulty):
    def reset_state(self):
        pass


class IncompleteConfig(metrics.Accuracy):
    def get_config(self):
        return {"num_classes": 2}


class GrowingState(Faulty):
    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_true, y_pred, sample_weight)
        self.add_variable((3,), "zeros", name="more")


class WrongDirection(Faulty):
    def __init__(self, name="accuracy"):
        super().__init__(name=name)
        self._direction = "down"


class OutOfBounds(Faulty):
    def result(self):
        return super().result() * 100


class AveragesNotANumber(Faulty):
    def update_state(self, y_true, y_pred, sample_weight=None):
        y_pred = ops.cast(y_pred, "float32")
        super().update_state(y_true, ops.where(ops.isfinite(y_pred), y_pred, 0.0), sample_weight)


class TakesUnknownLabels(Faulty):
    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(ops.clip(ops.cast(y_true, "int32"), 0, 1), y_pred, sample_weight)


class RoundsItsInputs(Faulty):
    def update_state(self, y_true, y_pred, sample_weight=None):
        y_pred = ops.round(ops.cast(y_pred, "float32") * 2) / 2
        super().update_state(y_true, y_pred, sample_weight)


class NarrowSum(WideSum):
    """A sum in float32 alone, as Keras keeps it."""

    def __init__(self, owner, shape, name):
        self.dtype = "float32"
        self.parts = [owner.add_variable(shape, "zeros", "float32", "sum", name)]


class Float32Counts(Faulty):
    def __init__(self, name="accuracy"):
        super().__init__(name=name)
        self._variables.clear()
        self._state = State(self, self.inputs, [self.score.counts])
        self._state.sums = {self.score.counts: NarrowSum(self, (3, 2), "narrow")}


class OtherWhenCompiled(Faulty):
    def update_state(self, y_true, y_pred, sample_weight=None):
        weights = None if is_compiling(y_pred) else sample_weight
        super().update_state(y_true, y_pred, weights)


FAULTS = [
    (SwappedLabels, lambda build: metric_checks.check_reference(build, reference, ONE), "reference"),
    (MeanOfBatches, lambda build: metric_checks.check_batches_and_order(build, ONE), "batches"),
    (DependsOnOrder, lambda build: metric_checks.check_batches_and_order(build, ONE), "batches"),
    (IgnoresWeights, lambda build: metric_checks.check_weights(build, ONE), "weights"),
    (CountsPadding, lambda build: metric_checks.check_positions(build, ONE, FAMILY), "padding"),
    (KeepsItsState, lambda build: metric_checks.check_reset(build, ONE), "reset"),
    (IncompleteConfig, lambda build: metric_checks.check_config(build, ONE), "config"),
    (GrowingState, lambda build: metric_checks.check_constant_state(build, ONE), "state"),
    (WrongDirection, lambda build: metric_checks.check_bounds_and_direction(build, ONE, FAMILY), "direction"),
    (OutOfBounds, lambda build: metric_checks.check_bounds_and_direction(build, ONE, FAMILY), "bounds"),
    (AveragesNotANumber, lambda build: metric_checks.check_not_finite(build, ONE, FAMILY), "not finite"),
    (TakesUnknownLabels, lambda build: metric_checks.check_unknown_labels(build, ONE, FAMILY), "labels"),
    (RoundsItsInputs, lambda build: metric_checks.check_precision_of_inputs(build, ONE), "precision"),
    (Float32Counts, lambda build: metric_checks.check_large_counts(build, ONE), "large counts"),
    (
        OtherWhenCompiled,
        lambda build: metric_checks.check_compiled(build, case(2, seed=12, weighted=True)),
        "compiled",
    ),
]  # fmt: skip


class Broadcasts(metrics.MeanAbsoluteError):
    """What Keras does with labels `(batch,)` and predictions `(batch, 1)`."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        if len(y_true.shape) < len(y_pred.shape):
            y_true = ops.roll(y_true, 1)
        super().update_state(y_true, y_pred, sample_weight)


class CountsPaddedDocuments(metrics.PrecisionAtK):
    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = ops.where(ops.isnan(y_pred), 1.0, y_true) if y_true.ndim == y_pred.ndim else y_true
        super().update_state(y_true, ops.nan_to_num(y_pred, nan=9.0), sample_weight)


class TakesAnyLabelForOne(metrics.HammingLoss):
    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(ops.cast(y_true != 0, "int32"), y_pred, sample_weight)


class SkipsBadPixels(metrics.PixelAccuracy):
    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_true, ops.nan_to_num(y_pred, posinf=0.0, neginf=0.0), sample_weight)


OTHERS = [
    (Broadcasts, metrics.MeanAbsoluteError, Regression(1), "check_shapes", "column of predictions"),
    (CountsPaddedDocuments, metrics.PrecisionAtK, Ranking(), "check_shapes", "more padding"),
    (
        functools.partial(TakesAnyLabelForOne, 4),
        functools.partial(metrics.HammingLoss, 4),
        Multilabel(4),
        "check_unknown_labels",
        "labels",
    ),
    (
        functools.partial(SkipsBadPixels, 3),
        functools.partial(metrics.PixelAccuracy, 3),
        Segmentation(3),
        "check_not_finite",
        "not finite",
    ),
]


@pytest.mark.parametrize(("fault", "right", "family", "check", "message"), OTHERS)
def test_a_fault_of_another_family_is_caught(fault, right, family, check, message):
    with pytest.raises(AssertionError, match=message):
        getattr(metric_checks, check)(fault, family.one(), family)
    getattr(metric_checks, check)(right, family.one(), family)


@pytest.mark.parametrize(("fault", "check", "message"), FAULTS, ids=[f[0].__name__ for f in FAULTS])
def test_a_planted_fault_is_caught(fault, check, message):
    with pytest.raises(AssertionError, match=message):
        check(fault)
    check(metrics.Accuracy)


def test_a_metric_that_is_not_the_score_of_its_name_is_caught():
    """ELECTRA's fault: precision, recall and F1 were one number for years."""

    def build():
        metric = metrics.Recall()
        metric.score = metrics.Precision().score
        return metric

    def recall(one):
        return one.predicted[one.y_true == 1].mean()

    with pytest.raises(AssertionError, match="reference"):
        metric_checks.check_reference(build, recall, ONE)


def test_the_shell_is_what_the_faults_break():
    assert isinstance(Faulty().score, AccuracyScore)
    assert isinstance(Faulty(), ScoreMetric)
    metric_checks.check_reference(Faulty, reference, ONE)
