"""Sounds with bands of frequencies and stretches of time left silent."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from ftkeras import sound
from ftkeras.errors import UserError

_FRAME_SECONDS = 0.025
_FEWEST_SAMPLES = 16


@dataclass(frozen=True)
class SpecAugment:
    """Masks the short-time spectrum of a sound, and makes a sound of what is left.

    `frequency_masks` bands of up to `frequency_share` of the frequencies and `time_masks` stretches
    of up to `time_share` of the frames are set to 0; width and place are drawn evenly. The spectrum
    is taken over frames of 25 ms with a Hann window, half of each in the next one, and inverted, so
    that any preprocessing can follow. Time is not warped. The paper masks log mel bands; here bands
    are equally wide in Hz.

    Args:
        frequency_masks: How many bands, at least 0.
        frequency_share: In [0, 1].
        time_masks: How many stretches, at least 0.
        time_share: In [0, 1].

    Example:
        >>> samples = np.sin(np.arange(16000) / 5).astype("float32")
        >>> masked, rate = SpecAugment()((samples, 16000), np.random.default_rng(0))
        >>> masked.shape, masked.dtype.name, rate, bool((masked**2).sum() < (samples**2).sum())
        ((16000,), 'float32', 16000, True)

    References:
        Park et al., 2019, Interspeech, arXiv:1904.08779.
    """

    frequency_masks: int = 2
    frequency_share: float = 0.15
    time_masks: int = 2
    time_share: float = 0.1
    modality: ClassVar[str] = "audio"

    def __post_init__(self) -> None:
        for name in ("frequency_masks", "time_masks"):
            count = getattr(self, name)
            if not isinstance(count, int) or count < 0:
                raise UserError(f"Expected `{name}` >= 0. Received: {name}={count!r}.")
        for name in ("frequency_share", "time_share"):
            share = getattr(self, name)
            if not isinstance(share, int | float) or not 0 <= share <= 1:
                raise UserError(f"Expected `{name}` in [0, 1]. Received: {name}={share!r}.")

    def __call__(
        self, value: Any, generator: np.random.Generator
    ) -> tuple[NDArray[np.float32], int]:
        """Returns samples and their rate.

        Args:
            value: Path of a sound file, or a pair of samples and their rate.
            generator: Where all randomness comes from.
        """
        heard = sound.read(value)
        if len(heard.samples) < _FEWEST_SAMPLES:
            return heard.samples, heard.sampling_rate
        frame = min(len(heard.samples), 2 * round(_FRAME_SECONDS * heard.sampling_rate / 2))
        frame = max(2, frame - frame % 2)
        window = {"window": "hann", "nperseg": frame, "noverlap": frame // 2}
        _, _, spectrum = scipy.signal.stft(heard.samples, **window)
        masked = spectrum * self.mask(spectrum.shape, generator)
        _, samples = scipy.signal.istft(masked, **window)
        return np.asarray(samples[: len(heard.samples)], np.float32), heard.sampling_rate

    def mask(self, shape: tuple[int, int], generator: np.random.Generator) -> NDArray[np.float32]:
        """Returns `(frequencies, frames)`: 0 where a spectrum is masked, else 1.

        Args:
            shape: Frequencies and frames.
            generator: Where all randomness comes from.
        """
        kept = np.ones(shape, np.float32)
        for axis, count, share in (
            (0, self.frequency_masks, self.frequency_share),
            (1, self.time_masks, self.time_share),
        ):
            length = shape[axis]
            for _ in range(count):
                width = int(generator.integers(int(share * length) + 1))
                first = int(generator.integers(length - width + 1))
                np.moveaxis(kept, axis, 0)[first : first + width] = 0
        return kept
