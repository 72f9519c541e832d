"""Sound to log-mel spectrograms of one length, as Whisper was trained on."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ftkeras.backbones.preprocessing import _sounds
from ftkeras.contracts.backbone import Encoded

# Slaney's scale: linear to 1000 Hz, then 27 steps to a factor of 6.4.
_HERTZ_A_MEL = 200 / 3
_LOG_FROM = 1000.0
_LOG_STEP = np.log(6.4) / 27
_FRAMES_A_POSITION = 2


class LogMel:
    """Preprocessing of Whisper's encoder.

    A sound becomes `log10(max(filters |STFT|^2, 1e-10))`, cut at 8 below its largest value, plus 4,
    over 4. It is padded with silence to `seconds`, because the encoder has no mask: it was trained
    on windows of 30 s, and at another length its features are others. `num_encoded` and
    `num_truncated` count the sounds since the object was made.

    Args:
        seconds: Length of the window; longer sounds are cut, shorter ones padded with silence.
        num_mels: Bands of the spectrogram.
        sampling_rate: Samples a second; sounds of another rate are resampled.
        window: Samples a frame, weighted by a periodic Hann window.
        stride: Samples from one frame to the next.

    Raises:
        UserError: From a call: a sound cannot be read, or there are none.

    Shapes:
        encoder_features: `(sounds, positions, 2 num_mels)`: an encoder position reads two frames.
        padding_mask: `(sounds, positions)`: 1 where there is sound.

    Example:
        >>> encoded = LogMel(1, num_mels=4)([(np.zeros(8000), 16000)])
        >>> [array.shape for array in encoded.arrays.values()]
        [(1, 50, 8), (1, 50)]
        >>> int(encoded.arrays["padding_mask"].sum())
        25

    References:
        Radford et al., 2023, Robust Speech Recognition via Large-Scale Weak Supervision, ICML.
        Slaney, 1998, Auditory Toolbox, for the filters.
    """

    modality = "audio"

    def __init__(
        self,
        seconds: float = 30.0,
        *,
        num_mels: int = 80,
        sampling_rate: int = 16_000,
        window: int = 400,
        stride: int = 160,
    ) -> None:
        self.seconds = seconds
        self.num_mels = num_mels
        self.sampling_rate = sampling_rate
        self.window = window
        self.stride = stride
        self.num_encoded = 0
        self.num_truncated = 0
        self._positions = int(seconds * sampling_rate) // (stride * _FRAMES_A_POSITION)
        self._filters = mel_filters(num_mels, window, sampling_rate)

    @property
    def config(self) -> dict[str, Any]:
        """All settings, as JSON values."""
        return {
            "modality": self.modality,
            "kind": "log_mel",
            "seconds": self.seconds,
            "num_mels": self.num_mels,
            "sampling_rate": self.sampling_rate,
            "window": self.window,
            "stride": self.stride,
        }

    def __call__(self, values: Sequence[Any]) -> Encoded:
        """Encodes sounds.

        Args:
            values: Paths of sound files, or pairs `(samples, sampling_rate)`.

        Raises:
            UserError: A sound cannot be read, or there are none; the message names the file.
        """
        a_position = self.stride * _FRAMES_A_POSITION
        features = np.empty((len(values), self._positions, 2 * self.num_mels), np.float32)
        mask = np.zeros((len(values), self._positions), np.int32)
        found = _sounds.samples_of(values, self.sampling_rate, self._positions * a_position
                                   / self.sampling_rate)  # fmt: skip
        for row, (samples, cut) in enumerate(found):
            features[row] = self.spectrogram(samples).reshape(self._positions, -1)
            mask[row, : max(1, -(-len(samples) // a_position))] = 1
            self.num_truncated += cut
        self.num_encoded += len(values)
        return Encoded(arrays={"encoder_features": features, "padding_mask": mask})

    def spectrogram(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns `(frames, num_mels)` of one sound, padded with silence to the whole window."""
        frames = self._positions * _FRAMES_A_POSITION
        whole = np.zeros(frames * self.stride)
        whole[: len(samples)] = samples
        half = self.window // 2
        padded = np.pad(whole, half, mode="reflect")
        views = np.lib.stride_tricks.sliding_window_view(padded, self.window)[:: self.stride]
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self.window) / self.window)
        power = np.abs(np.fft.rfft(views[:frames] * hann)) ** 2
        logs = np.log10(np.maximum(power @ self._filters, 1e-10))
        return np.asarray((np.maximum(logs, logs.max() - 8) + 4) / 4, np.float32)

    def sizes(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """Returns ones: every sound has the same size once it is encoded."""
        return np.ones(len(values), np.int64)

    def save(self, directory: Path) -> None:
        """Writes `preprocess.json` to an existing directory."""
        text = json.dumps(self.config, indent=1, sort_keys=True)
        (directory / "preprocess.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, config: dict[str, Any], directory: Path) -> Self:
        """Builds it again from its `config`; the directory holds nothing else that it needs."""
        return cls(
            config["seconds"],
            num_mels=config["num_mels"],
            sampling_rate=config["sampling_rate"],
            window=config["window"],
            stride=config["stride"],
        )


def mel_filters(num_mels: int, window: int, sampling_rate: int) -> NDArray[np.float64]:
    """Returns `(window / 2 + 1, num_mels)` triangles on Slaney's mel scale, each of area 1.

    Args:
        num_mels: Number of bands from 0 to half the sampling rate.
        window: Samples a frame.
        sampling_rate: Samples a second.

    Example:
        >>> filters = mel_filters(2, 8, 16000)
        >>> filters.shape, int(filters[:, 0].argmax()), int(filters[:, 1].argmax())
        ((5, 2), 1, 2)
    """
    bend = _LOG_FROM / _HERTZ_A_MEL
    top = bend + np.log(sampling_rate / 2 / _LOG_FROM) / _LOG_STEP
    mels = np.linspace(0, top, num_mels + 2)
    above = _LOG_FROM * np.exp(_LOG_STEP * (mels - bend))
    edges = np.where(mels < bend, mels * _HERTZ_A_MEL, above)
    bins = np.fft.rfftfreq(window, 1 / sampling_rate)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    area = (edges[2:] - edges[:-2]) / 2
    return np.asarray(np.maximum(0, np.minimum(rising, falling)) / area, np.float64)
