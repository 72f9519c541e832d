"""Learning rates that change from step to step."""

import math
from typing import Any

import keras
from keras import ops


class WarmUpThenDecay(keras.optimizers.schedules.LearningRateSchedule):
    """A rate that rises in a line, then stays or falls to zero at the end.

    Of T steps the first W = round(warmup T) rise: step t (from 0) has `peak (t + 1) / W`. After
    them, with p = (t - W) / (T - W): `constant` has `peak`, `linear` has `peak (1 - p)`, `cosine`
    has `peak (1 + cos(pi p)) / 2`. Steps beyond T have the rate that T would have.

    Args:
        peak: Highest rate.
        steps: T.
        warmup: Share of the steps that rise, in [0, 1).
        shape: `constant`, `linear` or `cosine`.

    Example:
        >>> rate = WarmUpThenDecay(peak=1.0, steps=10, warmup=0.2, shape="linear")
        >>> [round(float(rate(step)), 3) for step in (0, 1, 2, 6, 10)]
        [0.5, 1.0, 1.0, 0.5, 0.0]
    """

    def __init__(self, peak: float, steps: int, warmup: float, shape: str) -> None:
        super().__init__()
        self.peak = peak
        self.steps = steps
        self.warmup = warmup
        self.shape = shape

    def __call__(self, step: Any) -> Any:
        """Returns the rate of a step, counted from 0."""
        first = round(self.warmup * self.steps)
        done = ops.cast(step, "float32")
        rising = (done + 1) / max(first, 1)
        progress = ops.clip((done - first) / max(self.steps - first, 1), 0.0, 1.0)
        falling = {
            "constant": ops.ones_like(done),
            "linear": 1 - progress,
            "cosine": (1 + ops.cos(math.pi * progress)) / 2,
        }[self.shape]
        return self.peak * ops.where(done < first, rising, falling)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {
            "peak": self.peak,
            "steps": self.steps,
            "warmup": self.warmup,
            "shape": self.shape,
        }
