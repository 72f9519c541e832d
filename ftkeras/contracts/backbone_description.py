"""What a backbone is, takes, gives and costs."""

from dataclasses import dataclass


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
        weight_bytes: Memory of the weights.
        bytes_an_example: Memory that one more example of a batch takes, beside the weights, while
            all taps are computed; `None` where the system does not tell.
        peak_bytes: Most memory that the whole process had by the end of the measurement.
        flops: Floating-point operations for one example of the measured size: two for each
            multiplication in matrix products and convolutions; `None` where they cannot be counted.
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
    weight_bytes: int
    bytes_an_example: int | None
    peak_bytes: int
    flops: int | None
    examples_per_second: float
    measured: str
    licence: str | None
