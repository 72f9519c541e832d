"""How translations are cut into words before n-grams of them are compared."""

import re
from collections.abc import Callable

_ENTITIES = (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"))
_RULES = (
    # ASCII punctuation and symbols stand alone, apart from ' , - .
    (re.compile(r"([{-~\[-` -&(-+:-@/])"), r" \1 "),
    # A point or comma stays with digits on both of its sides only.
    (re.compile(r"([^0-9])([.,])"), r"\1 \2 "),
    (re.compile(r"([.,])([^0-9])"), r" \1 \2"),
    # A dash after a digit: "10-year".
    (re.compile(r"([0-9])(-)"), r"\1 \2 "),
)


def international_13a(text: str) -> list[str]:
    """Cuts as NIST's mteval-v13a does, which WMT and sacrebleu take as their standard.

    Example:
        >>> international_13a("It's 3.5 km, isn't it?")
        ["It's", '3.5', 'km', ',', "isn't", 'it', '?']
    """
    text = text.rstrip().replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    if "&" in text:
        for entity, character in _ENTITIES:
            text = text.replace(entity, character)
    text = f" {text} "
    for rule, replacement in _RULES:
        text = rule.sub(replacement, text)
    return text.split()


def characters(text: str) -> list[str]:
    """Cuts into characters that are not blank, for languages that write no spaces."""
    return [character for character in text if not character.isspace()]


TOKENIZERS: dict[str, Callable[[str], list[str]]] = {
    "13a": international_13a,
    "char": characters,
    "none": str.split,
}
