"""Several metrics, one state."""

from collections.abc import Sequence
from typing import Any

from ftkeras import call_string, catalog
from ftkeras.call_string import Call
from ftkeras.contracts.score import Inputs
from ftkeras.errors import UserError
from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores.inputs.classification import Classification
from ftkeras.scores.inputs.multilabel import Multilabel
from ftkeras.scores.inputs.ranking import Ranking
from ftkeras.scores.inputs.regression import Regression
from ftkeras.scores.inputs.segmentation import Segmentation

_OF_PIXELS = ("mean_intersection_over_union", "dice_coefficient", "pixel_accuracy")
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
    "multilabel": (
        "hamming_loss",
        "exact_match_ratio",
        "multilabel_f1_score",
        "multilabel_f1_score(average='micro')",
        "multilabel_area_under_roc_curve(absent='skip')",
        "label_ranking_average_precision",
    ),
    "regression": (
        "mean_squared_error",
        "root_mean_squared_error",
        "mean_absolute_error",
        "median_absolute_error",
        "r2_score",
        "pearson_correlation",
    ),
    "ranking": (
        "normalized_discounted_cumulative_gain(k=10)",
        "mean_reciprocal_rank(k=10)",
        "mean_average_precision(k=10)",
        "recall_at_k",
        "query_area_under_roc_curve",
    ),
    "token_classification": ("token_accuracy",),
    "segmentation": _OF_PIXELS,
    "semantic_segmentation": _OF_PIXELS,
}
_NEEDED = {
    "multiclass": "num_classes",
    "multilabel": "num_labels",
    "token_classification": "num_classes",
    "segmentation": "num_classes",
    "semantic_segmentation": "num_classes",
}
"""The size that a task cannot do without."""

_READS: dict[str, type[Inputs]] = {
    "binary": Classification,
    "multiclass": Classification,
    "multilabel": Multilabel,
    "regression": Regression,
    "ranking": Ranking,
    "token_classification": Classification,
    "segmentation": Segmentation,
    "semantic_segmentation": Segmentation,
}
"""What the metrics of a task make of labels and predictions."""

_EACH = {"per_class": ("class_index", "num_classes"), "per_label": ("label_index", "num_labels")}
"""An `average` that asks for one metric each: the argument it sets, and how many there are."""


def build(
    task: str, metrics: Sequence[str] | None, sizes: dict[str, int | None], settings: dict[str, Any]
) -> list[ScoreMetric]:
    """Returns the metrics with one state between them; see `ftkeras.metrics.suite`."""
    if task not in _RECOMMENDED:
        raise UserError(
            f"Expected `task` to be one of {', '.join(_RECOMMENDED)}. Received: task={task!r}."
            f"{catalog.nearest(task, list(_RECOMMENDED))}"
        )
    needed = _NEEDED.get(task)
    if needed and sizes[needed] is None:
        raise UserError(
            f"Expected `{needed}` for task={task!r}. Received: {needed}=None. "
            f"Write the number of {needed.removeprefix('num_')}."
        )
    given = {key: size for key, size in sizes.items() if size is not None}
    if task == "binary":
        given.setdefault("num_classes", 2)
    written = [call_string.parse(text) for text in metrics or _RECOMMENDED[task]]
    calls = [each for call in written for each in expanded(call, given)]
    _check_settings(calls, settings)
    names = unique_names(calls)
    built = [
        _build(call, name, {**given, **settings}) for call, name in zip(calls, names, strict=True)
    ]
    for call, metric in zip(calls, built, strict=True):
        if not isinstance(metric.score.inputs, _READS[task]):
            raise UserError(
                f"Expected metrics of task={task!r}. Received: {call.name}, which reads "
                f"{type(metric.score.inputs).__name__.lower()}. "
                f"Recommended are {', '.join(_RECOMMENDED[task])}."
            )
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


def expanded(call: Call, sizes: dict[str, int]) -> list[Call]:
    """Returns one call a class for `average='per_class'`, a label for `'per_label'`, else itself.

    Example:
        >>> [one.arguments for one in expanded(Call("recall", {"average": "per_class"}),
        ...                                    {"num_classes": 1})]
        [{'class_index': 0, 'name': 'recall_class_0'}]
    """
    average = call.arguments.get("average")
    if average not in _EACH:
        return [call]
    index, size = _EACH[average]
    if _is_known(call) and index not in catalog.parameters("metrics", call.name):
        raise UserError(
            f"Expected a metric that has a value for each, by `{index}`. Received: {call}."
        )
    many = call.arguments.get(size, sizes.get(size))
    if many is None:
        raise UserError(f"Expected `{size}` beside average={average!r}. Received: {call}.")
    kept = {key: value for key, value in call.arguments.items() if key != "average"}
    stem = f"{kept.get('name', call.name)}_{index.removesuffix('_index')}"
    return [Call(call.name, {**kept, index: k, "name": f"{stem}_{k}"}) for k in range(many)]


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


def _check_settings(calls: Sequence[Call], settings: dict[str, Any]) -> None:
    """Raises `UserError` for a setting that no metric takes."""
    accepted = {
        key for call in calls if _is_known(call) for key in catalog.parameters("metrics", call.name)
    }
    for key, value in settings.items():
        if accepted and key not in accepted:
            raise UserError(
                f"Expected a setting that a metric of the suite takes: "
                f"{', '.join(sorted(accepted))}. Received: {key}={value!r}."
                f"{catalog.nearest(key, sorted(accepted))}"
            )


def _build(call: Call, name: str, shared: dict[str, Any]) -> ScoreMetric:
    accepted = catalog.parameters("metrics", call.name) if _is_known(call) else {}
    given = {key: value for key, value in shared.items() if key in accepted}
    return catalog.build("metrics", Call(call.name, {**given, **call.arguments, "name": name}))


def _is_known(call: Call) -> bool:
    return call.name in catalog.names("metrics")
