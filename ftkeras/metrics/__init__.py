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
    *,
    num_labels: int | None = None,
    num_outputs: int | None = None,
    **settings: Any,
) -> list[Any]:
    """Returns metrics for one output of a model, which share one state that is updated once a step.

    Pass the whole list to `compile`, in `metrics` or in `weighted_metrics`. The first metric counts
    for all of them.

    Args:
        task: Which metrics are recommended: `"binary"`, `"multiclass"`, `"multilabel"`,
            `"regression"`, `"ranking"`, `"token_classification"` or `"segmentation"`.
        num_classes: Number of classes; may be left out for `"binary"`.
        metrics: Call strings of metrics to take instead, such as `"f1_score(average='macro')"`.
            With `average='per_class'` (or `'per_label'`) a call stands for one metric a class,
            named `f1_score_class_0` and so on.
        num_labels: Number of labels of a multilabel task.
        num_outputs: Number of numbers that a regression predicts; 1 if left out.
        **settings: Arguments for all metrics that take them: `from_logits`, `one_hot`,
            `ignore_label`, `center`.

    Raises:
        UserError: An unknown task, metric or argument, or a size missing.

    Example:
        >>> [metric.name for metric in suite("multiclass", num_classes=10)]
        ['accuracy', 'balanced_accuracy', 'f1_score', 'log_loss', 'expected_calibration_error']
        >>> [metric.name for metric in suite("binary", metrics=["recall(average='per_class')"])]
        ['recall_class_0', 'recall_class_1']
    """
    # Imported here so that `import ftkeras.metrics` needs no framework.
    build = importlib.import_module("ftkeras.metrics._suite").build
    sizes = {"num_classes": num_classes, "num_labels": num_labels, "num_outputs": num_outputs}
    return build(task, metrics, sizes, settings)


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
