"""What tuning may change: one setting, and the values it may take, as text."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ftkeras import call_string, catalog
from ftkeras.call_string import Call
from ftkeras.contracts import phase
from ftkeras.errors import UserError

# Flags that make another model. Others would make another question: scores on other data, another
# split or another seed cannot be compared, and choosing among seeds is choosing among accidents.
TUNABLE = ("backbone", "head", "tap", "sequence_length", "image_size")
KINDS = ("loguniform", "uniform", "integers", "choice")


@dataclass(frozen=True)
class Dimension:
    """One setting of a run, and how values for it are drawn.

    Args:
        path: A flag (`head`, `backbone`, ...), an argument of the head (`head.dropout`), an
            argument of all phases that take it (`phase.learning_rate`), of one phase
            (`phase.0.epochs`, counted from 0), or a whole phase (`phase.1`).
        kind: `loguniform` and `uniform` draw floats between two ends, `integers` whole numbers
            between two ends, both included, `choice` one of the values.
        values: The two ends; for `choice` the values.

    Example:
        >>> parse("learning_rate=loguniform(1e-5, 1e-3)")
        Dimension(path='phase.learning_rate', kind='loguniform', values=(1e-05, 0.001))
        >>> print(parse("head=choice('linear', 'mlp(units=64)')"))
        head=choice('linear', 'mlp(units=64)')
    """

    path: str
    kind: str
    values: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.path}={self.kind}({', '.join(repr(value) for value in self.values)})"


def parse(text: str) -> Dimension:
    """Reads `setting=distribution(values)`; nothing is evaluated.

    A bare setting of a phase (`learning_rate`) is that of all phases.

    Args:
        text: For example `phase.0.epochs=integers(5, 40)`.

    Raises:
        UserError: The text is not of this form, the setting cannot be tuned, or the distribution's
            values are not as they must be.

    Example:
        >>> parse("seed=integers(0, 9)")
        Traceback (most recent call last):
        ...
        ftkeras.errors.UserError: Expected a setting that makes another model: ...
    """
    name, equals, right = text.partition("=")
    path = _canonical(name.strip(), text)
    kind, values = _distribution(right.strip() if equals else "", text)
    _check_values(kind, values, text)
    return Dimension(path, kind, values)


def corners(dimensions: Sequence[Dimension]) -> list[dict[str, Any]]:
    """Returns few assignments that together use every end and every choice once.

    Example:
        >>> corners([parse("epochs=integers(1, 9)"), parse("tap=choice('a', 'b')")])
        [{'phase.epochs': 1, 'tap': 'a'}, {'phase.epochs': 9, 'tap': 'b'}]
    """
    longest = max((len(dimension.values) for dimension in dimensions), default=0)
    return [
        {d.path: d.values[min(number, len(d.values) - 1)] for d in dimensions}
        for number in range(longest)
    ]


def applied(settings: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Returns the settings of a run with some of them changed.

    Args:
        settings: Settings as text, as `RunConfig.settings` gives them.
        values: Path -> value. Whole heads and phases are put in place before their arguments.

    Raises:
        UserError: There is no such phase, or no phase takes such an argument.

    Example:
        >>> settings = {"head": "linear", "phase": ["linear_probe(epochs=3)"]}
        >>> applied(settings, {"phase.epochs": 5, "head.dropout": 0.2})
        {'head': 'linear(dropout=0.2)', 'phase': ['linear_probe(epochs=5)']}
    """
    changed = {**settings, "phase": list(settings["phase"])}
    for path, value in sorted(values.items(), key=lambda item: not _is_whole(item[0])):
        first, *rest = path.split(".")
        if first == "phase":
            _change_phases(changed["phase"], rest, value, path)
        elif rest:
            changed[first] = _changed_call(str(changed[first]), rest[0], value)
        else:
            changed[first] = value
    return changed


def _is_whole(path: str) -> bool:
    return "." not in path or path.removeprefix("phase.").isdigit()


