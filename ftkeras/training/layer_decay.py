"""A learning rate for each variable: lower layers learn more slowly."""

import functools
from collections.abc import Iterable, Sequence
from typing import Any

import keras

from ftkeras.contracts.backbone import Block


def factors(blocks: Sequence[Block], decay: float) -> list[tuple[keras.Variable, float]]:
    """Returns each variable of a backbone with the factor on its learning rate.

    The n blocks from input to output have `decay^n, ..., decay^2, decay`; a variable of several
    blocks keeps the factor of the first.

    Args:
        blocks: Groups of layers from input to output.
        decay: Rate of a block over that of the block above it, in (0, 1].

    References:
        Clark et al., 2020, ICLR (ELECTRA), where the head has factor 1, too.
    """
    found: dict[int, tuple[keras.Variable, float]] = {}
    for depth, block in enumerate(reversed(blocks), start=1):
        for layer in block.layers:
            for variable in layer.variables:
                found[id(variable)] = (variable, decay**depth)
    return list(found.values())


def with_factors(
    optimizer: keras.optimizers.Optimizer, factors: Iterable[tuple[keras.Variable, float]]
) -> keras.optimizers.Optimizer:
    """Multiplies the learning rate of single variables, that of their weight decay included.

    The result is what a separate optimizer for each factor would do, exactly, for every optimizer
    whose step is a function of the learning rate it is given.

    Args:
        optimizer: Changed in place: its class becomes a subclass.
        factors: Variable and factor; all others keep the plain rate.
    """
    by_key = {optimizer._var_key(variable): factor for variable, factor in factors}
    kind: Any = type(optimizer)
    optimizer.__class__ = _with_rates(kind)
    # Past Keras' own setter, which would take the dictionary for a container of variables.
    object.__setattr__(optimizer, "factors", by_key)
    object.__setattr__(optimizer, "now", 1.0)
    return optimizer


class _VariableRates:
    """Put in front of an optimizer's class."""

    factors: dict[Any, float]
    now: float

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Makes the step of one variable at its own rate."""
        rate = learning_rate * self._factor(variable)
        super().update_step(gradient, variable, rate)  # type: ignore[misc]

    def _apply_weight_decay(self, variables: Any) -> None:
        groups: dict[float, list[Any]] = {}
        for variable in variables:
            groups.setdefault(self._factor(variable), []).append(variable)
        for factor, group in groups.items():
            object.__setattr__(self, "now", factor)
            super()._apply_weight_decay(group)  # type: ignore[misc]
        object.__setattr__(self, "now", 1.0)

    def _get_current_learning_rate(self) -> Any:
        return super()._get_current_learning_rate() * self.now  # type: ignore[misc]

    def _factor(self, variable: Any) -> float:
        return self.factors.get(self._var_key(variable), 1.0)  # type: ignore[attr-defined]


@functools.cache
def _with_rates(kind: Any) -> Any:
    """Returns the subclass of an optimizer's class that knows the rates of single variables."""
    return type(f"{kind.__name__}WithVariableRates", (_VariableRates, kind), {})
