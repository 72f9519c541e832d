"""What a phase has to know of the run it is part of."""

import dataclasses
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import keras
from numpy.typing import NDArray

from ftkeras.contracts.backbone import Block
from ftkeras.training.checkpoint import Arrays, Checkpoint, State


@dataclass(frozen=True)
class Memory:
    """How a phase survives being killed.

    Args:
        checkpoint: Where its state is saved.
        beside: Returns what its owner saves along: JSON values and arrays.
        start: The state to go on from; `None` starts at the beginning.
    """

    checkpoint: Checkpoint
    beside: Callable[[], tuple[dict[str, Any], Arrays]]
    start: State | None = None


@dataclass(frozen=True)
class Surroundings:
    """What a phase has to know of the run it is part of.

    Args:
        callbacks: Further Keras callbacks.
        blocks: The backbone's blocks from input to output, for layer decay.
        pretrained: Variables and what they held before any training, for L2-SP.
        memory: Where the state is saved, and the one to go on from.
        jit_compile: Whether steps are compiled by XLA; `"auto"` leaves it to Keras.
    """

    callbacks: Sequence[keras.callbacks.Callback] = ()
    blocks: tuple[Block, ...] = ()
    pretrained: tuple[tuple[keras.Variable, NDArray[Any]], ...] = ()
    memory: Memory | None = None
    jit_compile: bool | str = "auto"

    @property
    def start(self) -> State | None:
        """The state to go on from, if any."""
        return self.memory.start if self.memory else None

    def moving(self, model: keras.Model) -> list[tuple[keras.Variable, NDArray[Any]]]:
        """Returns the variables of a model that train, and what they held before any training."""
        moving = {id(variable) for variable in model.trainable_variables}
        return [(variable, held) for variable, held in self.pretrained if id(variable) in moving]

    def remembering(self, started: float, found: dict[str, Any] | None) -> Self:
        """Has a phase's time and its range test saved along with what its owner saves.

        Args:
            started: When the phase began, by `time.perf_counter`.
            found: What the range test of the learning rate found.
        """
        memory = self.memory
        if memory is None:
            return self
        owner = memory.beside

        def beside() -> tuple[dict[str, Any], Arrays]:
            about, arrays = owner()
            seconds = time.perf_counter() - started
            return {**about, "phase_seconds": seconds, "learning_rates": found}, arrays

        return dataclasses.replace(self, memory=dataclasses.replace(memory, beside=beside))
