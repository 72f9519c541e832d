"""Preprocessing of sounds; counting by hand and KerasHub's filters are the reference."""

import keras_hub
import numpy as np
import pytest

from ftkeras.backbones.preprocessing import load
from ftkeras.backbones.preprocessing.log_mel import LogMel, mel_filters
from ftkeras.backbones.preprocessing.waveform import Waveform
from ftkeras.errors import UserError

RATE = 16_000


def noise(size, rate=RATE, seed=0):
    return np.random.default_rng(seed).normal(scale=0.3, size=size), rate


@pytest.mark.parametrize("bands", [80, 128])
def test_filters_are_those_of_kerashub(bands):
    expected = keras_hub.layers.WhisperAudioConverter(num_mels=bands).mel_filters
    np.testing.assert_allclose(mel_filters(bands, 400, RATE), expected, atol=1e-7)


@pytest.mark.parametrize("size", [1, 894, 895, 1278, 1279, 5000, 16000])
def test_positions_are_counted_as_the_convolutions_reach(size):
    mask = Waveform()([noise(size)]).arrays["padding_mask"][0]
    there = max(size, 895)  # what is shorter is padded to one position
    for width, stride in ((127, 64), (7, 3), (3, 2)):
        there = len(range(0, there - width + 1, stride))
    assert mask.sum() == there
    assert (np.diff(mask) <= 0).all()


def test_sounds_are_resampled_and_cut():
    waveform = Waveform(0.25)
    encoded = waveform([noise(44_100, 44_100), noise(1_000, 8_000)])
    assert encoded.arrays["samples"].sum(axis=1).tolist() == [4_000, 2_000]
    assert (waveform.num_encoded, waveform.num_truncated) == (2, 1)


def test_normalised_sounds_have_mean_0_and_variance_1():
    encoded = Waveform(normalize=True)([(noise(5_000)[0] * 3 + 2, RATE)])
    samples = encoded.arrays["waveform"].reshape(-1)[:5_000]
    assert abs(samples.mean()) < 1e-5
    assert abs(samples.var() - 1) < 1e-5


def test_sizes_grow_with_the_sounds():
    values = [noise(size) for size in (10, 500, 9_000)]
    assert (np.diff(Waveform().sizes(values)) > 0).all()
    assert LogMel().sizes(values).tolist() == [1, 1, 1]


@pytest.mark.parametrize("made", [Waveform(2, normalize=True), LogMel(2, num_mels=5, stride=80)])
def test_it_is_built_again_from_what_was_saved(tmp_path, made):
    made.save(tmp_path)
    again = load(tmp_path)
    assert again.config == made.config
    for name, array in made([noise(3_000)]).arrays.items():
        np.testing.assert_array_equal(again([noise(3_000)]).arrays[name], array)


@pytest.mark.parametrize("made", [Waveform(), LogMel(1)])
def test_nothing_and_what_is_no_sound_are_refused(made):
    with pytest.raises(UserError, match="at least one sound"):
        made([])
    with pytest.raises(UserError, match="do not say how fast"):
        made([np.zeros(5)])
