"""From predictions to measurements and comparisons."""

from ftkeras import call_string, catalog
from ftkeras.call_string import Call
from ftkeras.contracts.score import Score
from ftkeras.contracts.task import Task
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import Comparison, Measurement
from ftkeras.statistics.measure import measure
from ftkeras.statistics.paired import compare

JUDGED = ("validation", "test")


def scores_of(task: Task, num_classes: int) -> list[Score]:
    """Builds the scores a task reports, headline first."""
    return [build_score(call_string.parse(text), num_classes) for text in task.scores]


def build_score(call: Call, num_classes: int) -> Score:
    """Builds one score; those that need the number of classes are told it."""
    return catalog.build("scores", with_classes("scores", call, num_classes))


def with_classes(kind: str, call: Call, num_classes: int) -> Call:
    """Adds `num_classes` to a call whose file takes it and whose author left it out."""
    if "num_classes" in catalog.parameters(kind, call.name):
        return Call(call.name, {"num_classes": num_classes, **call.arguments})
    return call


def measurements(
    models: dict[str, Predictions], scores: list[Score], seed: int
) -> dict[str, dict[str, list[Measurement]]]:
    """Measures every model on every judged part: part -> model -> measurements."""
    judged: dict[str, dict[str, list[Measurement]]] = {}
    for part in JUDGED:
        for model, predictions in models.items():
            rows = predictions.part(part)
            if len(rows):
                measured = measure(scores, rows.labels, rows.logits, seed=seed)
                judged.setdefault(part, {})[model] = measured
    return judged


def comparisons(models: dict[str, Predictions], scores: list[Score], seed: int) -> list[Comparison]:
    """Compares the model with each baseline on test, pair by pair of answers.

    Args:
        models: Predictions by name; `"model"` is the one compared with all others.
        scores: What to compare by.
        seed: Seed of the resampling.
    """
    model = models["model"].part("test")
    found = []
    for name, predictions in models.items():
        other = predictions.part("test")
        if name == "model" or not len(other):
            continue
        if list(other.ids) != list(model.ids):
            raise ValueError(
                f"Expected the same examples in the same order. Received: {len(other)} of {name} "
                f"against {len(model)} of the model."
            )
        found += [
            compare(score, model.labels, model.logits, other.logits, other=name, seed=seed)
            for score in scores
        ]
    return found
