import numpy as np
import pytest

from ftkeras import call_string, catalog
from ftkeras.contracts.task import Labels, Task
from ftkeras.data.table import object_array
from ftkeras.errors import UserError
from ftkeras.tasks.binary import Binary


def test_the_catalogue_builds_it_from_a_call_string():
    task: Task = catalog.build("tasks", call_string.parse("binary(positive='bad')"))
    assert task.fit_labels(np.array(["bad", "good"])).class_names == ("good", "bad")
    assert task.num_outputs(2) == 1


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["positive", "negative"], ("negative", "positive")),
        (["1", "0", "1"], ("0", "1")),
        ([10, 9], ("9", "10")),
        ([1.0, 0.0], ("0", "1")),
        ([-1, 1], ("-1", "1")),
        ([True, False], ("False", "True")),
        ([" b", "a", "b"], ("a", "b")),
    ],
)
def test_the_later_class_is_positive(labels, names):
    assert Binary().fit_labels(np.array(labels)).class_names == names


def test_labels_written_otherwise_in_another_part_are_the_same_class():
    vocabulary = Binary().fit_labels(np.array([0.0, 1.0]))
    assert Binary().encode(np.array(["1", "0 ", "2"]), vocabulary).tolist() == [1, 0, -1]


def test_labels_the_vocabulary_lacks_are_minus_one():
    encoded = Binary().encode(np.array(["no", "yes", "maybe"]), Labels(("no", "yes")))
    assert encoded.tolist() == [0, 1, -1]
    assert encoded.dtype == np.int64
    assert Binary().encode(np.array([], dtype=np.str_), Labels(("no", "yes"))).shape == (0,)


def test_probabilities_follow_the_logistic_function_without_overflow():
    logits = np.array([[0.0], [np.log(3)], [-1000.0], [1000.0]], "float32")
    expected = [[0.5, 0.5], [0.25, 0.75], [1, 0], [0, 1]]
    np.testing.assert_allclose(Binary().probabilities(logits), expected, rtol=1e-7)


def test_the_predicted_label_is_the_more_probable_one():
    logits = np.array([[-0.1], [0.0], [0.1]])
    assert Binary().predict_label(logits).tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["a"] * 3, r"exactly two classes.*a \(3\)\. Check the label column"),
        (["a", "b", "b", "c"], r"b \(2\), a \(1\), c \(1\)\. Take task=multiclass"),
        ([], "no examples"),
    ],
)
def test_other_than_two_classes_are_refused_with_the_way_out(labels, message):
    with pytest.raises(UserError, match=message):
        Binary().fit_labels(np.array(labels, dtype=np.str_))


def test_an_unknown_positive_class_is_answered_with_the_nearest():
    with pytest.raises(UserError, match=r"positive='positives'\. Did you mean 'positive'\?"):
        Binary(positive="positives").fit_labels(np.array(["positive", "negative"]))


def test_logits_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"Received: logits.shape=\(3, 2\)"):
        Binary().probabilities(np.zeros((3, 2)))


def test_an_example_with_several_labels_is_named():
    labels = object_array([("a",), ("a", "b")])
    with pytest.raises(UserError, match=r"a \(x 1\); a, b \(x 2\)\. Take task=multilabel"):
        Binary().read(labels, ["x 1", "x 2"])
