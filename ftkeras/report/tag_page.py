"""What the page says of tags: worst texts with their entities marked, types, what is confused."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.records.run_record import Measurement
from ftkeras.report import score_table
from ftkeras.report.answers import Answers
from ftkeras.report.figures import Picture
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import confusion
from ftkeras.scores.counts.entity_spans import Span, spans

_SHOWN = 20
_NOTHING = "O"
_SPACE = " "


@dataclass(frozen=True)
class Piece:
    """Neighbouring words that one thing is said of.

    Args:
        words: The words.
        true: The type that is true of them, or the tag; empty where none is.
        said: The type that was answered; empty where none was.
        right: Whether both are the same, from the first word to the last.
    """

    words: str
    true: str
    said: str
    right: bool


@dataclass(frozen=True)
class TagError:
    """A text with something wrong in it.

    Args:
        id: The example's id.
        pieces: The text, as far as it was kept, cut where what is said changes.
        missed: How many entities (or tags) of the text were not found.
        spurious: How many of the answered ones are wrong.
        words: How many words the text has.
        more: Words that were not kept.
    """

    id: str
    pieces: tuple[Piece, ...]
    missed: int
    spurious: int
    words: int
    more: int


def errors(answers: Answers, scheme: str, count: int = _SHOWN) -> list[TagError]:
    """Returns the texts in which most is wrong, and of equals those with the highest loss.

    Args:
        answers: The model on test.
        scheme: How tags make entities, of the task; `"plain"` takes each tag by itself.
        count: How many at most.
    """
    found = []
    for row in np.flatnonzero(~answers.correct).tolist():
        error = _error(answers, row, scheme)
        if error.missed or error.spurious:
            found.append((-(error.missed + error.spurious), -float(answers.losses[row]), error))
    found.sort(key=lambda each: each[:2])
    return [error for *_, error in found[:count]]


def _error(answers: Answers, row: int, scheme: str) -> TagError:
    true, said = (_names(each[row], answers) for each in (answers.labels, answers.predicted))
    of_true, of_said = _spans(true, scheme), _spans(said, scheme)
    preview = "" if answers.previews is None else str(answers.previews[row] or "")
    words = preview.split(_SPACE) if preview else []
    return TagError(
        id=str(answers.ids[row]),
        pieces=tuple(_pieces(words, of_true, of_said)),
        missed=len(of_true - of_said),
        spurious=len(of_said - of_true),
        words=len(true),
        more=len(true) - len(words),
    )


def _names(tags: NDArray[Any], answers: Answers) -> list[str]:
    return [answers.class_names[tag] for tag in tags.tolist() if tag >= 0]


def _spans(tags: Sequence[str], scheme: str) -> set[Span]:
    if scheme == "plain":
        return {(tag, place, place + 1) for place, tag in enumerate(tags)}
    return spans(tags, scheme)


def _pieces(words: Sequence[str], true: set[Span], said: set[Span]) -> list[Piece]:
    right = true & said
    of_true, of_said = _cover(true, len(words)), _cover(said, len(words))
    plain = all(end - first == 1 for _, first, end in true | said) and len(true) == len(said)
    cuts = {0, len(words)}
    for _name, first, end in true | said:
        cuts |= {first, end}
    found: list[Piece] = []
    ordered = sorted(cut for cut in cuts if cut <= len(words))
    for first, end in pairwise(ordered):
        now, answered = of_true[first], of_said[first]
        is_right = now is not None and now == answered and now in right
        quiet = (now is None and answered is None) or (plain and is_right)
        text = _SPACE.join(words[first:end])
        if quiet and found and not (found[-1].true or found[-1].said):
            found[-1] = Piece(f"{found[-1].words} {text}", "", "", False)
        else:
            names = ["" if each is None or quiet else each[0] for each in (now, answered)]
            found.append(Piece(text, names[0], names[1], is_right and not quiet))
    return found


def _cover(found: set[Span], length: int) -> list[Span | None]:
    covered: list[Span | None] = [None] * (length + 1)
    for span in found:
        for place in range(span[1], min(span[2], length)):
            covered[place] = span
    return covered


def types(found: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Returns a row for each type of entities: its name, counts, and cells of its scores.

    Args:
        found: `analyses["entity_types"]` of the record.
    """
    if not found:
        return []
    return [
        {
            "name": each["name"],
            **{name: each[name] for name in ("true", "answered", "right")},
            "cells": [
                score_table.cell(Measurement(**each[name]))
                for name in ("precision", "recall", "f1")
            ],
        }
        for each in found["types"]
    ]


def pictures(answers: Answers, found: dict[str, Any] | None) -> list[Picture]:
    """Returns which types of entities are taken for which; of plain tags, which tags.

    Args:
        answers: The model on test.
        found: `analyses["entity_types"]` of the record.
    """
    if not found:
        there = answers.labels >= 0
        drawn = _confused(
            answers, answers.labels[there], answers.predicted[there], answers.class_names
        )
        words = _(
            "Rows are true tags, columns what was answered, counted in words. The diagonal is "
            "right; darker means a larger share of the row."
        )
        return [Picture(_("Confusion of tags"), words, drawn)] if drawn else []
    names = [each["name"] for each in found["types"]]
    index = {name: number for number, name in enumerate([*names, _NOTHING])}
    cells = [(index[true], index[said], count) for true, said, count in found["confusion"]]
    true, said = (np.repeat([c[k] for c in cells], [c[2] for c in cells]) for k in (0, 1))
    drawn = _confused(answers, true, said, (*names, _("no entity")))
    if not drawn:
        return []
    words = _(
        "Rows are the types of true entities, columns what was answered for the same words, from "
        "the first to the last. An entity with other words at its ends counts as missed, and what "
        "was answered there as one too many."
    )
    return [Picture(_("Confusion of entity types"), words, drawn)]


def _confused(
    answers: Answers, true: NDArray[Any], said: NDArray[Any], names: tuple[str, ...]
) -> str:
    if not len(true):
        return ""
    pairs = Answers(
        labels=true.astype("int64"),
        probabilities=np.empty((len(true), 0)),
        predicted=said.astype("int64"),
        losses=np.zeros(len(true)),
        class_names=names,
        previews=None,
        ids=answers.ids,
    )
    return confusion.draw(pairs)
