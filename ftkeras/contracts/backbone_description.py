"""What a backbone is, takes, gives and costs."""

from dataclasses import dataclass

from ftkeras.contracts.memory_use import MemoryUse


@dataclass(frozen=True)
class BackboneDescription:
    """Everything that a person asks before choosing a backbone.

    Args:
        handle: Where it comes from.
        fingerprint: SHA-256 of its architecture and weights.
        modality: What it reads.
        inputs: Name -> shape and type.
        taps: Name -> shape, the default first.
        blocks: Name -> number of weights, from input to output.
        parameters: Number of weights.
        memory: What its weights take, and what passes and training steps add, by its default tap.
        flops: Floating-point operations for one example of the measured size: two for each
            multiplication in matrix products and convolutions; `None` where they cannot be counted.
        flops_missing: Why they were not counted; empty where they were.
        examples_per_second: Measured in inference mode, preprocessing left out.
        measured: What was measured, in words.
        licence: As its files state it; `None` where they do not.
    """

    handle: str
    fingerprint: str
    modality: str
    inputs: dict[str, str]
    taps: dict[str, str]
    blocks: dict[str, int]
    parameters: int
    memory: MemoryUse
    flops: int | None
    flops_missing: str
    examples_per_second: float
    measured: str
    licence: str | None
