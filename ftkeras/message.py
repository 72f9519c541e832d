"""Sentences that remember how they were made, so that a report can say them in any language.

A check or a statistic words what it found in English. The sentence is an ordinary `str` for
everyone who asks no more of it; it also keeps its template and the values in it. `RunRecord` writes
these beside the sentences, and `ftkeras.report.language` looks the template up in its catalogue.
"""

from collections.abc import Iterable
from typing import Any


class Message(str):
    """A finished English sentence (or a part of one) with its template and values.

    Args:
        template: The sentence with named placeholders, as for `str.format`.
        values: What stands in the placeholders: text, numbers, messages. Numbers are given as they
            are and formatted by the template, so that a translation can do so, too.
        plural: The template where `values["count"]` is not 1; empty where there is one template.

    Example:
        >>> found = Message("{count} row of {of}", {"count": 3, "of": 9}, "{count} rows of {of}")
        >>> found, found.template
        ('3 rows of 9', '{count} row of {of}')
    """

    template: str
    values: dict[str, Any]
    plural: str

    def __new__(cls, template: str, values: dict[str, Any], plural: str = "") -> "Message":
        """Words the sentence in English."""
        if template:
            chosen = plural if plural and values["count"] != 1 else template
            text = chosen.format(**values) if values else chosen
        else:
            text = values["separator"].join(values["items"])
        self = super().__new__(cls, text)
        self.template, self.values, self.plural = template, values, plural
        return self

    def __getnewargs__(self) -> tuple[str, dict[str, Any], str]:  # type: ignore[override]
        """Returns what copies and pickles are made from."""
        return self.template, self.values, self.plural


def message(template: str, /, **values: Any) -> Message:
    """Returns a sentence that can be translated.

    Example:
        >>> message("{count:,} examples, {share:.1%} of all", count=1200, share=0.25)
        '1,200 examples, 25.0% of all'
    """
    return Message(template, {name: _plain(value) for name, value in values.items()})


def counted(one: str, many: str, /, count: int, **values: Any) -> Message:
    """Returns a sentence about a number of things: `one` for a single one, else `many`.

    Example:
        >>> counted("{count:,} example", "{count:,} examples", count=1)
        '1 example'
    """
    given = {name: _plain(value) for name, value in values.items()}
    return Message(one, {"count": _plain(count), **given}, many)


def term(word: str) -> Message:
    """Returns a word of ftkeras, such as the name of a part, that is translated where it is known.

    Example:
        >>> message("{count} of {part}", count=3, part=term("train"))
        '3 of train'
    """
    return Message(word, {})


def joined(items: Iterable[str], separator: str = ", ") -> Message:
    """Returns several texts in a row, messages among them; the separator is translated as well.

    Example:
        >>> joined(["a", counted("{count} other", "{count} others", count=2)], "; ")
        'a; 2 others'
    """
    return Message("", {"items": list(items), "separator": separator})


def collect(content: Any) -> dict[str, Any]:
    """Returns every message in nested lists and dictionaries: sentence -> how it was made.

    Example:
        >>> collect({"found": [message("{count} rows", count=2), "plain"]})
        {'2 rows': {'template': '{count} rows', 'values': {'count': 2}}}
    """
    if isinstance(content, Message):
        return {str(content): _recipe(content)}
    found: dict[str, Any] = {}
    if isinstance(content, dict):
        content = content.values()
    elif not isinstance(content, list | tuple):
        return found
    for item in content:
        found |= collect(item)
    return found


def revive(content: Any, recipes: dict[str, Any]) -> Any:
    """Returns nested lists and dictionaries with the messages that `collect` had found.

    Example:
        >>> content = {"found": ["2 rows"]}
        >>> revive(content, collect([message("{count} rows", count=2)]))["found"][0].template
        '{count} rows'
    """
    if isinstance(content, dict):
        return {key: revive(value, recipes) for key, value in content.items()}
    if isinstance(content, list):
        return [revive(item, recipes) for item in content]
    return _made(recipes[content]) if isinstance(content, str) and content in recipes else content


def _plain(value: Any) -> Any:
    """NumPy's numbers and texts as Python's, which JSON can hold."""
    return value.item() if hasattr(value, "item") else value


def _recipe(found: Message) -> dict[str, Any]:
    recipe = {"template": found.template, "values": _packed(found.values)}
    return {**recipe, "plural": found.plural} if found.plural else recipe


def _packed(value: Any) -> Any:
    if isinstance(value, Message):
        return {"message": _recipe(value)}
    if isinstance(value, dict):
        return {name: _packed(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_packed(item) for item in value]
    return value


def _made(recipe: dict[str, Any]) -> Message:
    return Message(recipe["template"], _unpacked(recipe["values"]), recipe.get("plural", ""))


def _unpacked(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"message"} and isinstance(value["message"], dict):
            return _made(value["message"])
        return {name: _unpacked(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_unpacked(item) for item in value]
    return value
