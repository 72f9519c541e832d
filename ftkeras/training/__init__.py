"""The fit loop over phases and the feature cache; public names load on first use."""

import importlib
from typing import Any

_HOMES = (
    ("find_learning_rate", "ftkeras.training.learning_rate_finder"),
    ("merge_duplicate_rows", "ftkeras.training.optimizers"),
)

__all__ = ["find_learning_rate", "merge_duplicate_rows"]


def __getattr__(name: str) -> Any:
    home = dict(_HOMES).get(name)
    if home is None:
        raise AttributeError(f"module 'ftkeras.training' has no attribute {name!r}")
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
