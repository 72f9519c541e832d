"""How many examples a baseline is fitted on: beyond, it would cost more than the model."""

import dataclasses

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.data.lazy_column import LazyColumn
from ftkeras.message import joined, message
from ftkeras.training.feature_rows import FeatureRows
from ftkeras.workflows._prepared_data import PreparedData

_AT_ONCE = 16_384


def rows(name: str, examples: int) -> NDArray[np.int64] | None:
    """Returns which examples of the training part a baseline is fitted on; `None` for all.

    They stand at equal distances. A baseline says in `LARGEST` how many it can take.

    Args:
        name: The baseline.
        examples: Size of the training part.
    """
    largest = catalog.constant("baselines", name, "LARGEST")
    if not largest or examples <= largest:
        return None
    return np.linspace(0, examples - 1, largest).astype("int64")


def taken(train: Dataset, chosen: NDArray[np.int64]) -> Dataset:
    """Returns these examples, in memory."""
    return _in_memory(train.take(chosen))


def answers(answer: Answer, examples: Dataset) -> NDArray[np.float32]:
    """Returns what a baseline answers; examples that were left on disk are read slice by slice.

    Args:
        answer: A fitted baseline.
        examples: What it is asked.
    """
    if not isinstance(examples.inputs, LazyColumn | FeatureRows):
        return answer(examples)
    every = np.arange(len(examples))
    slices = [every[first : first + _AT_ONCE] for first in range(0, len(every), _AT_ONCE)]
    return np.concatenate([answer(taken(examples, chosen)) for chosen in slices])


def told(data: PreparedData) -> PreparedData:
    """Returns the data with a note that names baselines which are fitted on fewer examples."""
    train = data.parts["train"]
    notes = note(train, len(train), data.task.kind)
    return dataclasses.replace(data, findings=[*data.findings, *notes])


def note(data: Dataset, examples: int, kind: str) -> list[Finding]:
    """Returns a note that names baselines which are fitted on fewer examples; nothing without.

    Args:
        data: What they are of.
        examples: How many there are to be fitted on.
        kind: What the task answers with.
    """
    several = data.modality == "multimodal" and len(data)
    seen = {data.modality, "features", *(data.inputs[0] if several else ())}
    fewer = {}
    for name in catalog.names("baselines"):
        chosen, baseline = rows(name, examples), catalog.find("baselines", name)
        if chosen is None or kind not in baseline.kinds:
            continue
        if seen & set(baseline.modalities):
            fewer[name] = message("{name} on {count:,}", name=name, count=len(chosen))
    if not fewer:
        return []
    return [
        Finding(
            check="baselines",
            severity="note",
            message=message(
                "Of {examples:,} training examples, baselines are fitted on fewer, which stand at "
                "equal distances: {baselines}.",
                examples=examples,
                baselines=joined(fewer.values()),
            ),
            action=message(
                "A model that is fitted on more may be better for that reason alone: the learning "
                "curve says what more data bring."
            ),
            count=examples,
        )
    ]


def _in_memory(examples: Dataset) -> Dataset:
    values = np.asarray(examples.inputs)
    return Dataset(**{**vars(examples), "inputs": values})
