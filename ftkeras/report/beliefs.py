"""Thresholds, calibration and prediction sets in words: may its probabilities be believed?"""

from dataclasses import dataclass
from typing import Any

from ftkeras.report import wording

_METHODS = {"least_ambiguous": "smallest sets", "adaptive": "adaptive"}
_CHANCE = 0.05


@dataclass(frozen=True)
class Row:
    """A row of a table in words.

    Args:
        name: What the row is about.
        cells: The other cells; each a value and what stands small below it.
    """

    name: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Section:
    """What a section says.

    Args:
        sentences: Plain sentences, the most important first.
        head: Names of the columns of `rows`.
        rows: A table.
        fine: How it was found.
    """

    sentences: tuple[str, ...]
    head: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    fine: str = ""


def threshold(found: dict[str, Any]) -> Section:
    """Returns what is said of a chosen threshold, from `analyses["threshold"]` of a record."""
    at, figure = wording.number(found["threshold"]), found["figure"]
    choice, outcome = found["choice"], found["outcome"]
    sentences = [
        f"“{wording.shortened(found['positive'], 40)}” is answered when its probability is above "
        f"{at}. The rule {found['rule']} chose this on validation; it is locked into the saved "
        "model, and test had no say."
    ]
    if choice is not None:
        share = "" if not choice["unmet"] else (
            f" In {wording.percent(round(choice['unmet'], 3))} of the resamples no threshold "
            "fulfilled the rule."
        )  # fmt: skip
        sentences.append(
            f"Other samples of {choice['num_units']:,} examples would have chosen "
            f"{_between(choice, '')}.{share} On validation the threshold gives {figure} "
            f"{wording.number(choice['value'])}; {wording.number(abs(choice['optimism']))} of that "
            f"is due to the choosing, so expect {wording.number(choice['expected'])} "
            f"({_between(choice, 'expected_')})."
        )
    sentences.append(
        f"On test: {figure} {wording.number(outcome['value'])} ({_between(outcome, '')}), against "
        f"{wording.number(outcome['other'])} at 0.5; difference {_signed(outcome['difference'])} "
        f"({_between(outcome, 'difference_', signed=True)}). The two thresholds decide "
        f"{outcome['changed']:,} of {outcome['num_units']:,} examples differently."
    )
    rows = tuple(
        Row(wording.plain_name(one["at"]["score"]), (_measured(one["at"]), _measured(one["half"])))
        for one in found["scores"]
    )
    methods = [each["method"] for each in (choice, outcome) if each is not None]
    fine = f"Intervals of {figure}: {'; '.join(methods)}."
    return Section(tuple(sentences), ("Score on test", f"At {at}", "At 0.5"), rows, fine)


def calibration(found: dict[str, Any]) -> Section:
    """Returns what is said of probabilities, from `analyses["calibration"]` of a record."""
    before, after = found["before"], found["after"]
    sentences = [_gap(before)]
    if after is None and before["p_value"] < _CHANCE:
        sentences.append("--calibration=temperature corrects that on validation; see --help.")
    rows: tuple[Row, ...] = ()
    if after is not None:
        sentences.append(
            f"A calibration ({wording.plain_name(found['method'])}), fitted on "
            f"{found['num_units']:,} validation examples, is saved with the model. After it the "
            f"error is {wording.number(after['value'])}, and by chance alone it would be "
            f"{wording.number(after['by_chance'])} ({wording.p_value(after['p_value'])})."
        )
        rows = tuple(
            Row(
                wording.plain_name(one["before"]["score"]),
                (
                    _measured(one["before"]),
                    _measured(one["after"]),
                    (
                        _signed(one["change"]["difference"]),
                        _between(one["change"], "", signed=True),
                    ),
                    (wording.p_value(one["change"]["p_value"]), ""),
                ),
            )
            for one in found["scores"]
        )
    fine = (
        "The expected calibration error is the mean distance between what is said and what is seen "
        f"in {before['num_bins']} bins. It is never 0, even for a perfect model, which is why it "
        f"is compared with {before['method']}."
    )
    return Section(
        tuple(sentences), ("Score on test", "Before", "After", "Change", "p-value"), rows, fine
    )


