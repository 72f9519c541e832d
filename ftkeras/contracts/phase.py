"""One stretch of training: what is frozen, for how long, how fast."""

from dataclasses import dataclass, fields

from ftkeras.call_string import Call
from ftkeras.errors import UserError


@dataclass(frozen=True)
class Phase:
    """A recipe is a list of these; each is compiled and fitted in turn on the same graph.

    Args:
        freezing: The freezing rule, a file in `freezing/`, with its own arguments.
        epochs: Passes over the training part, at most.
        learning_rate: Peak learning rate.
        batch_size: Examples a step.
        optimizer: Name of a Keras optimizer class, in any case.
        weight_decay: Decoupled weight decay; needs an optimizer that has it.
        patience: Epochs without a better validation score before stopping; `None` never stops
            early. The weights of the best epoch are kept either way.
    """

    freezing: Call
    epochs: int = 20
    learning_rate: float = 1e-3
    batch_size: int = 32
    optimizer: str = "adamw"
    weight_decay: float = 0.01
    patience: int | None = None

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size"):
            _expect(name, getattr(self, name), "an integer >= 1", _is_count)
        if self.patience is not None:
            _expect("patience", self.patience, "an integer >= 1 or None", _is_count)
        _expect("learning_rate", self.learning_rate, "a number > 0", lambda v: _number(v) and v > 0)
        _expect("weight_decay", self.weight_decay, "a number >= 0", lambda v: _number(v) and v >= 0)

    def __str__(self) -> str:
        settings = {name: getattr(self, name) for name in SETTINGS}
        return str(Call(self.freezing.name, {**self.freezing.arguments, **settings}))


SETTINGS = tuple(field.name for field in fields(Phase) if field.name != "freezing")


def from_call(call: Call) -> Phase:
    """Splits a call string into the freezing rule's own arguments and the phase's settings.

    Example:
        >>> from ftkeras import call_string
        >>> phase = from_call(call_string.parse("top_blocks(count=2, epochs=3)"))
        >>> phase.freezing, phase.epochs
        (Call(name='top_blocks', arguments={'count': 2}), 3)
    """
    settings = {key: value for key, value in call.arguments.items() if key in SETTINGS}
    rule = {key: value for key, value in call.arguments.items() if key not in SETTINGS}
    return Phase(freezing=Call(call.name, rule), **settings)


def _expect(name: str, value: object, rule: str, holds: "object") -> None:
    if not callable(holds) or not holds(value):
        raise UserError(f"Expected `{name}` to be {rule}. Received: {name}={value!r}.")


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
