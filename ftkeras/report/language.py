"""In which language a person reads: whole sentences, looked up in a catalogue of translations.

Sentences in this room are templates with named placeholders, `gettext("{share} of {whole}", ...)`,
usually imported as `_`; templates of pages call `_` and `ngettext` likewise. The catalogue is
`locale/zh_CN/LC_MESSAGES/ftkeras.po`; `make catalogue` collects the sentences and compiles it.
Sentences that come from elsewhere are `ftkeras.message.Message`s; `said` translates them.
"""

import gettext as catalogues
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, reduce
from pathlib import Path
from string import Formatter
from typing import Any

from ftkeras.config import LANGUAGES
from ftkeras.message import Message
from ftkeras.records.run_record import RunRecord

CATALOGUES = Path(__file__).parent / "locale"
_LOCALES = {"zh": "zh_CN"}
_EDGE = "\0"
_asked: ContextVar[str | None] = ContextVar("language", default=None)


@contextmanager
def using(name: str | None) -> Iterator[None]:
    """Speaks a language while the block runs; `None` changes nothing.

    Args:
        name: One of `ftkeras.config.LANGUAGES`.

    Example:
        >>> with using("zh"):
        ...     print(listed(["a", "b", "c"]))
        a、b 和 c
    """
    if name is not None and name not in LANGUAGES:
        raise ValueError(f"Expected one of {', '.join(LANGUAGES)}. Received: name={name!r}.")
    token = _asked.set(name or _asked.get())
    try:
        yield
    finally:
        _asked.reset(token)


@contextmanager
def of(record: RunRecord) -> Iterator[None]:
    """Speaks the language of a run while the block runs, unless another one was asked for.

    Args:
        record: The run's record; `config["language"]` is its language.
    """
    with using(_asked.get() or record.config.get("language")):
        yield


def current() -> str:
    """Returns the language that is spoken, one of `ftkeras.config.LANGUAGES`.

    Example:
        >>> current()
        'en'
    """
    return _asked.get() or "en"


def tag() -> str:
    """Returns the language as HTML names it.

    Example:
        >>> with using("zh"):
        ...     tag()
        'zh-CN'
    """
    return _LOCALES.get(current(), current()).replace("_", "-")


def gettext(template: str, /, **values: Any) -> str:
    """Returns a sentence in the language that is spoken.

    Args:
        template: The English sentence with named placeholders, written out where it is used.
        **values: What stands in the placeholders.

    Example:
        >>> gettext("{low} to {high}", low="1", high="2")
        '1 to 2'
    """
    found = _catalogue(current()).gettext(template) if template else ""
    return filled(found, values)


def filled(template: str, values: dict[str, Any]) -> str:
    """Returns a translated template with its values, and with the spaces its language wants.

    Chinese has a space between its characters and Latin letters or digits, and none between its
    own characters: what stands in a placeholder decides. Values themselves stay as they are.

    Example:
        >>> with using("zh"):
        ...     filled("优于{other}，高 {gain} 的可能", {"other": "TF-IDF", "gain": "1 个百分点"})
        '优于 TF-IDF，高 1 个百分点的可能'
    """
    if not values:
        return template
    if current() == "en":
        return template.format(**values)
    return reduce(_side_by_side, _Marked().format(template, **values).split(_EDGE), "")


def ngettext(one: str, many: str, /, count: int, **values: Any) -> str:
    """Returns a sentence about a number of things; `count` can stand in the template, too.

    Example:
        >>> ngettext("{count} pair", "{count} pairs", count=1)
        '1 pair'
    """
    return filled(chosen(one, many, count), {"count": count, **values})


def chosen(one: str, many: str, count: int) -> str:
    """Returns the template for a number of things, its placeholders not yet filled.

    Example:
        >>> chosen("{count} pair", "{count} pairs", 2)
        '{count} pairs'
    """
    return _catalogue(current()).ngettext(one, many, count)


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's tools know
    """Marks a text for translation where it is only kept; `gettext` of it translates."""
    return text


def said(text: str) -> str:
    """Returns a sentence of a record in the language that is spoken.

    Args:
        text: A `Message`, or a fixed text; what the catalogue does not know comes back as it is.

    Example:
        >>> from ftkeras.message import joined
        >>> with using("zh"):
        ...     said(joined(["a", "b"]))
        'a、b'
    """
    if not isinstance(text, Message):
        return gettext(text)
    if not text.template:
        items, separator = map(_value, text.values["items"]), text.values["separator"]
        return paragraph(*items) if separator == " " else gettext(separator).join(items)
    if text.plural:
        found = chosen(text.template, text.plural, text.values["count"])
    else:
        found = gettext(text.template)
    values = {name: _value(value) for name, value in text.values.items()}
    return filled(found, values)


def paragraph(*sentences: str | None) -> str:
    """Returns whole sentences one after the other; empty ones are left out.

    Example:
        >>> paragraph("It works.", "", "It is fast.")
        'It works. It is fast.'
    """
    return (" " if current() == "en" else "").join(filter(None, sentences))


def listed(items: Sequence[str]) -> str:
    """Returns things as a sentence lists them.

    Example:
        >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
        ('a', 'a and b', 'a, b and c')
    """
    if len(items) < 2:
        return "".join(items)
    return gettext("{items} and {last}", items=gettext(", ").join(items[:-1]), last=items[-1])


class _Marked(Formatter):
    """Formats with a sign at both edges of every value."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return f"{_EDGE}{super().format_field(value, format_spec)}{_EDGE}"


def _side_by_side(before: str, after: str) -> str:
    left, right = before.rstrip(" "), after.lstrip(" ")
    if not left or not right:
        return before + after
    last, first = left[-1], right[0]
    if _is_wide(last) and _is_wide(first):
        return left + right
    letters = last.isalnum() and first.isalnum()
    return f"{left} {right}" if letters and _is_wide(last) != _is_wide(first) else before + after


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _value(value: Any) -> Any:
    return said(value) if isinstance(value, Message) else value


@cache
def _catalogue(name: str) -> catalogues.NullTranslations:
    if name == "en":
        return catalogues.NullTranslations()
    return catalogues.translation("ftkeras", CATALOGUES, [_LOCALES[name]])
