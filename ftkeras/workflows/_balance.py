"""Rare classes: which training examples count how much. No other part is ever touched."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.contracts.balance import Balanced


def balanced(
    rule: Call | None, labels: NDArray[np.int64], num_classes: int, seed: int
) -> Balanced | None:
    """Returns what a balance rule makes of the training part; `None` without a rule.

    Args:
        rule: A file in `data/balance/`.
        labels: Class indices of the training part.
        num_classes: Number of classes.
        seed: The seed of the run.
    """
    if rule is None:
        return None
    made: Balanced = catalog.build("data/balance", rule)(labels, num_classes, seed)
    return made


def record(
    rule: Call | None,
    loss: Call | None,
    chosen: Balanced | None,
    labels: NDArray[np.int64],
    class_names: Sequence[str],
) -> dict[str, Any]:
    """Returns what the record says about it, as `analyses`; empty when nothing was done.

    Args:
        rule: The balance rule.
        loss: The loss instead of the task's own.
        chosen: What the rule made of the training part.
        labels: Class indices of the training part.
        class_names: Names of the classes.
    """
    said: dict[str, Any] = {}
    if loss is not None:
        said["loss"] = str(loss)
    if rule is not None and chosen is not None:
        used = labels[chosen.rows]
        said["balance"] = {
            "rule": str(rule),
            "classes": {
                name: {
                    "examples": int((labels == index).sum()),
                    "used": int((used == index).sum()),
                    "weight": float(chosen.weights[used == index].sum()),
                }
                for index, name in enumerate(class_names)
            },
        }
    return {"imbalance": said} if said else {}
