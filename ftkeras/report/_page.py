"""What every page of ftkeras is made with: one look, nothing asked of anyone else."""

from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from ftkeras.records import atomic
from ftkeras.report import language, score_table, wording

TEMPLATES = Path(__file__).parent / "templates"
FILTERS = (
    wording.plain_name,
    wording.in_sentence,
    wording.moment,
    wording.number,
    wording.amount,
    wording.between,
    wording.p_value,
    wording.count,
    wording.duration,
    wording.percent,
    wording.shortened,
)
# What templates say things with; `_` and `ngettext` join them.
SPEECH = {
    "_": language.gettext,
    "ngettext": language.ngettext,
    "said": language.said,
    "paragraph": language.paragraph,
    "listed": language.listed,
    "tag": language.tag,
}


def write(path: Path, template: str, content: dict[str, Any]) -> Path:
    """Renders a template with the house's style sheet and filters; returns the path.

    Args:
        path: The file to write, whole or not at all.
        template: A file in `templates/`.
        content: What the template reads.
    """
    css = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))  # noqa: S704
    shared = {"css": css, "foreign": False, "num_answers": None}
    text = _environment(language.current()).get_template(template).render({**shared, **content})
    with atomic.replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path


@cache
def _environment(spoken: str) -> jinja2.Environment:
    """Returns what templates are read by; one a language, for constants are filtered once."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        # Sections shared with the page of a run ask for things that only such a page has.
        undefined=jinja2.ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({function.__name__: function for function in FILTERS})
    environment.filters.update(
        model_name=score_table.name, better=score_table.better, said=language.said
    )
    environment.globals.update(SPEECH)
    environment.globals.update(_=_gettext, ngettext=_ngettext, paragraph=_paragraph)
    # An SVG comes from ftkeras.report.plots, which escapes every name it writes.
    environment.filters["drawn"] = Markup
    return environment


def _gettext(template: str, /, **values: Any) -> Markup:
    """`language.gettext` for a page: the sentence may hold tags, what stands in it is escaped."""
    return Markup(language.filled(language.gettext(template), _escaped(values)))  # noqa: S704


def _ngettext(one: str, many: str, /, count: int, **values: Any) -> Markup:
    values = _escaped({"count": count, **values})
    return Markup(language.filled(language.chosen(one, many, count), values))  # noqa: S704


def _escaped(values: dict[str, Any]) -> dict[str, Any]:
    # Numbers stay numbers, for the sentence says how they are written.
    return {
        name: value if isinstance(value, int | float) else str(escape(value))
        for name, value in values.items()
    }


def _paragraph(*sentences: str) -> Markup:
    return Markup(language.paragraph(*(str(escape(text)) for text in sentences if text)))  # noqa: S704
