"""Which number to look at, and which misleads here: from the shares of the classes alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from ftkeras.errors import UserError
from ftkeras.message import Message, counted, joined, message
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
        sentence: Both, with the reason, for a person; it can be said in other languages.
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
    sentence = joined([advice.sentence, _rare(counts[smallest], _name(class_names[smallest]))], " ")
    return Advice(advice.look_at, advice.misleads, sentence)


def _rare(count: int, name: str) -> Message:
    if not count:
        return message(
            "With no examples of “{name}” in the test part, no number says much about that class.",
            name=name,
        )
    return counted(
        "With {count} example of “{name}” in the test part, no number says much about that class.",
        "With {count} examples of “{name}” in the test part, no number says much about that class.",
        count=count,
        name=name,
    )


def _binary(counts: Sequence[int], class_names: Sequence[str]) -> Advice:
    share = counts[1] / sum(counts)
    rare, large = min(share, 1 - share), max(share, 1 - share)
    negative, positive = (_name(name) for name in class_names)
    if rare >= _EVEN:
        return Advice(
            "accuracy",
            (),
            message(
                "Look at accuracy: the classes are about even ({rare} and {large}), so it means "
                "what it says.",
                rare=_percent(rare),
                large=_percent(large),
            ),
        )
    if share < _RARE:
        times = round((1 - share) / max(share, 1e-9)) if counts[1] else counts[0]
        return Advice(
            "average_precision",
            ("accuracy", "area_under_roc_curve"),
            message(
                "Look at average precision: “{positive}” is one in {times:,}, so never answering "
                "it reaches accuracy {accuracy}, and the area under the ROC curve stays high even "
                "when most alarms are false.",
                positive=positive,
                times=times + 1,
                accuracy=_percent(1 - share),
            ),
        )
    if share > 1 - _EVEN:
        f1 = 2 * share / (1 + share)
        return Advice(
            "balanced_accuracy",
            ("accuracy", "f1_score", "average_precision"),
            message(
                "Look at balanced accuracy: always answering “{most}” reaches accuracy {accuracy}, "
                "F1 {f1} and average precision {precision} without having learnt anything; here it "
                "gets 50%, because it finds no “{negative}”.",
                most=positive,
                accuracy=_percent(large),
                f1=_percent(f1),
                precision=_percent(share),
                negative=negative,
            ),
        )
    return Advice(
        "balanced_accuracy",
        ("accuracy",),
        message(
            "Look at balanced accuracy: always answering “{most}” reaches accuracy {accuracy} "
            "without having learnt anything; here it gets 50%, because it finds no “{positive}”.",
            most=positive if share > 0.5 else negative,
            accuracy=_percent(large),
            positive=positive,
        ),
    )


def _multiclass(counts: Sequence[int], class_names: Sequence[str]) -> Advice:
    total, most = sum(counts), max(counts)
    name = _name(class_names[list(counts).index(most)])
    if min(counts) > 0 and most / min(counts) <= _EVEN_CLASSES:
        return Advice(
            "accuracy",
            (),
            message(
                "Look at accuracy: the {classes} classes are about even (the largest has {share}), "
                "so it means what it says.",
                classes=len(counts),
                share=_percent(most / total),
            ),
        )
    smallest = min(counts)
    return Advice(
        "f1_score(average='macro')",
        ("accuracy", "f1_score(average='weighted')"),
        message(
            "Look at F1 averaged over classes: “{name}” alone is {share} of the examples and the "
            "smallest class {smallest}; accuracy and weighted F1 follow the large classes and "
            "hardly move when a small one is lost.",
            name=name,
            share=_percent(most / total),
            smallest=_percent(smallest / total),
        ),
    )


def _name(name: str) -> str:
    return wording.shortened(name, 40)


def _percent(share: float) -> str:
    """Returns a percentage that is not rounded to none or all unless it is."""
    texts = [f"{100 * share:.{decimals}f}" for decimals in range(6)]
    honest = [text for text in texts if share in (0, 1) or float(text) not in (0, 100)]
    return f"{(honest or texts[-1:])[0]}%"
