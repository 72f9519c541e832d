"""Several metrics, one state."""

from collections.abc import Sequence
from typing import Any

from ftkeras import call_string, catalog
from ftkeras.call_string import Call
from ftkeras.errors import UserError
from ftkeras.metrics._score_metric import ScoreMetric

_RECOMMENDED = {
    "binary": (
        "accuracy",
        "precision",
        "recall",
        "f1_score",
        "area_under_roc_curve",
        "average_precision",
        "log_loss",
        "expected_calibration_error",
    ),
    "multiclass": (
        "accuracy",
        "balanced_accuracy",
        "f1_score(average='macro')",
        "log_loss",
        "expected_calibration_error",
    ),
}


def build(
    task: str, num_classes: int | None, metrics: Sequence[str] | None, settings: dict[str, Any]
) -> list[ScoreMetric]:
    """Returns the metrics with one state between them; see `ftkeras.metrics.suite`."""
    if task not in _RECOMMENDED:
        raise UserError(
            f"Expected `task` to be one of {', '.join(_RECOMMENDED)}. Received: task={task!r}."
            f"{catalog.nearest(task, list(_RECOMMENDED))}"
        )
    if num_classes is None and task != "binary":
        raise UserError(
            f"Expected `num_classes` for task={task!r}. Received: num_classes=None. "
            "Write the number of classes."
        )
    calls = [call_string.parse(text) for text in metrics or _RECOMMENDED[task]]
    names = unique_names(calls)
    built = [
        _build(call, name, num_classes or 2, settings)
        for call, name in zip(calls, names, strict=True)
    ]
    first, *followers = built
    for follower in followers:
        if follower.inputs != first.inputs:
            raise UserError(
                "Expected metrics that read their inputs alike. Received: "
                f"{first.name} with {first.inputs}, {follower.name} with {follower.inputs}. "
                "Give settings to the suite, not to single metrics."
            )
    first.share(followers)
    return built


def unique_names(calls: Sequence[Call]) -> list[str]:
    """Returns a name for each call: its metric's, with argument values where that is taken.

    Example:
        >>> unique_names([Call("f1_score"), Call("recall"), Call("f1_score", {"average": "macro"})])
        ['f1_score', 'recall', 'f1_score_macro']
    """
    names: list[str] = []
    for call in calls:
        name = call.arguments.get("name", call.name)
        if name in names:
            values = [f"{value}" for key, value in call.arguments.items() if key != "num_classes"]
            name = "_".join([name, *values])
        if name in names:
            raise UserError(
                f"Expected every metric once. Received: {name!r} twice. Leave one out, or give "
                "it a `name`."
            )
        names.append(name)
    return names


def _build(call: Call, name: str, num_classes: int, settings: dict[str, Any]) -> ScoreMetric:
    accepted = catalog.parameters("metrics", call.name) if _is_known(call) else {}
    shared = {"num_classes": num_classes, **settings, "name": name}
    given = {key: value for key, value in shared.items() if key in accepted or key in settings}
    return catalog.build("metrics", Call(call.name, {**given, **call.arguments, "name": name}))


def _is_known(call: Call) -> bool:
    return call.name in catalog.names("metrics")