def sets(found: list[dict[str, Any]]) -> Section:
    """Returns what is said of prediction sets, from `analyses["conformal"]` of a record."""
    first = found[0]
    rows = tuple(
        Row(
            f"{wording.percent(one['promised'])}, {_METHODS.get(one['method'], one['method'])}",
            (
                _share(one["coverage"]),
                (wording.number(one["mean_size"], 2), _sizes(one["sizes"])),
                (_percent(one["single_accuracy"]), ""),
            ),
        )
        for one in _told_apart(found)
    )
    sentences = (
        "Instead of one class the model can name a set that holds the true class as often as is "
        f"promised. It was calibrated on {first['num_calibration']:,} validation examples and "
        f"checked on {first['coverage']['num_units']:,} of test.",
        "Validation also chose the epoch, so the promise is approximate; and the luck of drawing "
        f"these validation examples alone lets the true coverage of a promised "
        f"{wording.percent(first['promised'])} lie between {_percent(first['promised_low'])} and "
        f"{_percent(first['promised_high'])}.",
    )
    head = ("Promised", "Covered on test", "Classes a set", "Right when it is one class")
    fine = "Split conformal prediction. Intervals: Wilson."
    return Section(sentences, head, rows, fine)


def sets_by_class(found: list[dict[str, Any]], class_names: list[str]) -> list[Row]:
    """Returns how often the set of each class's examples holds it, the least covered first."""
    narrow = [one for one in found if one["promised"] == found[0]["promised"]]
    covered = [item["value"] for item in narrow[0]["classes"]]
    order = sorted(
        range(len(class_names)), key=lambda k: (covered[k] is None, covered[k] or 0.0, k)
    )
    return [
        Row(
            wording.shortened(class_names[k], 60),
            tuple(_share(one["classes"][k]) for one in narrow),
        )
        for k in order
    ]


def _gap(gap: dict[str, Any]) -> str:
    chance = (
        f"a perfectly calibrated model shows {wording.number(gap['by_chance'])} on "
        f"{gap['num_units']:,} examples by chance, and stays below "
        f"{wording.number(gap['by_chance_high'])} in {wording.percent(gap['level'])} of cases"
    )
    value = f"expected calibration error {wording.number(gap['value'])}"
    if gap["p_value"] >= _CHANCE:
        return (
            f"The model may be taken at its word as far as test can tell: {value}, and {chance} "
            f"({wording.p_value(gap['p_value'])})."
        )
    return (
        f"Its probabilities are off by more than chance: {value}, but {chance} "
        f"({wording.p_value(gap['p_value'])})."
    )


def _measured(item: dict[str, Any]) -> tuple[str, str]:
    if item["value"] is None:
        return wording.number(None), item["note"]
    return wording.number(item["value"]), _between(item, "")


def _between(item: dict[str, Any], prefix: str, signed: bool = False) -> str:
    low, high = item[f"{prefix}low"], item[f"{prefix}high"]
    if low is None or high is None:
        return ""
    show = _signed if signed else wording.number
    return f"{show(low)} to {show(high)}"


def _signed(value: float | None) -> str:
    sign = "+" if value is not None and value >= 0 else ""
    return f"{sign}{wording.number(value)}"


def _share(item: dict[str, Any]) -> tuple[str, str]:
    if item["value"] is None:
        return wording.number(None), "no examples"
    return _percent(item["value"]), f"{_percent(item['low'])} to {_percent(item['high'])}"


def _percent(share: float | None) -> str:
    return wording.number(None) if share is None else f"{wording.number(100 * share, 1)}%"


def _told_apart(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the sets without those that equal an earlier kind (as they may with two classes)."""
    seen: list[Any] = []
    kept = []
    for one in found:
        what = (one["promised"], one["mean_size"], one["sizes"], one["coverage"])
        if what not in seen:
            kept.append(one)
        seen.append(what)
    return kept


def _sizes(sizes: list[float]) -> str:
    empty = f"{_percent(sizes[0])} empty, " if sizes[0] else ""
    return f"{empty}{_percent(sizes[1] if len(sizes) > 1 else 0.0)} of one"
