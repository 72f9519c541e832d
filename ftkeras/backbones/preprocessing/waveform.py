"""Sound to samples in chunks, for networks that read waveforms as they are."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ftkeras.backbones.preprocessing import _sounds
from ftkeras.contracts.backbone import Encoded


class Waveform:
    """Preprocessing of Moonshine's encoder.

    Its three convolutions turn 384 samples into one position, so a sound is cut into chunks of 384
    samples: a batch is as long as its longest sound has chunks, and a position is there when the
    convolutions see no padding. `num_encoded` and `num_truncated` count the sounds since the object
    was made.

    Args:
        seconds: Longest sound; longer ones are cut.
        sampling_rate: Samples a second; sounds of another rate are resampled.
        normalize: Whether every sound is brought to mean 0 and variance 1.

    Raises:
        UserError: From a call: a sound cannot be read, or there are none.

    Shapes:
        waveform: `(sounds, chunks, 384)`.
        samples: `(sounds, chunks)`: how many samples of each chunk are there.
        padding_mask: `(sounds, chunks)`: 1 at positions that are there.

    Example:
        >>> encoded = Waveform(1)([(np.ones(8000), 16000)])
        >>> [array.shape for array in encoded.arrays.values()], encoded.lengths.tolist()
        ([(1, 21, 384), (1, 21), (1, 21)], [21])
        >>> [int(encoded.arrays[name].sum()) for name in ("samples", "padding_mask")]
        [8000, 19]

    References:
        Jeffries et al., 2024, Moonshine: Speech Recognition for Live Transcription and Voice
        Commands.
    """

    modality = "audio"
    chunk = 384
    """Samples a position."""
    # The convolutions: width and stride.
    _CONVOLUTIONS = ((127, 64), (7, 3), (3, 2))

    def __init__(
        self, seconds: float = 30.0, *, sampling_rate: int = 16_000, normalize: bool = False
    ) -> None:
        self.seconds = seconds
        self.sampling_rate = sampling_rate
        self.normalize = normalize
        self.num_encoded = 0
        self.num_truncated = 0

    @property
    def config(self) -> dict[str, Any]:
        """All settings, as JSON values."""
        return {
            "modality": self.modality,
            "kind": "waveform",
            "seconds": self.seconds,
            "sampling_rate": self.sampling_rate,
            "normalize": self.normalize,
        }

    def __call__(self, values: Sequence[Any]) -> Encoded:
        """Encodes sounds.

        Args:
            values: Paths of sound files, or pairs `(samples, sampling_rate)`.

        Raises:
            UserError: A sound cannot be read, or there are none; the message names the file.
        """
        rows = []
        for samples, cut in _sounds.samples_of(values, self.sampling_rate, self.seconds):
            rows.append(self._standardised(samples) if self.normalize else samples)
            self.num_truncated += cut
        self.num_encoded += len(rows)
        counts = self._counts(rows)
        lengths = -(-counts // self.chunk)
        waveform = np.zeros((len(rows), int(lengths.max()) * self.chunk), np.float32)
        for row, samples in enumerate(rows):
            waveform[row, : len(samples)] = samples
        chunks = np.arange(lengths.max())
        there = np.clip(counts[:, None] - chunks * self.chunk, 0, self.chunk)
        mask = chunks < _positions(counts, self._CONVOLUTIONS)[:, None]
        arrays = {
            "waveform": waveform.reshape(len(rows), -1, self.chunk),
            "samples": there.astype(np.int32),
            "padding_mask": mask.astype(np.int32),
        }
        return Encoded(arrays=arrays, lengths=lengths.astype(np.int64))

    def lengths(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """Returns the number of chunks of each sound; every file is decoded for it.

        Args:
            values: As they are encoded.
        """
        found = _sounds.samples_of(values, self.sampling_rate, self.seconds)
        counts = self._counts([samples for samples, _ in found])
        return np.asarray(-(-counts // self.chunk), np.int64)

    def sizes(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """Returns bytes of the files or numbers of samples: in step with the length, and free."""
        return np.fromiter((_size(value) for value in values), np.int64, len(values))

    def save(self, directory: Path) -> None:
        """Writes `preprocess.json` to an existing directory."""
        text = json.dumps(self.config, indent=1, sort_keys=True)
        (directory / "preprocess.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, config: dict[str, Any], directory: Path) -> Self:
        """Builds it again from its `config`; the directory holds nothing else that it needs."""
        return cls(
            config["seconds"],
            sampling_rate=config["sampling_rate"],
            normalize=config["normalize"],
        )

    def _counts(self, rows: Sequence[NDArray[np.float32]]) -> NDArray[np.int64]:
        """Samples of each sound, at least as many as one position reads."""
        shortest = _samples_of_positions(1, self._CONVOLUTIONS)
        return np.array([max(len(row), shortest) for row in rows], np.int64)

    @staticmethod
    def _standardised(samples: NDArray[np.float32]) -> NDArray[np.float32]:
        spread = np.sqrt(samples.var(dtype=np.float64) + 1e-7)
        return np.asarray((samples - samples.mean(dtype=np.float64)) / spread, np.float32)


def _positions(
    samples: NDArray[np.int64], convolutions: Sequence[tuple[int, int]]
) -> NDArray[np.int64]:
    for width, stride in convolutions:
        samples = (samples - width) // stride + 1
    return samples


def _samples_of_positions(positions: int, convolutions: Sequence[tuple[int, int]]) -> int:
    """The fewest samples that give so many positions."""
    for width, stride in reversed(convolutions):
        positions = (positions - 1) * stride + width
    return positions


def _size(value: Any) -> int:
    if isinstance(value, str | Path):
        path = Path(value)
        return path.stat().st_size if path.is_file() else 1
    return len(value[0])
