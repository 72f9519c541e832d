"""DiceCoefficient against scikit-learn, pixel by pixel."""

import functools

import numpy as np
import pytest
from sklearn.metrics import f1_score

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.families.segmentation import Segmentation, case
from tests.helpers.metric_checks import check_metric, check_references, value_of

BUILD = functools.partial(metrics.DiceCoefficient, num_classes=3)


def reference(one):
    true, predicted, weights = one.pixels
    return f1_score(true, predicted, sample_weight=weights, average="macro")


def test_it_equals_scikit_learn_and_passes_every_check():
    check_metric(BUILD, reference, family=Segmentation(3))


def test_one_class_equals_scikit_learn():
    def of_class(one):
        true, predicted, weights = one.pixels
        if 1 not in {*true, *predicted}:
            return np.nan
        return f1_score(true, predicted, labels=[1], average="macro", sample_weight=weights)

    build = functools.partial(metrics.DiceCoefficient, 3, class_index=1)
    check_references(build, of_class, family=Segmentation(3))


def test_absent_classes_can_count_as_zero():
    metric = metrics.DiceCoefficient(3, absent="zero")
    assert value_of(metric, case(3, classes=[0, 1], skill=20)) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"absent": "one"}, "absent='one'"), ({"class_index": 3}, "class_index=3")],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(UserError, match=message):
        metrics.DiceCoefficient(3, **arguments)