def _change_phases(phases: list[str], rest: list[str], value: Any, path: str) -> None:
    if rest[0].isdigit():
        number = int(rest[0])
        if number >= len(phases):
            raise UserError(
                f"Expected one of {len(phases)} phases, counted from 0. Received: {path}. Correct "
                "the number, or add a --phase."
            )
        phases[number] = _changed_call(phases[number], rest[1], value) if rest[1:] else str(value)
        return
    taking = [number for number, text in enumerate(phases) if _takes(text, rest[0])]
    if not taking:
        known = sorted({*phase.SETTINGS, *(name for text in phases for name in _own(text))})
        raise UserError(
            f"Expected an argument that a phase takes: {', '.join(known)}. Received: {path}."
            f"{catalog.nearest(rest[0], known)}"
        )
    for number in taking:
        phases[number] = _changed_call(phases[number], rest[0], value)


def _takes(text: str, argument: str) -> bool:
    return argument in phase.SETTINGS or argument in _own(text)


def _own(text: str) -> list[str]:
    return list(catalog.parameters("freezing", call_string.parse(text).name))


def _changed_call(text: str, argument: str, value: Any) -> str:
    call = call_string.parse(text)
    return str(Call(call.name, {**call.arguments, argument: value}))


def _canonical(name: str, text: str) -> str:
    first, *rest = name.split(".")
    if name in phase.SETTINGS:
        return f"phase.{name}"
    whole_phase = first == "phase" and 1 <= len(rest) <= 2 and all(rest)
    if whole_phase and (len(rest) == 1 or rest[0].isdigit()):
        return name
    if (first == "head" and len(rest) == 1 and rest[0]) or name in TUNABLE:
        return name
    known = [*TUNABLE, "head.dropout", *phase.SETTINGS, *(f"phase.{k}" for k in phase.SETTINGS)]
    raise UserError(
        f"Expected a setting that makes another model: {', '.join(TUNABLE)}, head.ARGUMENT, "
        f"phase.ARGUMENT, phase.NUMBER or phase.NUMBER.ARGUMENT. Received: {text!r}."
        f"{catalog.nearest(name, known)}"
    )


def _distribution(right: str, text: str) -> tuple[str, tuple[Any, ...]]:
    try:
        tree = ast.parse(right, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name) or tree.keywords:
        raise UserError(
            "Expected setting=distribution(values), such as learning_rate=loguniform(1e-5, 1e-3). "
            f"Received: {text!r}. Distributions: {', '.join(KINDS)}."
        )
    if tree.func.id not in KINDS:
        raise UserError(
            f"Expected a distribution: {', '.join(KINDS)}. Received: {text!r}."
            f"{catalog.nearest(tree.func.id, list(KINDS))}"
        )
    try:
        return tree.func.id, tuple(ast.literal_eval(node) for node in tree.args)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise UserError(
            f"Expected literal values (numbers, quoted strings). Received: {text!r}. Quote strings."
        ) from None


def _check_values(kind: str, values: tuple[Any, ...], text: str) -> None:
    if kind == "choice":
        plain = all(value is None or isinstance(value, str | int | float) for value in values)
        if len(values) < 2 or not plain or len({repr(value) for value in values}) < len(values):
            raise UserError(
                "Expected choice() of two or more different numbers, strings, True, False or None. "
                f"Received: {text!r}. To fix a value, set its flag."
            )
        return
    types = int if kind == "integers" else int | float
    numbers = all(isinstance(value, types) and not isinstance(value, bool) for value in values)
    if not numbers or len(values) != 2 or not values[0] < values[1]:
        what = "whole numbers" if kind == "integers" else "numbers"
        raise UserError(f"Expected {kind}(low, high), two {what}, low < high. Received: {text!r}.")
    if kind == "loguniform" and values[0] <= 0:
        raise UserError(f"Expected loguniform(low, high) with low > 0. Received: {text!r}.")
