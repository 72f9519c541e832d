"""Scores of masks of any size: a confusion matrix by hand, scikit-learn, and the road of logits."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, jaccard_score

from ftkeras.errors import UserError
from ftkeras.mask import Mask
from ftkeras.scores.dice_coefficient import DiceCoefficient
from ftkeras.scores.intersection_over_union import IntersectionOverUnion
from ftkeras.scores.mean_intersection_over_union import MeanIntersectionOverUnion
from ftkeras.scores.pixel_accuracy import PixelAccuracy
from ftkeras.statistics.intervals import measure
from ftkeras.statistics.paired import compare

CLASSES = 4


def drawn(n=20, seed=0, size=None):
    generator = np.random.default_rng(seed)
    truths, answers = [], []
    for _ in range(n):
        shape = size or tuple(generator.integers(3, 30, 2))
        truth = generator.choice(CLASSES, shape, p=[0.7, 0.2, 0.1, 0]).astype(np.uint8)
        answer = np.where(
            generator.random(shape) < 0.7, truth, generator.integers(0, CLASSES, shape)
        )
        truth[generator.random(shape) < 0.1] = 255
        truths.append(truth)
        answers.append(answer.astype(np.uint8))
    return truths, answers


def masks(arrays):
    found = np.empty(len(arrays), object)
    found[:] = [Mask.of(array) for array in arrays]
    return found


def confusion(truths, answers):
    """One pixel after the other."""
    table = np.zeros((CLASSES, CLASSES))
    for truth, answer in zip(truths, answers, strict=True):
        for true, said in zip(truth.ravel().tolist(), answer.ravel().tolist(), strict=True):
            if true != 255:
                table[true, said] += 1
    return table


def test_the_mean_is_that_of_a_confusion_matrix():
    truths, answers = drawn()
    table = confusion(truths, answers)
    together = table.sum(0) + table.sum(1) - np.diag(table)
    expected = np.mean([table[k, k] / together[k] for k in range(CLASSES) if together[k]])
    score = MeanIntersectionOverUnion(CLASSES)
    assert score(masks(truths), masks(answers)) == pytest.approx(expected, rel=1e-12)


def test_scores_are_those_of_scikit_learn():
    truths, answers = drawn(seed=1)
    true, said = (np.concatenate([a.ravel() for a in arrays]) for arrays in (truths, answers))
    true, said = true[true != 255], said[true != 255]
    given = masks(truths), masks(answers)
    assert PixelAccuracy(CLASSES)(*given) == pytest.approx(accuracy_score(true, said), rel=1e-12)
    each = jaccard_score(true, said, average=None, labels=range(CLASSES), zero_division=0)
    dice = f1_score(true, said, average=None, labels=range(CLASSES), zero_division=0)
    for k in range(CLASSES):
        assert IntersectionOverUnion(CLASSES, k)(*given) == pytest.approx(each[k], rel=1e-12)
        assert DiceCoefficient(CLASSES, k)(*given) == pytest.approx(dice[k], rel=1e-12)


def test_masks_are_measured_as_logits_are():
    truths, answers = drawn(seed=2, size=(6, 7))
    for truth in truths:
        truth[truth == 255] = 0
    score = MeanIntersectionOverUnion(CLASSES)
    logits = np.eye(CLASSES)[np.stack(answers)]
    [of_logits] = measure([score], np.stack(truths), logits, resamples=200, seed=1)
    [of_masks] = measure([score], masks(truths), masks(answers), resamples=200, seed=1)
    assert of_masks == of_logits
    other = [np.zeros_like(answer) for answer in answers]
    first = compare(score, np.stack(truths), logits, np.eye(CLASSES)[np.stack(other)], other="zero")
    second = compare(score, masks(truths), masks(answers), masks(other), other="zero")
    assert first == second


def test_a_score_near_its_bound_keeps_an_interval_around_it():
    """Twelve pictures, of which a few pixels are wrong: the bound is pixels away, not pictures."""
    truths, answers = drawn(12, seed=3, size=(40, 40))
    for truth, answer in zip(truths, answers, strict=True):
        truth[truth == 255] = 0
        answer[:] = truth
        answer[0, :3] = 1
    [found] = measure([PixelAccuracy(CLASSES)], masks(truths), masks(answers))
    assert found.low < found.value < found.high
    assert found.low > 0.99


def test_answers_have_the_size_of_the_picture():
    with pytest.raises(UserError, match="Expected an answer of the size of the picture"):
        PixelAccuracy(2)(masks([np.zeros((2, 3), int)]), masks([np.zeros((3, 2), int)]))


def test_classes_that_do_not_exist_are_undefined():
    zeros, nines = masks([np.zeros((2, 2), int)]), masks([np.full((2, 2), 9)])
    assert np.isnan(PixelAccuracy(2)(nines, zeros))
    assert np.isnan(PixelAccuracy(2)(zeros, nines))
    [found] = measure([PixelAccuracy(2)], zeros, nines)
    assert found.value is None


def test_pictures_of_which_nothing_counts_add_nothing():
    truths, answers = drawn(5)
    with_more = [*truths, np.full((4, 4), 255, np.uint8)], [*answers, np.zeros((4, 4), np.uint8)]
    score = PixelAccuracy(CLASSES)
    assert score(*map(masks, with_more)) == score(masks(truths), masks(answers))
