"""Learning rates that change from step to step."""

from collections.abc import Callable
from typing import Any

from keras import ops
from keras.optimizers import schedules

from ftkeras.contracts import schedule


class WarmUpThenDecay(schedules.LearningRateSchedule):
    """A rate that rises in a line to its peak, then follows one of Keras' schedules to the end.

    Of T steps the first W = round(warmup T) rise: step t (from 0) has `peak (t + 1) / W`. After
    them, with p = (t - W) / (T - W), the rate is the peak times

    - `constant`: 1; `linear`: `1 - p`;
    - `cosine(end=0)`: `end + (1 - end) (1 + cos(pi p)) / 2`;
    - `polynomial(power=2, end=0)`: `end + (1 - end) (1 - p)^power`;
    - `exponential(decay_rate=0.1)`: `decay_rate^p`;
    - `inverse_time(decay_rate=9)`: `1 / (1 + decay_rate p)`;
    - `cosine_restarts(first=0.25, t_mul=1, m_mul=1, end=0)`: cosines one after the other, the first
      over a share `first` of the steps, each `t_mul` times as long as the one before it and from
      `m_mul` times its height;
    - `piecewise(boundaries=[0.5, 0.75], factors=[1, 0.1, 0.01])`: each factor up to its share p.

    All but the first two are Keras' own (`CosineDecay`, `PolynomialDecay`, …) over the steps after
    the warm-up. Steps beyond T have the rate that T would have.

    Args:
        peak: Highest rate.
        steps: T.
        warmup: Share of the steps that rise, in [0, 1).
        shape: The schedule; see `contracts/schedule.py`.

    Example:
        >>> rate = WarmUpThenDecay(peak=1.0, steps=10, warmup=0.2, shape="linear")
        >>> [round(float(rate(step)), 3) for step in (0, 1, 2, 6, 10)]
        [0.5, 1.0, 1.0, 0.5, 0.0]

    References:
        Loshchilov and Hutter, 2017, ICLR (restarts).
    """

    def __init__(self, peak: float, steps: int, warmup: float, shape: str) -> None:
        super().__init__()
        self.peak = peak
        self.steps = steps
        self.warmup = warmup
        self.shape = shape
        call = schedule.read(shape)
        self._first = round(warmup * steps)
        self._rest = max(steps - self._first, 1)
        self._falling = _SHAPES[call.name](self._rest, **call.arguments)

    def __call__(self, step: Any) -> Any:
        """Returns the rate of a step, counted from 0."""
        done = ops.cast(step, "float32")
        rising = (done + 1) / max(self._first, 1)
        falling = self._falling(ops.clip(done - self._first, 0.0, float(self._rest)))
        return self.peak * ops.where(done < self._first, rising, falling)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {
            "peak": self.peak,
            "steps": self.steps,
            "warmup": self.warmup,
            "shape": self.shape,
        }


Falling = Callable[[Any], Any]
"""Steps since the warm-up -> share of the peak."""


def _constant(steps: int) -> Falling:
    return ops.ones_like


def _linear(steps: int) -> Falling:
    return lambda step: 1 - step / steps


def _cosine(steps: int, end: float) -> Falling:
    return schedules.CosineDecay(1.0, steps, alpha=float(end))


def _polynomial(steps: int, power: float, end: float) -> Falling:
    return schedules.PolynomialDecay(1.0, steps, float(end), float(power))


def _exponential(steps: int, decay_rate: float) -> Falling:
    return schedules.ExponentialDecay(1.0, steps, float(decay_rate))


def _inverse_time(steps: int, decay_rate: float) -> Falling:
    return schedules.InverseTimeDecay(1.0, steps, float(decay_rate))


def _cosine_restarts(steps: int, first: float, t_mul: float, m_mul: float, end: float) -> Falling:
    length = max(1, round(first * steps))
    return schedules.CosineDecayRestarts(1.0, length, float(t_mul), float(m_mul), float(end))


def _piecewise(steps: int, boundaries: list[float], factors: list[float]) -> Falling:
    # A step is of the stretch that it begins in, so the last of a stretch begins before its end.
    lasts = [float(round(share * steps) - 1) for share in boundaries]
    return schedules.PiecewiseConstantDecay(lasts, [float(factor) for factor in factors])


_SHAPES: dict[str, Callable[..., Falling]] = {
    "constant": _constant,
    "linear": _linear,
    "cosine": _cosine,
    "polynomial": _polynomial,
    "exponential": _exponential,
    "inverse_time": _inverse_time,
    "cosine_restarts": _cosine_restarts,
    "piecewise": _piecewise,
}
