"""What a model takes of memory."""

from dataclasses import dataclass
from typing import Any, Self

BATCH = 32
"""The batch that models are compared at."""


@dataclass(frozen=True)
class PassMemory:
    """What passes of one kind add to the memory that the loaded model takes.

    Args:
        batch: Examples that pass together.
        added_bytes: The most that was held during a pass, less what was held before the first;
            `None` where it was not measured.
        from_batch: The largest batch that was measured. Where it is smaller than `batch`, which
            would have taken too long, `added_bytes` lies on the line through it and a batch of 1.
        missing: Why there is no figure; empty where there is one.
    """

    batch: int
    added_bytes: int | None = None
    from_batch: int = 0
    missing: str = ""


@dataclass(frozen=True)
class MemoryUse:
    """What a model takes of memory, measured on the device that Keras computes on.

    On the CPU it is that of a process of its own, its program pages left out, so what TensorFlow
    keeps of a pass for the next one counts; on accelerators it is what the backend's own statistics
    say.

    Args:
        weight_bytes: Of the weights, as they are stored.
        trained_bytes: Of those that can train.
        device: `cpu`, `gpu` or `tpu`.
        framework_bytes: What the process held before the model was loaded; `None` where nothing was
            measured, and on accelerators.
        one: A pass forward of one example.
        many: A pass forward of a batch.
        training: Training steps of everything that can train, with Adam.
        at_least: Whether the system tells the largest memory of the whole process only, so that
            each figure may be too small by what loading took for a moment.

    Example:
        >>> passed = PassMemory(1, 100)
        >>> use = MemoryUse(400, 400, "cpu", None, passed, passed, PassMemory(32, 2000))
        >>> use.kept_bytes, use.answering_bytes
        (1200, 500)
    """

    weight_bytes: int
    trained_bytes: int
    device: str
    framework_bytes: int | None
    one: PassMemory
    many: PassMemory
    training: PassMemory
    at_least: bool = False

    @classmethod
    def read(cls, found: dict[str, Any]) -> Self:
        """Returns what `dataclasses.asdict` had made a dictionary of."""
        stages = {name: PassMemory(**found[name]) for name in ("one", "many", "training")}
        return cls(**{**found, **stages})

    @property
    def kept_bytes(self) -> int:
        """What a training step holds whatever the batch: gradients, and the two means of Adam."""
        return 3 * self.trained_bytes

    @property
    def answering_bytes(self) -> int | None:
        """Weights, and what a batch adds while it is answered; `None` where not measured."""
        added = self.many.added_bytes
        return None if added is None else self.weight_bytes + added
