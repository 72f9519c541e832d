"""New questions about contexts that a run was trained on: asked easily, and answered easily."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.data.gold_answers import context_digests
from ftkeras.message import counted, joined, message
from ftkeras.records import split_table

COLUMN = "context seen before"
"""The slice column that says whether a question is about a context of train or validation."""

_SHOWN = 5


def of_parts(parts: Mapping[str, Dataset]) -> dict[str, str] | None:
    """Returns id -> digest of its context; `None` where answers are no pieces of contexts.

    Args:
        parts: Examples by part.
    """
    if any(part.label_kind != "spans" for part in parts.values()):
        return None
    return {
        id_: context
        for part in parts.values()
        for id_, context in zip(part.ids.tolist(), context_digests(part).tolist(), strict=True)
    }


def compared(examples: Dataset, split: Path) -> tuple[Dataset, list[Finding]]:
    """Returns new questions, told apart by whether the run knew their contexts, and a warning.

    They are judged all the same, for some models are made to answer about texts that are known.
    Where some contexts were seen and others not, the column `COLUMN` gives each its slice.

    Args:
        examples: New examples, of any kind of answers.
        split: The run's `split.parquet`.
    """
    if examples.label_kind != "spans":
        return examples, []
    kept = split_table.contexts(split)
    if kept is None:
        return examples, [_unknown(len(examples))]
    seen = np.isin(context_digests(examples), sorted(kept["train"] | kept["validation"]))
    if not seen.any():
        return examples, []
    apart = not seen.all() and COLUMN not in examples.columns
    if apart:
        column = np.where(seen, "yes", "no").astype(object)
        examples = dataclasses.replace(examples, columns={**examples.columns, COLUMN: column})
    return examples, [_seen(examples, np.flatnonzero(seen).tolist(), apart=apart)]


def _seen(examples: Dataset, rows: list[int], *, apart: bool) -> Finding:
    places = [str(examples.locations[row]) for row in rows[:_SHOWN]]
    more = [message("and {count:,} more", count=len(rows) - _SHOWN)] if len(rows) > _SHOWN else []
    return Finding(
        check="shared_contexts",
        severity="warning",
        message=counted(
            "{count:,} question is about a context that the run was trained or chosen on: "
            "{places}.",
            "{count:,} questions are about contexts that the run was trained or chosen on: "
            "{places}.",
            count=len(rows),
            places=joined([*places, *more], "; "),
        ),
        action=(
            message(
                "The slices by `{column}` judge them apart; only the others tell of new texts.",
                column=COLUMN,
            )
            if apart
            else message("Scores on them tell little of new texts: ask about other contexts, too.")
        ),
        count=len(rows),
        ids=tuple(examples.ids[rows].tolist()),
        locations=tuple(places),
    )


def _unknown(count: int) -> Finding:
    return Finding(
        check="shared_contexts",
        severity="note",
        message=message(
            "Whether the run was trained on the contexts of these questions is not known: it keeps "
            "no digests of its contexts."
        ),
        action=message("Fine-tune anew from its run.flags to have them compared."),
        count=count,
    )
