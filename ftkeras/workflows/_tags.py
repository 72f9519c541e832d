"""Tags as scores compare them, and what the report says of their types."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Score
from ftkeras.contracts.task import Task
from ftkeras.records.predictions import Predictions
from ftkeras.scores.counts.entity_spans import Span, spans
from ftkeras.scores.entity_f1_score import EntityF1Score
from ftkeras.scores.entity_precision import EntityPrecision
from ftkeras.scores.entity_recall import EntityRecall
from ftkeras.statistics.intervals import measure
from ftkeras.tasks.token_classification import TokenClassification

NOTHING = "O"


def reader(task: Task, class_names: Sequence[str]) -> Callable[[Any, Any], tuple[Any, Any]]:
    """Returns what turns labels and logits of tags into lists of names, one list a text.

    Args:
        task: The task.
        class_names: Names of the tags.
    """
    tags = cast(TokenClassification, task)

    def read(labels: NDArray[Any], logits: NDArray[Any]) -> tuple[Any, Any]:
        said = tags.predict_label(logits)[:, : labels.shape[1]]
        # Of words behind the last that is seen nothing was said: that is the first tag.
        said = np.pad(said, [(0, 0), (0, labels.shape[1] - said.shape[1])])
        answered = np.where(labels >= 0, said, -1)
        return tags.named(labels, class_names), tags.named(answered, class_names)

    return read


def compared(task: Task, predictions: Predictions) -> tuple[Any, Any]:
    """Returns what is true and what was answered: lists of tags, one list a text."""
    return reader(task, predictions.class_names)(predictions.labels, predictions.logits)


def analyses(model: Predictions, task: Task, seed: int) -> dict[str, Any]:
    """Returns what is known of the types of entities on test; nothing where tags make none.

    Args:
        model: Predictions of the model.
        task: The task.
        seed: Seed of the resampling.

    Returns:
        `entity_types`: `types`, one a type that is true or answered (`name`, `true`, `answered`,
        `right`, and `precision`, `recall` and `f1` as measurements over the texts in which it is
        true or answered), the most frequent first; and
        `confusion`, (true type, answered type, count) of entities whose words are the same, or of
        which one side is missing (`"O"`).
    """
    scheme = cast(TokenClassification, task).scheme
    test = model.part("test")
    if scheme == "plain" or not len(test):
        return {}
    truths, answers = compared(task, test)
    pairs = [
        (spans(true, scheme), spans(said, scheme))
        for true, said in zip(truths, answers, strict=True)
    ]
    counts = {
        name: Counter(span[0] for pair in pairs for span in chosen(pair))
        for name, chosen in (
            ("true", lambda pair: pair[0]),
            ("answered", lambda pair: pair[1]),
            ("right", lambda pair: pair[0] & pair[1]),
        )
    }
    names = sorted(counts["true"].keys() | counts["answered"].keys())
    names.sort(key=lambda name: -counts["true"][name])
    if not names:
        return {}
    # Texts without a type say nothing of it, and would make few look like many.
    has = {
        name: np.array([any(span[0] == name for span in true | said) for true, said in pairs])
        for name in names
    }
    types = [
        {
            "name": name,
            **{column: counts[column][name] for column in counts},
            **_measured(truths[has[name]], answers[has[name]], tuple(names), name, scheme, seed),
        }
        for name in names
    ]
    return {"entity_types": {"types": types, "confusion": _confusion(pairs), "scheme": scheme}}


def _measured(
    truths: Any, answers: Any, names: tuple[str, ...], name: str, scheme: str, seed: int
) -> dict[str, Any]:
    scores: dict[str, Score] = {
        "precision": EntityPrecision(types=names, entity_type=name, scheme=scheme),
        "recall": EntityRecall(types=names, entity_type=name, scheme=scheme),
        "f1": EntityF1Score(types=names, entity_type=name, scheme=scheme),
    }
    found = measure(list(scores.values()), truths, answers, seed=seed)
    return {key: asdict(item) for key, item in zip(scores, found, strict=True)}


def _confusion(pairs: Sequence[tuple[set[Span], set[Span]]]) -> list[tuple[str, str, int]]:
    cells: Counter[tuple[str, str]] = Counter()
    for true, said in pairs:
        by_place = {(first, end): name for name, first, end in said}
        for name, first, end in true:
            cells[name, by_place.pop((first, end), NOTHING)] += 1
        cells.update((NOTHING, name) for name in by_place.values())
    return [(*cell, count) for cell, count in sorted(cells.items())]
