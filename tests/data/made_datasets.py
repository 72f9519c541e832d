"""Datasets made in the test."""

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.data.content_digest import content_digest


def texts(values, labels, columns=None):
    """Returns a text dataset of the given texts and labels."""
    values = list(values)
    return Dataset(
        modality="text",
        ids=np.array([content_digest("text", value) for value in values]),
        inputs=np.array(values, dtype=object),
        labels=np.array(labels),
        locations=np.array([f"made.csv, row {row}" for row in range(2, len(values) + 2)], object),
        columns={name: np.array(given) for name, given in (columns or {}).items()},
    )


def of_counts(counts):
    """Returns a dataset with that many distinct texts of each class `class 0`, `class 1`, …"""
    labels = [f"class {index}" for index, count in enumerate(counts) for _ in range(count)]
    return texts((f"text {row}" for row in range(len(labels))), labels)
