"""Puts answers, ids, labels and previews together into what is written to disk."""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.backbone import Preprocess
from ftkeras.contracts.object_task import ObjectTask
from ftkeras.contracts.task import BY_POSITION, OBJECTS
from ftkeras.records.predictions import Predictions
from ftkeras.training.examples import of_width
from ftkeras.workflows import _provenance, _spans
from ftkeras.workflows._prepared_data import PreparedData


def assemble(
    data: PreparedData,
    logits: dict[str, NDArray[Any]],
    *,
    preprocess: Preprocess | None = None,
    with_previews: bool = False,
) -> Predictions:
    """Returns the predictions of the parts that have logits, in the order of the split.

    Args:
        data: The data of the run.
        logits: Part -> `(examples, outputs)` logits, in the order of that part's examples; of
            answers by position `(examples, longest, ...)`; where answers are objects, these
            objects, or what a model gave out.
        preprocess: How the backbone of the model that gave them out reads inputs.
        with_previews: Whether to keep what a person sees of each input.

    Raises:
        ValueError: A part has more or fewer logits than examples.
    """
    for part, values in logits.items():
        # Long contexts are read in windows, which `answers` counts.
        in_windows = data.task.kind == "spans" and values.dtype != object
        if len(values) != len(data.parts[part]) and not in_windows:
            raise ValueError(
                f"Expected {len(data.parts[part])} rows of logits for {part}, one an example. "
                f"Received: {len(values)} rows."
            )
    together = data.together(tuple(logits))
    labels = {part: data.labels[part] for part in logits}
    if data.task.kind in BY_POSITION:  # each part is as wide as its longest example
        longest = max(array.shape[1] for array in labels.values())
        labels = {part: of_width(array, longest) for part, array in labels.items()}
        logits = {part: of_width(array, longest, 0) for part, array in logits.items()}
    answers = None
    if data.task.kind in OBJECTS:
        answers = np.concatenate(
            [_objects(data, part, values, preprocess) for part, values in logits.items()]
        )
        logits = {part: np.zeros((len(data.parts[part]), 0), "float32") for part in logits}
    return Predictions(
        ids=together.ids,
        labels=np.concatenate(list(labels.values())),
        logits=np.concatenate(list(logits.values())),
        splits=together.splits,
        task=data.task.name,
        class_names=data.vocabulary.class_names,
        columns=together.columns,
        previews=(_previews(data, list(logits)) if with_previews else None),
        answers=answers,
    )


def _previews(data: PreparedData, names: list[str]) -> NDArray[np.object_]:
    parts = [data.parts[name] for name in names]
    return _spans.previews(*parts) if data.task.kind == "spans" else _provenance.previews(*parts)


def _objects(
    data: PreparedData, part: str, given: NDArray[Any], preprocess: Preprocess | None
) -> NDArray[np.object_]:
    if given.dtype == object:
        return given
    task = cast(ObjectTask, data.task)
    return task.answers(given, data.parts[part], cast(Preprocess, preprocess))
