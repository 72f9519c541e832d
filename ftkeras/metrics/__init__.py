"""Keras metrics that count: exact over ragged batches, replicas and epochs.

    from ftkeras import metrics

    model.compile(..., metrics=metrics.suite("multiclass", num_classes=10))

Every class here is a thin shell around the score of the same name in `ftkeras/scores`, which holds
formula, range and references. Classes load on first use: `metrics.F1Score` is `f1_score.py`.

One new metric is three new files and no edit: `scores/<name>.py` (a frozen dataclass that says what
is counted and the formula), `metrics/<name>.py` (the same arguments, handed on) and
`tests/metrics/test_<name>.py`. New counts are one more file in `scores/counts/`.
"""

import importlib
from collections.abc import Sequence
from typing import Any

from ftkeras import catalog


def suite(
    task: str,
    num_classes: int | None = None,
    metrics: Sequence[str] | None = None,
    **settings: Any,
) -> list[Any]:
    """Returns metrics for one output of a model, which share one state that is updated once a step.

    Pass the whole list to `compile`, in `metrics` or in `weighted_metrics`. The first metric counts
    for all of them.

    Args:
        task: `"binary"` or `"multiclass"`: which metrics are recommended.
        num_classes: Number of classes; may be left out for `"binary"`.
        metrics: Call strings of metrics to take instead, such as `"f1_score(average='macro')"`.
        **settings: Arguments for all of them: `from_logits`, `one_hot`, `ignore_label`.

    Raises:
        UserError: An unknown task, metric or argument, or `num_classes` missing.

    Example:
        >>> [metric.name for metric in suite("multiclass", num_classes=10)]
        ['accuracy', 'balanced_accuracy', 'f1_score', 'log_loss', 'expected_calibration_error']
    """
    # Imported here so that `import ftkeras.metrics` needs no framework.
    build = importlib.import_module("ftkeras.metrics._suite").build
    return build(task, num_classes, metrics, settings)


def __getattr__(name: str) -> Any:
    """Loads the metric class of that name."""
    file = catalog.file_name(name)
    if file in catalog.names("metrics") and catalog.class_name(file) == name:
        return catalog.find("metrics", file)
    known = [catalog.class_name(known) for known in catalog.names("metrics")]
    raise AttributeError(
        f"module 'ftkeras.metrics' has no attribute {name!r}.{catalog.nearest(name, known)}"
    )


def __dir__() -> list[str]:
    return ["suite", *(catalog.class_name(name) for name in catalog.names("metrics"))]
