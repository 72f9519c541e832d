"""Names and numbers as a person reads them: `f1_score(average='macro')` is "F1 score (macro)"."""

import math
from datetime import datetime
from typing import Any

from ftkeras import call_string
from ftkeras.errors import UserError
from ftkeras.message import Message
from ftkeras.report.language import N_, current, said
from ftkeras.report.language import gettext as _

_SPELLING = {
    "auc": "AUC",
    "bleu": "BLEU",
    "bm25": "BM25",
    "coco": "COCO",
    "f1": "F1",
    "knn": "kNN",
    "pr": "PR",
    "roc": "ROC",
    "rouge": "ROUGE",
    "tfidf": "TF-IDF",
}
_MINUS = "\N{MINUS SIGN}"
_NONE = "\N{EN DASH}"
_NAMES = {
    "majority": N_("Majority class"),
    "features_logistic_regression": N_("Linear probe"),
    "features_ridge": N_("Linear probe"),
    "features_nearest_neighbours": N_("Nearest neighbours"),
}
# What ftkeras derives or fills in; all other columns and values are the user's words.
_OWN = (
    N_("text length"),
    N_("brightness"),
    N_("true label"),
    N_("true number"),
    N_("number of labels"),
    N_("documents of a query"),
    N_("rarest third"),
    N_("middle third"),
    N_("most frequent third"),
    N_("(missing)"),
)
_JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"  # parts of emoji and of Persian words
_SHARES = frozenset(
    {"accuracy", "balanced_accuracy", "precision", "recall", "specificity", "exact_match"}
)


def plain_name(name: str) -> str:
    """Returns the readable form of a score's, baseline's or log's name.

    Example:
        >>> plain_name("area_under_roc_curve")
        'Area under ROC curve'
        >>> plain_name("f1_score(average='macro')")
        'F1 score (macro)'
        >>> plain_name("tfidf_logistic_regression")
        'TF-IDF logistic regression'
    """
    try:
        call = call_string.parse(name)
    except UserError:
        return _(name)
    if call.name in _NAMES:
        return _(_NAMES[call.name])
    words = " ".join(_SPELLING.get(word, word) for word in call.name.split("_") if word)
    words = _(words[:1].upper() + words[1:])
    if not call.arguments:
        return words
    details = _(", ").join(_argument(*item) for item in call.arguments.items())
    return _("{name} ({details})", name=words, details=details)


def in_sentence(name: str) -> str:
    """Returns `plain_name` as it stands inside a sentence: lower case unless it is an acronym.

    Example:
        >>> in_sentence("majority_class"), in_sentence("tfidf_logistic_regression")
        ('majority class', 'TF-IDF logistic regression')
    """
    words = plain_name(name)
    if current() != "en":
        return words
    return words if words[1:2].isupper() or words[1:2].isdigit() else words[:1].lower() + words[1:]


def moment(iso: str) -> str:
    """Returns an ISO 8601 time without seconds; any other text comes back unchanged.

    Example:
        >>> moment("2031-04-05T06:07:08+00:00")
        '2031-04-05 06:07 UTC'
    """
    try:
        time = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{time:%Y-%m-%d %H:%M} {time.tzname() or ''}".strip()


def isolated(text: str) -> str:
    """Returns a name so that its writing direction does not turn what stands beside it.

    Example:
        >>> isolated("positive"), len(isolated("\N{HEBREW LETTER ALEF}"))
        ('positive', 3)
    """
    if text.isascii():
        return text
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


def _argument(name: str, value: object) -> str:
    return _(value) if isinstance(value, str) else f"{_(name.replace('_', ' '))} {value}"


def slice_name(item: dict[str, Any]) -> str:
    """Returns what a slice is called: its column and what that says; weak ones have no column.

    Args:
        item: One of `differences` or `weak` of `analyses["slices"]` of a record.

    Example:
        >>> slice_name({"column": "source", "value": "phone"})
        'source: phone'
    """
    value = _word(item["value"])
    return (
        _("{column}: {value}", column=_word(item["column"]), value=value)
        if item["column"]
        else value
    )


def _word(text: str) -> str:
    return said(text) if isinstance(text, Message) or text in _OWN else text


