"""Answers of several runs, brought onto the same examples."""

import numpy as np
import pytest

from ftkeras.errors import UserError
from ftkeras.records.predictions import Predictions
from ftkeras.workflows._contestants import Contestant, aligned


def contestant(name, tags, width):
    """Tags of two texts, as wide as the longest text of the run's validation part."""
    labels = np.full((2, width), -1)
    logits = np.zeros((2, width, 2), "float32")
    for row, of_text in enumerate(tags):
        labels[row, : len(of_text)] = of_text
        logits[row, : len(of_text), 1] = 1.0
    return Contestant(name, name, Predictions(
        ids=np.array(["a", "b"]), labels=labels, logits=logits, splits=np.full(2, "test"),
        task="token_classification", class_names=("O", "B-PER"),
    ))  # fmt: skip


@pytest.mark.parametrize("width", [2, 5])
def test_runs_whose_validation_texts_have_other_lengths_are_aligned(width):
    given = [contestant("one", [[0, 1], [1]], 2), contestant("two", [[0, 1], [1]], width)]
    for one in aligned(given, shared=False):
        assert one.predictions.labels.shape == (2, width)
        assert one.predictions.labels[:, :2].tolist() == [[0, 1], [1, -1]]
        assert (one.predictions.labels[:, 2:] == -1).all()
        assert one.predictions.logits.shape == (2, width, 2)
        assert one.predictions.logits[..., 1].sum() == 3


def test_tags_that_differ_are_still_found():
    given = [contestant("one", [[0, 1], [1]], 2), contestant("two", [[0, 1], [1, 0]], 3)]
    with pytest.raises(UserError, match="differs between one and two, such as b"):
        aligned(given, shared=False)
