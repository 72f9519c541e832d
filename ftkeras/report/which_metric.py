"""Which number to look at, and which misleads here: from the shares of the classes alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from ftkeras.errors import UserError
from ftkeras.report import wording

_EVEN = 0.35
_RARE = 0.1
_EVEN_CLASSES = 1.5
_FEW = 10


@dataclass(frozen=True)
class Advice:
    """What to look at.

    Args:
        look_at: Name of a score in `scores/`.
        misleads: Names of scores that look better than they are here, the worst first.
        sentence: Both, with the reason, for a person.
    """

    look_at: str
    misleads: tuple[str, ...]
    sentence: str


def which_metric(counts: Sequence[int], class_names: Sequence[str]) -> Advice:
    """Returns which score to look at, given how often each class occurs in the test part.

    Even classes: accuracy. A binary task with classes between 10% and 35%: balanced accuracy,
    because always answering the larger class gets high accuracy (and high F1 if that class is the
    positive one). A positive class below 10%: average precision, because the area under the ROC
    curve weighs false alarms against the many negatives and stays high when most alarms are false.
    More than two uneven classes: F1 averaged over classes, because every average over examples
    follows the large ones.

    Args:
        counts: Test examples of each class, in the order of the indices.
        class_names: The classes.

    Raises:
        UserError: There are fewer than two classes, or no examples.

    Example:
        >>> advice = which_metric([990, 10], ["genuine", "fraud"])
        >>> advice.look_at, advice.misleads[0]
        ('average_precision', 'accuracy')
        >>> print(which_metric([52, 48], ["negative", "positive"]).sentence)
        Look at accuracy: the classes are about even (48% and 52%), so it means what it says.

    References:
        Saito and Rehmsmeier, 2015, PLOS ONE 10; Davis and Goadrich, 2006, ICML.
    """
    if len(counts) != len(class_names) or len(counts) < 2 or sum(counts) < 1 or min(counts) < 0:
        raise UserError(
            "Expected examples of at least two classes. Received: "
            f"counts={list(counts)}, class_names={list(class_names)[:5]}."
        )
    find = _binary if len(counts) == 2 else _multiclass
    advice = find(counts, class_names)
    smallest = min(range(len(counts)), key=lambda k: counts[k])
    if counts[smallest] >= _FEW:
        return advice
    few = f"{counts[smallest] or 'no'} example{'s' if counts[smallest] != 1 else ''}"
    warning = (
        f" With {few} of “{_name(class_names[smallest])}” in the test part, no number says much "
        "about that class."
    )
    return Advice(advice.look_at, advice.misleads, advice.sentence + warning)


def _binary(counts: Sequence[int], class_names: Sequence[str]) -> Advice:
    share = counts[1] / sum(counts)
    rare, large = min(share, 1 - share), max(share, 1 - share)
    negative, positive = (_name(name) for name in class_names)
    if rare >= _EVEN:
        return Advice(
            "accuracy",
            (),
            f"Look at accuracy: the classes are about even ({_percent(rare)} and "
            f"{_percent(large)}), so it means what it says.",
        )
    if share < _RARE:
        times = round((1 - share) / max(share, 1e-9)) if counts[1] else counts[0]
        return Advice(
            "average_precision",
            ("accuracy", "area_under_roc_curve"),
            f"Look at average precision: “{positive}” is one in {times + 1:,}, so never answering "
            f"it reaches accuracy {_percent(1 - share)}, and the area under the ROC curve stays "
            "high even when most alarms are false.",
        )
    always = f"always answering “{positive if share > 0.5 else negative}”"
    if share > 1 - _EVEN:
        f1 = 2 * share / (1 + share)
        return Advice(
            "balanced_accuracy",
            ("accuracy", "f1_score", "average_precision"),
            f"Look at balanced accuracy: {always} reaches accuracy {_percent(large)}, F1 "
            f"{_percent(f1)} and average precision {_percent(share)} without having learnt "
            f"anything; it gets 50% here, because it finds no “{negative}”.",
        )
    return Advice(
        "balanced_accuracy",
        ("accuracy",),
        f"Look at balanced accuracy: {always} reaches accuracy {_percent(large)} without having "
        f"learnt anything; it gets 50% here, because it finds no “{positive}”.",
    )


def _multiclass(counts: Sequence[int], class_names: Sequence[str]) -> Advice:
    total, most = sum(counts), max(counts)
    name = _name(class_names[list(counts).index(most)])
    if min(counts) > 0 and most / min(counts) <= _EVEN_CLASSES:
        return Advice(
            "accuracy",
            (),
            f"Look at accuracy: the {len(counts)} classes are about even (the largest has "
            f"{_percent(most / total)}), so it means what it says.",
        )
    smallest = min(counts)
    return Advice(
        "f1_score(average='macro')",
        ("accuracy", "f1_score(average='weighted')"),
        f"Look at F1 averaged over classes: “{name}” alone is {_percent(most / total)} of the "
        f"examples and the smallest class {_percent(smallest / total)}; accuracy and weighted F1 "
        "follow the large classes and hardly move when a small one is lost.",
    )


def _name(name: str) -> str:
    return wording.shortened(name, 40)


def _percent(share: float) -> str:
    """Returns a percentage that is not rounded to none or all unless it is."""
    texts = [f"{100 * share:.{decimals}f}" for decimals in range(6)]
    honest = [text for text in texts if share in (0, 1) or float(text) not in (0, 100)]
    return f"{(honest or texts[-1:])[0]}%"