def is_share(score: str) -> bool:
    """Says whether a score is a share of examples, which people read as a percentage.

    Example:
        >>> is_share("accuracy"), is_share("log_loss")
        (True, False)
    """
    return score.partition("(")[0] in _SHARES


def number(value: float | None, decimals: int = 3) -> str:
    """Returns a number with fixed decimals and a true minus sign; an undefined one is a dash.

    Example:
        >>> number(0.87654), number(-0.5, 2), number(None)
        ('0.877', '−0.50', '–')
    """
    if value is None or not math.isfinite(value):
        return _NONE
    return f"{value:.{decimals}f}".replace("-", _MINUS)


def amount(score: str, value: float | None) -> str:
    """Returns a score's value as a sentence says it: a percentage where it is a share.

    Example:
        >>> amount("accuracy", 0.9014), amount("log_loss", 0.2512)
        ('90.1%', '0.251')
    """
    if value is None or not is_share(score):
        return number(value)
    return f"{number(100 * value, 1)}%"


def change(score: str, value: float, signed: bool = True) -> str:
    """Returns a difference of scores as a sentence says it: percentage points for shares.

    Example:
        >>> change("accuracy", 0.0523), change("log_loss", -0.031), change("accuracy", 0.04, False)
        ('+5.2 points', '−0.031', '4.0 points')
    """
    sign = "+" if signed and value >= 0 else ""
    if is_share(score):
        return _("{number} points", number=f"{sign}{number(100 * value, 1)}")
    return f"{sign}{number(value)}"


def between(low: str, high: str) -> str:
    """Returns the ends of an interval as they stand in a sentence or below a number.

    Example:
        >>> between("0.2", "0.3")
        '0.2 to 0.3'
    """
    return _("{low} to {high}", low=low, high=high)


def change_between(score: str, low: float, high: float, unit: bool = True) -> str:
    """Returns the interval of a difference of scores.

    Args:
        score: The score.
        low: Lower end.
        high: Upper end.
        unit: Whether percentage points are named.

    Example:
        >>> change_between("accuracy", -0.01, 0.034), change_between("log_loss", 0.1, 0.2)
        ('−1.0 to +3.4 points', '+0.100 to +0.200')
    """
    factor, decimals = (100, 1) if is_share(score) else (1, 3)
    ends = [f"{'+' if end >= 0 else ''}{number(factor * end, decimals)}" for end in (low, high)]
    if is_share(score) and unit:
        return _("{low} to {high} points", low=ends[0], high=ends[1])
    return between(*ends)


def p_value(value: float) -> str:
    """Returns a p-value with two significant digits, never rounded to zero.

    Example:
        >>> p_value(0.0312), p_value(2e-7), p_value(0.5)
        ('p = 0.031', 'p < 0.0001', 'p = 0.50')
    """
    if value < 1e-4:
        return "p < 0.0001"
    exponent = int(f"{value:.1e}".partition("e")[2])
    decimals = max(2, 1 - exponent)
    return f"p = {value:.{decimals}f}"


def percent(share: float) -> str:
    """Returns a confidence level or share without needless decimals.

    Example:
        >>> percent(0.95), percent(0.995)
        ('95%', '99.5%')
    """
    return f"{100 * share:.4g}%"


def count(value: int) -> str:
    """Returns an integer with thousands separators.

    Example:
        >>> count(22713216)
        '22,713,216'
    """
    return f"{value:,}"


def duration(seconds: float) -> str:
    """Returns a wall time in the two largest units that matter.

    Example:
        >>> duration(0.042), duration(7.31), duration(125), duration(7400)
        ('42 ms', '7.3 s', '2 min 5 s', '2 h 3 min')
    """
    if seconds < 1:
        return _("{milliseconds:.0f} ms", milliseconds=1000 * seconds)
    if seconds < 60:
        return _("{seconds:.1f} s", seconds=seconds)
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return _("{minutes} min {seconds} s", minutes=minutes, seconds=rest)
    return _("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)


def shortened(text: str, length: int) -> str:
    r"""Returns one line of at most `length` characters, without control characters.

    Example:
        >>> shortened("a  long\nlabel", 6)
        'a lon…'
    """
    line = " ".join("".join(c if c.isprintable() or c in _JOINERS else " " for c in text).split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
