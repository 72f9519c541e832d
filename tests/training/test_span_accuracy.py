"""Streamed accuracy of begins and ends, against a plain loop."""

import numpy as np
import pytest

from ftkeras.training.span_accuracy import SpanAccuracy


def drawn(rows, length, seed):
    rng = np.random.default_rng(seed)
    marks = rng.choice([-1, 0, 0, 1], size=(rows, length, 2)).astype("int8")
    marks[:, 0] = 0
    return marks, rng.normal(size=(rows, length, 2)).astype("float32")


@pytest.mark.parametrize("end", ["start", "end"])
def test_uneven_batches_equal_a_plain_count(end):
    metric, side, right, total = SpanAccuracy(end), ["start", "end"].index(end), 0, 0
    for seed, (rows, length) in enumerate([(5, 7), (1, 3), (8, 12)]):
        marks, logits = drawn(rows, length, seed)
        metric.update_state(marks, logits)
        for row in range(rows):
            allowed = np.flatnonzero(marks[row, :, side] >= 0)
            best = allowed[logits[row, allowed, side].argmax()]
            right += marks[row, best, side] == 1
            total += 1
    assert float(metric.result()) == pytest.approx(right / total)
    assert metric.name == f"{end}_accuracy"
    metric.reset_state()
    assert np.isnan(float(metric.result()))
