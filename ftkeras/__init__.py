"""Fine-tune pretrained backbones with Keras 3 and judge the result honestly.

Public names load on first use, so that `import ftkeras` needs neither TensorFlow nor Keras.
"""

import importlib
from typing import Any

__version__ = "0.1.0"

# Public name -> the module that defines it.
_HOMES = (
    ("RunConfig", "ftkeras.config"),
    ("build_model", "ftkeras.model"),
    ("check_data", "ftkeras.workflows.check_data"),
    ("compare", "ftkeras.workflows.compare"),
    ("cross_validate", "ftkeras.workflows.cross_validate"),
    ("describe_backbone", "ftkeras.workflows.describe_backbone"),
    ("evaluate", "ftkeras.workflows.evaluate"),
    ("finetune", "ftkeras.workflows.finetune"),
    ("load", "ftkeras.training.fine_tuned"),
    ("load_backbone", "ftkeras.backbones"),
    ("rank_backbones", "ftkeras.workflows.rank_backbones"),
    ("tune", "ftkeras.workflows.tune"),
    ("verdict", "ftkeras.workflows.verdict"),
)
_ROOMS = ("backbones", "baselines", "calibration", "callbacks", "data", "freezing", "heads",
          "metrics", "report", "scores", "statistics", "tasks", "thresholds", "training",
          "transferability")  # fmt: skip

__all__ = ["__version__", *(name for name, _ in _HOMES), *_ROOMS]


def __getattr__(name: str) -> Any:
    home = dict(_HOMES).get(name)
    if home is not None:
        return getattr(importlib.import_module(home), name)
    if name in _ROOMS:
        return importlib.import_module(f"ftkeras.{name}")
    raise AttributeError(f"module 'ftkeras' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
