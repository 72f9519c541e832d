"""What a phase of a recipe did, in memory and as JSON."""

from dataclasses import dataclass, field
from typing import Any, Self

from ftkeras import call_string
from ftkeras.contracts.phase import Phase
from ftkeras.contracts.phase import from_call as phase_of_call


@dataclass(frozen=True)
class PhaseResult:
    """What one phase did.

    Args:
        phase: Its settings, with the learning rate that was used.
        trainable_parameters: Weights that could move.
        best_epoch: The epoch whose weights were kept, counted from 1; one more than there were if
            the average was; 0 when the phase brought nothing and the weights from before it were
            kept.
        seconds: Wall time, of all the processes that took part.
        history: Log name -> one value an epoch, and at last those of the average, if there is one.
        averaged: Epochs whose weights were averaged.
        learning_rates: What the range test of the learning rate found, as JSON values.
        look: What a stopping rule saw after the phase, as JSON values.

    Example:
        >>> from ftkeras.call_string import Call
        >>> result = PhaseResult(Phase(Call("linear_probe"), epochs=3), 385, 2, 1.5)
        >>> PhaseResult.from_json(result.as_json()) == result
        True
    """

    phase: Phase
    trainable_parameters: int
    best_epoch: int
    seconds: float
    history: dict[str, list[float]] = field(default_factory=dict)
    averaged: int = 0
    learning_rates: dict[str, Any] | None = None
    look: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Returns everything as JSON values."""
        return {**vars(self), "phase": str(self.phase)}

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Self:
        """Returns what `as_json` was called on."""
        made = phase_of_call(call_string.parse(saved["phase"]))
        return cls(**{**saved, "phase": made})
