"""Groups of similar examples that the model fails on, in words and with their typical examples."""

from dataclasses import dataclass
from typing import Any

from ftkeras.report import for_whom, wording
from ftkeras.report.answers import Answers
from ftkeras.report.for_whom import SliceRow
from ftkeras.report.language import gettext as _
from ftkeras.report.language import ngettext
from ftkeras.report.worst_errors import preview

_LONGEST = 160


@dataclass(frozen=True)
class WeakGroup:
    """One group.

    Args:
        row: Its score and its difference from the rest, in words.
        examples: For each of its most typical validation examples a text and an image, one of
            them empty.
    """

    row: SliceRow
    examples: tuple[tuple[str, str], ...]


def page(found: dict[str, Any] | None, answers: dict[str, Answers]) -> dict[str, Any] | None:
    """Returns what the template shows; `None` where nothing was searched or found at all.

    Args:
        found: `analyses["weak_groups"]` of a record.
        answers: Part -> answers of the model, for their previews.
    """
    if not found or not found["num_candidates"]:
        return None
    validation = answers.get("validation")
    groups = []
    for number, one in enumerate(found["weak"], start=1):
        named = {**one, "column": "", "value": _name(one, number)}
        (row,) = for_whom.slice_rows([named], found["score"], found.get("direction", "max"))
        groups.append(WeakGroup(row, _examples(one["examples"], validation)))
    tested = for_whom.p_values_from(found["score"], found["num_candidates"])
    return {"sentence": sentence(found), "groups": groups, "tested": tested}


def sentence(found: dict[str, Any]) -> str:
    """Returns how many groups were searched out, and how many of them test confirmed.

    Example:
        >>> sentence({"num_candidates": 2, "weak": []})
        'Among 2 groups of similar examples that looked weak on validation, test confirmed none.'
    """
    count, shown = found["num_candidates"], len(found["weak"])
    if not shown:
        return ngettext(
            "One group of similar examples looked weak on validation; test did not confirm it.",
            "Among {count} groups of similar examples that looked weak on validation, test "
            "confirmed none.",
            count=count,
        )
    return ngettext(
        "One group of similar examples looked weak on validation, and test confirmed it.",
        "Among {count} groups of similar examples that looked weak on validation, test confirmed "
        "{shown}.",
        count=count,
        shown=shown,
    )


def _name(one: dict[str, Any], number: int) -> str:
    if one["terms"]:
        return _("texts with words such as {terms}", terms=", ".join(one["terms"]))
    return _("similar examples, group {number}", number=number)


def _examples(ids: list[str], answers: Answers | None) -> tuple[tuple[str, str], ...]:
    if answers is None:
        return ()
    row_of = {id_: row for row, id_ in enumerate(answers.ids.tolist()) if id_ in ids}
    seen = [preview(answers, row_of[id_]) for id_ in ids if id_ in row_of]
    return tuple((wording.shortened(text, _LONGEST), image) for text, image in seen)
