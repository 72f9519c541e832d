"""Where Keras' own metrics are wrong, ftkeras' are right: one test a finding, on the same numbers.

What Keras does is asserted too, so that a release that repairs it makes itself known here. What
needs several devices or the JAX backend is in `test_replicas.py` and `test_jax_fit.py`.
"""

import keras
import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn import metrics as reference

from ftkeras import catalog, metrics
from tests.metrics.test_hard_scores import DISTRIBUTIONS, streamed


def answered(metric, *arguments, **more):
    metric.update_state(*arguments, **more)
    return float(np.asarray(metric.result()).reshape(-1)[0])


def fill(metric, value):
    for variable in metric.variables:
        variable.assign(np.full(variable.shape, value, variable.dtype))


def test_counts_go_on_past_sixteen_million():
    """After twenty million units, of which all were right, some are wrong."""
    theirs, ours = keras.metrics.BinaryAccuracy(threshold=0.0), metrics.Accuracy()
    # A weight of a million is a million units to both, and adds like that many batches of one.
    fill(theirs, 20e6)
    counts = ours._state.sums[ours.score.counts].parts[0]
    counts.assign(np.array([10e6, 10e6] * 3))
    for _ in range(300):
        theirs.update_state([1.0], [-1.0])
    labels = np.ones(300, int)
    for one in (labels, labels, labels[:0]):
        ours.update_state(one, -np.ones(len(one), "float32"))
    assert float(theirs.result()) == 1.0
    assert float(ours.result()) == pytest.approx(20e6 / (20e6 + 600), abs=1e-7)


def test_sums_go_on_past_sixteen_million():
    theirs, ours = keras.metrics.MeanAbsoluteError(), metrics.MeanAbsoluteError()
    fill(theirs, 2.0**24)
    fill(ours, 0.0)
    for sum_ in ours._state.sums.values():
        sum_.parts[0].assign(np.full(sum_.parts[0].shape, 2.0**24))
    for metric in (theirs, ours):
        for _ in range(200):
            metric.update_state([[0.0]], [[0.5]])
    expected = (2**24 + 100) / (2**24 + 200)
    assert float(theirs.result()) == 1.0
    assert float(ours.result()) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(("name", "least"), [("clicks", 0.1), ("one in a thousand", 0.05)])
def test_areas_of_low_scores_are_not_lost_between_thresholds(name, least):
    labels, scores = DISTRIBUTIONS[name]
    exact = reference.roc_auc_score(labels, scores)
    assert abs(answered(keras.metrics.AUC(), labels, expit(scores)) - exact) > least
    assert abs(streamed(metrics.AreaUnderRocCurve(), labels, scores) - exact) < 1e-4


def test_areas_of_confident_scores_are_exact():
    labels, scores = DISTRIBUTIONS["confident"]
    exact = reference.roc_auc_score(labels, scores)
    assert abs(answered(keras.metrics.AUC(), labels, expit(scores)) - exact) > 5e-4
    assert abs(streamed(metrics.AreaUnderRocCurve(), labels, scores) - exact) < 1e-5


def test_precision_and_recall_are_not_interpolated_between_ties():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 20_000)
    scores = (np.round(rng.normal(size=20_000) + labels) + np.float32(0)).astype("float32")
    exact = reference.average_precision_score(labels, scores)
    theirs = answered(keras.metrics.AUC(curve="PR"), labels, expit(scores))
    assert abs(theirs - exact) > 0.01
    assert streamed(metrics.AveragePrecision(), labels, scores) == pytest.approx(exact, abs=1e-6)


def test_an_area_of_one_class_is_undefined_and_not_the_worst():
    labels, scores = np.ones(8), np.linspace(-1, 1, 8).astype("float32")
    assert answered(keras.metrics.AUC(), labels, expit(scores)) == 0.0
    metric = metrics.AreaUnderRocCurve()
    assert np.isnan(answered(metric, labels, scores))
    assert metric.notes() == ["undefined: it needs units of the class and units of another"]


def multiclass(size=3000, num_classes=4):
    rng = np.random.default_rng(1)
    labels = rng.integers(0, num_classes, size)
    return labels, (rng.normal(size=(size, num_classes)) + np.eye(num_classes)[labels]).astype(
        "float32"
    )


def test_integer_labels_give_the_right_f1():
    labels, logits = multiclass()
    exact = reference.f1_score(labels, logits.argmax(-1), average="macro")
    theirs = keras.metrics.F1Score(average="macro")
    with pytest.raises(ValueError, match=r"rank|shape"):
        theirs.update_state(labels, logits)
    theirs = keras.metrics.F1Score(average="macro")
    assert abs(answered(theirs, labels[:, None], logits) - exact) > 0.05
    for given in (labels, labels[:, None]):
        ours = metrics.F1Score(num_classes=4)
        assert answered(ours, given, logits) == pytest.approx(exact, abs=1e-6)


def test_f1_of_one_output_does_not_call_everything_positive():
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 2, 2000)
    logits = (rng.normal(size=2000) + 1.5 * labels - 0.7).astype("float32")
    exact = reference.f1_score(labels, logits > 0)
    everything = reference.f1_score(labels, np.ones(2000))
    theirs = answered(keras.metrics.F1Score(), labels[:, None], expit(logits)[:, None])
    assert theirs == pytest.approx(everything, abs=1e-6)
    assert answered(metrics.F1Score(), labels, logits) == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize("name", ["precision", "recall"])
