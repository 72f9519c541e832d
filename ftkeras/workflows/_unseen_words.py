"""Words that a backbone never sees: they are behind its sequence length, or nothing is in them."""

import dataclasses
from collections.abc import Callable

import numpy as np

from ftkeras.backbones.preprocessing.words import Words
from ftkeras.contracts.backbone import Preprocess
from ftkeras.contracts.finding import Finding
from ftkeras.message import counted, message, term
from ftkeras.workflows._prepared_data import PreparedData

_MANY = 0.01
_SHOWN = 5


def told(data: PreparedData, preprocess: Preprocess, say: Callable[[str], None]) -> PreparedData:
    """Returns the data with a finding about words that get no answer of the model, if any do.

    Args:
        data: The data of a run.
        preprocess: How the backbone reads inputs.
        say: Told of the finding, if it is a warning.
    """
    if not isinstance(preprocess, Words):
        return data
    unplaced = {
        name: preprocess.unplaced(part.inputs.tolist()) for name, part in data.parts.items()
    }
    total = sum(int(counts.sum()) for counts in unplaced.values())
    if not total:
        return data
    words = sum(len(value) for part in data.parts.values() for value in part.inputs)
    part, counts = max(unplaced.items(), key=lambda item: int(item[1].sum()))
    rows = np.flatnonzero(counts)
    finding = Finding(
        check="unseen_words",
        severity="warning" if total / words > _MANY else "note",
        message=counted(
            "{count:,} word of {words:,} ({share:.2%}) is not seen by the model: it stands behind "
            "the {length} tokens that it reads, or nothing of it is left. Most are in {part}, in "
            "{texts:,} texts.",
            "{count:,} words of {words:,} ({share:.2%}) are not seen by the model: they stand "
            "behind the {length} tokens that it reads, or nothing of them is left. Most are in "
            "{part}, in {texts:,} texts.",
            count=total,
            words=words,
            share=total / words,
            length=preprocess.text.sequence_length,
            part=term(part),
            texts=len(rows),
        ),
        action=message(
            "They are answered with {tag}, so an entity among them counts as missed. Raise the "
            "sequence length if the backbone allows it, or cut texts into sentences.",
            tag=data.vocabulary.class_names[0],
        ),
        count=total,
        locations=tuple(data.parts[part].locations[rows[:_SHOWN]].tolist()),
    )
    if finding.severity == "warning":
        say(finding.warning)
    return dataclasses.replace(data, findings=[*data.findings, finding])
