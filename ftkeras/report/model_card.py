"""`model_card.md`: what is known of a model, for people and for the hubs that list models."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from ftkeras.records import atomic
from ftkeras.records.run_record import RunRecord
from ftkeras.report import _page, answer_kind, caveats, language, score_table, verdict, wording

_PIPELINES = {
    "text": "text-classification",
    "image": "image-classification",
    "audio": "audio-classification",
    "text_pair": "text-classification",
    "text_pair_list": "text-ranking",
    "text_list": "text-ranking",
    "tabular": "tabular-classification",
    "words": "token-classification",
}
_OF_THINGS = {
    "spans": "question-answering",
    "masks": "image-segmentation",
    "boxes": "object-detection",
}
# What Markdown would take for a sign of its own, or a table for the end of a cell.
_SIGNS = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|#"})


def write(run_dir: Path) -> Path:
    """Writes the card of a finished run; the same record gives the same bytes.

    Its head is the metadata of a model hub: `model-index` lists every score on test.

    Args:
        run_dir: Holds `record.json`.

    Returns:
        The path of `model_card.md`, written in the same directory.

    Raises:
        UserError: There is no readable record.

    References:
        Mitchell et al., 2019, Model Cards for Model Reporting.
    """
    record = RunRecord.read(run_dir / "record.json")
    with language.of(record):
        content = _content(record, run_dir)
        template = _environment(language.current()).get_template("model_card.md.j2")
        card = template.render(content)
    with atomic.replacing(run_dir / "model_card.md") as temporary:
        temporary.write_text(card.rstrip() + "\n", encoding="utf-8")
    return run_dir / "model_card.md"


@cache
def _environment(spoken: str) -> jinja2.Environment:
    """Returns what the template is read by; one a language, for constants are filtered once."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_page.TEMPLATES),
        autoescape=False,  # noqa: S701 - Markdown; what comes from users goes through `text`
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({function.__name__: function for function in _page.FILTERS})
    environment.filters["text"] = text
    environment.globals.update(_page.SPEECH)
    return environment


def text(words: str) -> str:
    r"""Returns words that Markdown shows as they are.

    Example:
        >>> print(text("a|b <i> *c*"))
        a\|b \<i\> \*c\*
    """
    return " ".join(str(words).split()).translate(_SIGNS)


def _content(record: RunRecord, run_dir: Path) -> dict[str, Any]:
    models = score_table.models(record, "test")
    measured = record.measurements.get("test", {}).get("model", [])
    headline = record.task.get("headline", "")
    name = str(record.config.get("run_dir") or run_dir).rstrip("/").rpartition("/")[2]
    with language.using("en"):  # a hub reads it
        index = _index(record, name)
    handle = str(record.backbone.get("handle", ""))
    return {
        "record": record,
        "title": name,
        "base_model": handle.removeprefix("hf://") if handle.startswith("hf://") else "",
        "pipeline": _pipeline(record),
        "index": index,
        "verdict": verdict.of(record),
        "counted": answer_kind.counted(record),
        "caveats": caveats.find(record),
        "models": list(map(score_table.name, models)),
        "rows": score_table.score_rows(record, "test"),
        "level": measured[0].level if measured else 0.95,
        "num_units": measured[0].num_units if measured else None,
        "differences": [row for row in score_table.difference_rows(record) if row.headline]
        if headline
        else [],
    }


def _pipeline(record: RunRecord) -> str:
    """What a hub calls the task; empty where it has no name for it."""
    by_modality = _PIPELINES.get(str(record.data.get("modality")), "")
    return _OF_THINGS.get(answer_kind.of(record), by_modality)


def _index(record: RunRecord, name: str) -> str:
    """The `model-index` of a hub, as JSON, which is YAML."""
    metrics = [
        {"type": item.score, "value": item.value, "name": wording.plain_name(item.score)}
        for item in record.measurements.get("test", {}).get("model", [])
        if item.value is not None
    ]
    task = _pipeline(record) or "other"
    source = str(record.data.get("source", ""))
    data_set = {"name": source, "type": record.data.get("modality", "other"), "split": "test"}
    results = [{"task": {"type": task}, "dataset": data_set, "metrics": metrics}]
    return json.dumps([{"name": name, "results": results}], ensure_ascii=False)
