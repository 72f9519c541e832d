"""How the learning rate of a phase changes: the names that there are, and what each takes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ftkeras import call_string, catalog
from ftkeras.call_string import Call
from ftkeras.errors import UserError


@dataclass(frozen=True)
class _Setting:
    """An argument of a schedule: its value if none is given, what it may be, and that in words."""

    default: Any
    rule: str
    holds: Callable[[Any], bool]


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers(values: Any) -> bool:
    return isinstance(values, list | tuple) and len(values) > 0 and all(map(_number, values))


def _rising_shares(values: Any) -> bool:
    inside = _numbers(values) and all(0 < share < 1 for share in values)
    return inside and list(values) == sorted(set(values))


_END = _Setting(0.0, "in [0, 1)", lambda v: _number(v) and 0 <= v < 1)
_POSITIVE = "a number > 0"
_KNOWN: dict[str, dict[str, _Setting]] = {
    "constant": {},
    "linear": {},
    "cosine": {"end": _END},
    "polynomial": {
        "power": _Setting(2.0, _POSITIVE, lambda v: _number(v) and v > 0),
        "end": _END,
    },
    "exponential": {
        "decay_rate": _Setting(0.1, "in (0, 1)", lambda v: _number(v) and 0 < v < 1),
    },
    "inverse_time": {
        "decay_rate": _Setting(9.0, _POSITIVE, lambda v: _number(v) and v > 0),
    },
    "cosine_restarts": {
        "first": _Setting(0.25, "in (0, 1]", lambda v: _number(v) and 0 < v <= 1),
        "t_mul": _Setting(1.0, "a number >= 1", lambda v: _number(v) and v >= 1),
        "m_mul": _Setting(1.0, "in (0, 1]", lambda v: _number(v) and 0 < v <= 1),
        "end": _END,
    },
    "piecewise": {
        "boundaries": _Setting(
            (0.5, 0.75), "rising shares of the steps, each in (0, 1)", _rising_shares
        ),
        "factors": _Setting(
            (1.0, 0.1, 0.01),
            "numbers >= 0",
            lambda v: _numbers(v) and all(factor >= 0 for factor in v),
        ),
    },
}
SCHEDULES = tuple(_KNOWN)
"""Names of the schedules; what each computes is in `training/schedules.py`."""


def read(text: str) -> Call:
    """Returns a schedule with all of its arguments.

    Args:
        text: A name, or a call string such as `cosine(end=0.1)`.

    Raises:
        UserError: An unknown name or argument, or a value that cannot be.

    Example:
        >>> print(read("polynomial(power=3)"))
        polynomial(power=3, end=0.0)
    """
    call = call_string.parse(str(text))
    if call.name not in _KNOWN:
        raise UserError(
            f"Expected `schedule` to be one of {', '.join(SCHEDULES)}. Received: "
            f"schedule={text!r}.{catalog.nearest(call.name, list(SCHEDULES))}"
        )
    known = _KNOWN[call.name]
    for name, value in call.arguments.items():
        if name not in known:
            raise UserError(
                f"Expected an argument of the schedule {call.name}: "
                f"{', '.join(known) or 'it takes none'}. Received: schedule={text!r}."
                f"{catalog.nearest(name, list(known))}"
            )
        if not known[name].holds(value):
            raise UserError(
                f"Expected `{name}` of the schedule {call.name} to be {known[name].rule}. "
                f"Received: schedule={text!r}."
            )
    given = {name: call.arguments.get(name, setting.default) for name, setting in known.items()}
    if call.name == "piecewise" and len(given["factors"]) != len(given["boundaries"]) + 1:
        raise UserError(
            "Expected one factor more than boundaries, for each stretch between them one. "
            f"Received: schedule={text!r}."
        )
    return Call(call.name, given)
