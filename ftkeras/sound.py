"""Sound files as numbers: decoded, one channel, at the sampling rate that is asked for."""

import io
import math
import os
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io.wavfile
import scipy.signal
from numpy.typing import NDArray

from ftkeras.errors import UserError

# What soundfile reads everywhere it is installed; of these SciPy alone reads plain WAV.
SUFFIXES = (".flac", ".mp3", ".ogg", ".wav")
# soundfile's own error is a RuntimeError; the rest is what SciPy says of damaged files.
_DAMAGE = (
    OSError,
    ValueError,
    RuntimeError,
    EOFError,
    ArithmeticError,
    LookupError,
    MemoryError,
    TypeError,
    struct.error,
)
_RATES = (1_000, 1_000_000)
_MOST_CHANNELS = 64
# Read at once: what a header promises need not be there.
_FRAMES = 1 << 20


@dataclass(frozen=True)
class Sound:
    """A piece of sound.

    Args:
        samples: `(samples,)` float32, silence at 0, full scale at 1.
        sampling_rate: Samples a second.
        cut: Whether there was more of it than was asked for.
    """

    samples: NDArray[np.float32]
    sampling_rate: int
    cut: bool = False


def read(value: Any, seconds: float | None = None) -> Sound:
    """Reads a sound file, or takes samples that are in memory.

    Channels are averaged. Integers are scaled by their type's range, as soundfile does, so that
    every reader gives the same numbers.

    Args:
        value: Path of a file (WAV; FLAC, OGG and MP3 with soundfile), or the bytes in it, or a
            pair of samples and their rate: `(samples,)` or `(samples, channels)`, floats, usually
            in [-1, 1].
        seconds: Reads no more than the first so many; `None` reads all.

    Raises:
        UserError: The file is missing, damaged or empty, or the value is no sound.
        ImportError: The kind of file needs soundfile, which is not installed.

    Example:
        >>> read((np.zeros((4, 2)), 16000)).samples.shape
        (4,)
    """
    if isinstance(value, bytes):
        return _from_file(io.BytesIO(value), f"the {len(value):,} bytes of a file", seconds)
    if isinstance(value, str | os.PathLike):
        path = Path(value)
        if not path.is_file():
            raise UserError(
                f"Expected a sound file. Received: {path}, which does not exist. Correct the path."
            )
        return _from_file(path, str(path), seconds)
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise UserError(
            "Expected the path of a sound file, or a pair (samples, sampling_rate). Received: "
            f"{type(value).__name__} {str(value)[:60]!r}. Samples alone do not say how fast they "
            "are."
        )
    samples, rate = np.asarray(value[0]), value[1]
    what = f"samples of shape {samples.shape} and type {samples.dtype} at {rate!r} a second"
    if samples.dtype.kind != "f":
        raise UserError(f"Expected samples that are floats. Received: {what}. Scale them to 1.")
    return _checked(samples, rate, what, seconds)


def at_rate(sound: Sound, sampling_rate: int) -> NDArray[np.float32]:
    """Returns the samples at another rate, by a polyphase filter (`scipy.signal.resample_poly`).

    Args:
        sound: The sound.
        sampling_rate: Samples a second of the result, of which there are `ceil(n new / old)`.

    Example:
        >>> at_rate(Sound(np.zeros(441, np.float32), 44100), 16000).shape
        (160,)
    """
    if sound.sampling_rate == sampling_rate:
        return sound.samples
    shared = math.gcd(sound.sampling_rate, sampling_rate)
    up, down = sampling_rate // shared, sound.sampling_rate // shared
    resampled = scipy.signal.resample_poly(sound.samples.astype(np.float64), up, down)
    return np.asarray(resampled, np.float32)


def _from_file(file: "Path | io.BytesIO", name: str, seconds: float | None) -> Sound:
    try:
        samples, rate = _decoded(file, name, seconds)
    except UserError:
        raise
    except _DAMAGE as error:
        raise UserError(
            f"Expected a sound file that can be decoded. Received: {name} "
            f"({type(error).__name__}: {str(error)[:200]}). Replace the file, or leave it out."
        ) from error
    return _checked(samples, rate, f"{name} with {samples.shape} samples", seconds)


def _decoded(
    file: "Path | io.BytesIO", name: str, seconds: float | None
) -> tuple[NDArray[Any], int]:
    """Reads one sample more than asked for, so that it is known whether there was more."""
    try:
        import soundfile  # optional: without it there is plain WAV
    except ImportError as error:
        if isinstance(file, Path) and file.suffix.lower() != ".wav":
            raise ImportError(
                f"Expected soundfile, which reads {file.suffix} files. Received: {name}, and no "
                "such package. pip install ftkeras[audio]"
            ) from error
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", scipy.io.wavfile.WavFileWarning)
            rate, samples = scipy.io.wavfile.read(file)
        return _scaled(np.asarray(samples)), int(rate)
    with soundfile.SoundFile(file) as stored:
        rate = int(stored.samplerate)
        if stored.channels > _MOST_CHANNELS or not _RATES[0] <= rate <= _RATES[1]:
            raise UserError(
                f"Expected at most {_MOST_CHANNELS} channels, and {_RATES[0]:,} to {_RATES[1]:,} "
                f"samples a second. Received: {name} with {stored.channels} channels and {rate:,} "
                "samples a second. Replace the file, or leave it out."
            )
        wanted = None if seconds is None else math.ceil(seconds * rate) + 1
        return _in_blocks(stored, wanted), rate


def _in_blocks(stored: Any, wanted: int | None) -> NDArray[np.float32]:
    """Reads block by block until there is no more, for a header may promise any length."""
    blocks: list[NDArray[np.float32]] = []
    read = 0
    while wanted is None or read < wanted:
        most = _FRAMES if wanted is None else min(_FRAMES, wanted - read)
        block = stored.read(most, dtype="float32")
        blocks.append(block)
        read += len(block)
        if len(block) < most:
            break
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)


def full_scale(dtype: np.dtype[Any]) -> float:
    """Returns the number that stands for full scale among integers of a type.

    Example:
        >>> full_scale(np.dtype("int16"))
        32768.0
    """
    return -float(np.iinfo(dtype).min) or float(np.iinfo(dtype).max)


def _scaled(samples: NDArray[Any]) -> NDArray[Any]:
    if samples.dtype.kind == "f":
        return samples
    if samples.dtype == np.uint8:  # WAV's only unsigned kind
        return (samples.astype(np.float32) - 128) / 128
    return samples.astype(np.float64) / full_scale(samples.dtype)


def _checked(samples: NDArray[Any], rate: object, what: str, seconds: float | None) -> Sound:
    if not isinstance(rate, int | np.integer) or not _RATES[0] <= rate <= _RATES[1]:
        raise UserError(
            f"Expected a sampling rate from {_RATES[0]:,} to {_RATES[1]:,}. Received: {what}."
        )
    if samples.ndim not in (1, 2) or samples.size == 0:
        raise UserError(
            "Expected sound of shape (samples,) or (samples, channels), and some of it. "
            f"Received: {what}."
        )
    longest = len(samples) if seconds is None else math.ceil(seconds * int(rate))
    kept = np.asarray(samples[:longest], np.float32)
    if not np.isfinite(kept).all():
        raise UserError(f"Expected finite samples. Received: {what}, some NaN or infinite.")
    mono = kept if kept.ndim == 1 else kept.mean(axis=1, dtype=np.float32)
    return Sound(mono, int(rate), cut=len(samples) > longest)
