"""Sound files; SciPy's own reader and closed forms are the reference."""

import sys

import numpy as np
import pytest
import scipy.io.wavfile

from ftkeras import sound
from ftkeras.errors import UserError

RATE = 8_000


def tone(seconds=0.5, hertz=440.0, rate=RATE):
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)


def wav(path, samples, rate=RATE):
    scipy.io.wavfile.write(path, rate, samples)
    return path


KINDS = {
    "uint8": lambda x: np.rint(x * 127 + 128).astype(np.uint8),
    "int16": lambda x: np.rint(x * 32767).astype(np.int16),
    "int32": lambda x: np.rint(x * 2147483647).astype(np.int32),
    "float32": lambda x: x.astype(np.float32),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("with_soundfile", [True, False])
def test_every_kind_of_wav_gives_the_same_samples(tmp_path, monkeypatch, kind, with_soundfile):
    if not with_soundfile:
        monkeypatch.setitem(sys.modules, "soundfile", None)
    path = wav(tmp_path / "tone.wav", KINDS[kind](tone()))
    found = sound.read(path)
    assert found.sampling_rate == RATE
    np.testing.assert_allclose(found.samples, tone(), atol=1e-2 if kind == "uint8" else 1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_both_readers_give_the_same_bits(tmp_path, monkeypatch, kind):
    path = wav(tmp_path / "tone.wav", KINDS[kind](tone()))
    with_soundfile = sound.read(path).samples
    monkeypatch.setitem(sys.modules, "soundfile", None)
    np.testing.assert_array_equal(sound.read(path).samples, with_soundfile)


def test_flac_is_read_and_without_soundfile_the_extra_is_named(tmp_path, monkeypatch):
    soundfile = pytest.importorskip("soundfile")
    path = tmp_path / "tone.flac"
    soundfile.write(path, tone(), RATE)
    np.testing.assert_allclose(sound.read(path).samples, tone(), atol=1e-4)
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(ImportError, match=r"pip install ftkeras\[audio\]"):
        sound.read(path)


def test_channels_are_averaged(tmp_path):
    both = np.stack([tone(), np.zeros_like(tone())], axis=1).astype("float32")
    np.testing.assert_allclose(
        sound.read(wav(tmp_path / "s.wav", both)).samples, tone() / 2, atol=1e-6
    )


def test_no_more_is_read_than_asked_for_and_it_is_told(tmp_path):
    path = wav(tmp_path / "tone.wav", tone().astype("float32"))
    for value in (path, (tone(), RATE)):
        found = sound.read(value, seconds=0.25)
        assert (len(found.samples), found.cut) == (2000, True)
        assert not sound.read(value, seconds=0.5).cut


@pytest.mark.parametrize("rate", [16_000, 11_025, 4_000])
def test_a_tone_is_the_same_tone_at_another_rate(rate):
    found = sound.at_rate(sound.Sound(tone(1.0).astype("float32"), RATE), rate)
    assert len(found) == rate
    inside = slice(rate // 10, -rate // 10)  # the filter has ends
    np.testing.assert_allclose(found[inside], tone(1.0, rate=rate)[inside], atol=2e-3)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.zeros(5), "do not say how fast"),
        ((np.zeros(5, "int16"), RATE), "that are floats"),
        ((np.zeros(5), 0), "sampling rate from"),
        ((np.zeros(5), "fast"), "sampling rate from"),
        ((np.zeros((2, 2, 2)), RATE), "shape"),
        ((np.zeros(0), RATE), "some of it"),
        ((np.array([0.0, np.nan]), RATE), "finite"),
        ("nowhere.wav", "does not exist"),
    ],
)
def test_what_is_no_sound_is_refused(value, message):
    with pytest.raises(UserError, match=message):
        sound.read(value)


@pytest.mark.parametrize("with_soundfile", [True, False])
@pytest.mark.parametrize("content", [b"", b"RIFF", b"nothing at all", "header"])
def test_a_damaged_file_is_named(tmp_path, monkeypatch, content, with_soundfile):
    if not with_soundfile:
        monkeypatch.setitem(sys.modules, "soundfile", None)
    path = wav(tmp_path / "damaged.wav", tone().astype("float32"))
    path.write_bytes(path.read_bytes()[:20] if content == "header" else content)
    with pytest.raises(UserError, match=r"damaged\.wav"):
        sound.read(path)
