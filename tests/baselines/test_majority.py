import numpy as np
import pytest
from sklearn.dummy import DummyClassifier

from ftkeras import catalog
from ftkeras.baselines.majority import Majority
from ftkeras.call_string import Call
from ftkeras.contracts.baseline import Baseline
from ftkeras.contracts.dataset import Dataset


def examples(count):
    texts = np.array([f"text {index}" for index in range(count)])
    return Dataset("text", texts, texts.astype(object), texts, texts.astype(object))


@pytest.mark.parametrize("counts", [(3, 7), (5, 5), (2, 1, 4), (1, 1, 1, 9)])
def test_it_answers_with_the_frequencies_that_scikit_learns_dummy_gives(counts):
    labels = np.repeat(np.arange(len(counts)), counts)
    baseline: Baseline = catalog.build("baselines", Call("majority"))
    logits = baseline.fit(examples(len(labels)), labels, len(counts), seed=0)(examples(4))
    reference = DummyClassifier(strategy="prior").fit(labels[:, None], labels)
    expected = reference.predict_proba(np.zeros((4, 1)))
    if len(counts) == 2:
        assert logits.shape == (4, 1)
        np.testing.assert_allclose(1 / (1 + np.exp(-logits)), expected[:, 1:], rtol=1e-6)
    else:
        np.testing.assert_allclose(np.exp(logits), expected, rtol=1e-6)
    assert logits.dtype == np.float32


def test_a_class_without_examples_gets_a_finite_answer():
    answer = Majority().fit(examples(3), np.array([0, 0, 1]), num_classes=3, seed=0)
    np.testing.assert_allclose(np.exp(answer(examples(1))), [[2 / 3.5, 1 / 3.5, 0.5 / 3.5]])


def test_no_examples_give_no_answers():
    answer = Majority().fit(examples(3), np.array([0, 0, 1]), num_classes=2, seed=0)
    assert answer(examples(0)).shape == (0, 1)