def test_the_largest_class_is_the_answer_even_below_one_half(name):
    labels, logits = multiclass()
    score = {"precision": reference.precision_score, "recall": reference.recall_score}[name]
    exact = score(labels, logits.argmax(-1), average="micro")
    theirs = {"precision": keras.metrics.Precision, "recall": keras.metrics.Recall}[name]()
    one_hot = np.eye(4)[labels]
    assert abs(answered(theirs, one_hot, softmax(logits, axis=-1)) - exact) > 0.05
    ours = catalog.find("metrics", name)(num_classes=4, average="micro")
    assert answered(ours, labels, logits) == pytest.approx(exact, abs=1e-6)


def test_logits_are_not_taken_for_probabilities():
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 2, 2000)
    logits = (rng.normal(size=2000) + 1.5 * labels - 0.7).astype("float32")
    exact = reference.recall_score(labels, logits > 0)
    assert abs(answered(keras.metrics.Recall(), labels, logits) - exact) > 0.05
    assert answered(metrics.Recall(), labels, logits) == pytest.approx(exact, abs=1e-6)
    given = metrics.Recall(from_logits=False)
    assert answered(given, labels, expit(logits)) == pytest.approx(exact, abs=1e-6)


def fitted(compiled, **options):
    """One epoch that changes nothing: train and validation see the same model and data."""
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(200, 3)).astype("float32"), rng.integers(0, 2, 200)
    keras.utils.set_random_seed(0)
    # Mostly positive answers: class 0 is seldom right, and weighs most.
    dense = keras.layers.Dense(1, bias_initializer="ones")
    model = keras.Sequential([keras.Input((3,)), dense])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.0), loss, **compiled)
    return model.fit(x, y, validation_data=(x, y), verbose=0, **options).history


def test_class_weights_weigh_training_and_validation_alike():
    history = fitted(
        {
            "weighted_metrics": [keras.metrics.BinaryAccuracy(threshold=0.0, name="theirs")],
            "metrics": metrics.suite("binary", metrics=["accuracy"]),
        },
        class_weight={0: 9.0, 1: 0.1},
    )
    assert abs(history["theirs"][0] - history["val_theirs"][0]) > 0.02
    assert history["accuracy"][0] == pytest.approx(history["val_accuracy"][0])


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="JAX treats masks otherwise")
def test_padding_is_counted_nowhere():
    rng = np.random.default_rng(5)
    tokens = rng.integers(1, 9, (40, 6))
    tokens[:, 4:] = 0
    labels = rng.integers(0, 2, (40, 6))
    labels[:, 4:] = 1
    inputs = keras.Input((6,))
    embedded = keras.layers.Embedding(9, 4, mask_zero=True)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1)(embedded))
    theirs = keras.metrics.Recall(thresholds=0.0, name="theirs")
    suite = metrics.suite("binary", metrics=["recall", "accuracy"])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(loss=loss, metrics=[theirs, *suite])
    found = model.evaluate(tokens, labels[..., None], verbose=0, return_dict=True)
    said = model.predict(tokens, verbose=0)[..., 0] > 0
    counted = slice(0, 4)
    true, answers = labels[:, counted].ravel(), said[:, counted].ravel()
    exact = reference.recall_score(true, answers)
    assert found["recall"] == pytest.approx(exact, abs=1e-6)
    assert found["accuracy"] == pytest.approx((true == answers).mean(), abs=1e-6)
    assert found["theirs"] == pytest.approx(reference.recall_score(labels.ravel(), said.ravel()))
    assert abs(found["theirs"] - exact) > 0.01


def test_scores_that_were_rounded_before_they_arrived_are_reported():
    rng = np.random.default_rng(6)
    labels = rng.integers(0, 2, 2000)
    logits = keras.ops.cast(rng.normal(size=2000) + labels, "bfloat16")
    metric = metrics.AreaUnderRocCurve()
    found = answered(metric, labels, logits)
    wide = keras.ops.convert_to_numpy(keras.ops.cast(logits, "float32"))
    assert found == pytest.approx(reference.roc_auc_score(labels, wide), abs=1e-6)
    assert "bfloat16" in metric.notes()[0]


def test_fractional_weights_do_not_turn_to_zero():
    labels, said = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    theirs = keras.metrics.MeanIoU(num_classes=2)
    with pytest.warns(UserWarning, match="type casting"):
        theirs.update_state(labels, said, np.full(4, 0.5))
    assert float(theirs.result()) == 0.0
    ours = metrics.MeanIntersectionOverUnion(num_classes=2)
    logits = np.eye(2)[said].astype("float32")[None]
    expected = reference.jaccard_score(labels, said, average="macro")
    assert answered(ours, labels[None], logits, np.array([0.5])) == pytest.approx(expected)


MISSING = (
    "matthews_correlation", "cohen_kappa", "hamming_loss", "exact_match_ratio",
    "normalized_discounted_cumulative_gain", "mean_reciprocal_rank", "mean_average_precision",
    "expected_calibration_error", "brier_score", "multilabel_f1_score", "entity_f1_score",
    "answer_exact_match", "answer_f1_score", "specificity", "spearman_correlation", "pinball_loss",
    "dice_coefficient",
)  # fmt: skip


@pytest.mark.parametrize("name", MISSING)
def test_what_keras_has_not_is_here(name):
    assert not hasattr(keras.metrics, catalog.class_name(name))
    assert name in catalog.names("metrics")
