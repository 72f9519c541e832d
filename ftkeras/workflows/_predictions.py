"""Puts answers, ids, labels and previews together into what is written to disk."""

import numpy as np
from numpy.typing import NDArray

from ftkeras.records.predictions import Predictions
from ftkeras.workflows import _provenance
from ftkeras.workflows._prepared_data import PreparedData


def assemble(
    data: PreparedData, logits: dict[str, NDArray[np.float32]], *, with_previews: bool = False
) -> Predictions:
    """Returns the predictions of the parts that have logits, in the order of the split.

    Args:
        data: The data of the run.
        logits: Part -> `(examples, outputs)` logits, in the order of that part's examples.
        with_previews: Whether to keep what a person sees of each input.

    Raises:
        ValueError: A part has more or fewer logits than examples.
    """
    for part, values in logits.items():
        if len(values) != len(data.parts[part]):
            raise ValueError(
                f"Expected {len(data.parts[part])} rows of logits for {part}, one an example. "
                f"Received: {len(values)} rows."
            )
    parts = [data.parts[part] for part in logits]
    return Predictions(
        ids=np.concatenate([part.ids for part in parts]),
        labels=np.concatenate([data.labels[part] for part in logits]),
        logits=np.concatenate(list(logits.values())),
        splits=np.repeat(list(logits), [len(part) for part in parts]),
        task=data.task.name,
        class_names=data.vocabulary.class_names,
        columns={
            name: np.concatenate([part.columns[name] for part in parts])
            for name in parts[0].columns
        },
        previews=(
            np.concatenate([_provenance.previews(part) for part in parts])
            if with_previews
            else None
        ),
    )
