"""What training did to the weights of the backbone, block by block."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.backbone import Backbone
from ftkeras.contracts.phase import Phase
from ftkeras.model import choose_tap, features_model
from ftkeras.statistics.similarity import centred_kernel_alignment, effective_rank
from ftkeras.training import examples
from ftkeras.training.length_buckets import round_up
from ftkeras.training.part import Part
from ftkeras.training.prediction import predict

_MOST_EXAMPLES = 512
_BATCH = 32
# A singular value decomposition of a vocabulary takes longer than the run.
_WIDEST = 8192

Snapshot = dict[str, NDArray[np.float32]]


def none_moves(phases: Sequence[Phase]) -> bool:
    """Returns whether no phase will train any weight of the backbone."""
    return all(phase.freezing.name == "linear_probe" for phase in phases)


def compared(part: Part) -> Part:
    """Returns those examples of validation whose features are compared: all, or the first 512."""
    some = slice(_MOST_EXAMPLES)
    return dataclasses.replace(
        part, ids=part.ids[some], values=part.values[some], labels=part.labels[some]
    )


def snapshot(backbone: Backbone, phases: Sequence[Phase]) -> Snapshot:
    """Returns a copy of every weight of the backbone; empty where no phase will train any.

    Args:
        backbone: The backbone before training.
        phases: The recipe.
    """
    if none_moves(phases):
        return {}
    return {
        weight.path: np.array(weight, "float32")
        for block in backbone.blocks
        for layer in block.layers
        for weight in layer.weights
    }


def weight_change(
    backbone: Backbone,
    before: Snapshot,
    tap: str | None,
    values: NDArray[Any],
    features: dict[str, NDArray[np.float32]],
) -> dict[str, Any] | None:
    """Returns how far each block moved, and how alike its features still are.

    Args:
        backbone: The backbone after training.
        before: Its weights before.
        tap: Which output fed the head.
        values: Raw inputs, of validation.
        features: `validation`, what the backbone made of it before training, or of `compared`.

    Returns:
        `blocks` (`name`, `relative_change` ||dW|| / ||W||, `effective_rank` and `full_rank` of the
        change of its largest matrix), and `alignment`, the CKA of features before and after;
        `None` where nothing moved.
    """
    blocks = [found for block in backbone.blocks if (found := _block(block, before)) is not None]
    if not any(block["relative_change"] for block in blocks):
        return None
    rows = np.arange(len(values))[:_MOST_EXAMPLES]
    inputs = examples.from_inputs(
        values[rows].tolist(), np.zeros(len(rows), "int64"), backbone.preprocess, round_up
    )
    after = predict(features_model(backbone, choose_tap(backbone, tap)), inputs, _BATCH)
    alignment = centred_kernel_alignment(
        features["validation"][rows].reshape(len(rows), -1), after.reshape(len(rows), -1)
    )
    return {
        "blocks": blocks,
        "alignment": None if np.isnan(alignment) else alignment,
        "examples": len(rows),
    }


def _block(block: Any, before: Snapshot) -> dict[str, Any] | None:
    known = [w for layer in block.layers for w in layer.weights if w.path in before]
    if not known:
        return None
    changes = {weight.path: np.asarray(weight, "float32") - before[weight.path] for weight in known}
    moved = np.sqrt(
        sum(float((change.astype("float64") ** 2).sum()) for change in changes.values())
    )
    size = np.sqrt(sum(float((before[path].astype("float64") ** 2).sum()) for path in changes))
    matrices = [
        change.reshape(-1, change.shape[-1]) for change in changes.values() if change.ndim >= 2
    ]
    narrow = [matrix for matrix in matrices if max(matrix.shape) <= _WIDEST]
    largest = max(narrow, key=lambda matrix: matrix.size, default=None)
    return {
        "name": block.name,
        "relative_change": moved / size if size else 0.0,
        "effective_rank": None if largest is None or not moved else effective_rank(largest),
        "full_rank": None if largest is None else min(largest.shape),
    }
