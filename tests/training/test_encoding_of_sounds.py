"""Sounds are encoded batch by batch, and yet their lengths are known beforehand."""

import numpy as np

from ftkeras.backbones.preprocessing.log_mel import LogMel
from ftkeras.backbones.preprocessing.waveform import Waveform
from ftkeras.training import encoding

VALUES = [
    (np.random.default_rng(seed).normal(size=size), 16_000)
    for seed, size in enumerate((500, 8_000, 30_000))
]


def test_a_batch_is_cut_from_sounds_as_from_what_was_encoded_at_once():
    at_once, rows = Waveform()(VALUES), encoding.encode(Waveform(), VALUES)
    np.testing.assert_array_equal(rows.lengths, at_once.lengths)
    assert rows.ragged is None
    chosen = np.array([2, 0])
    found, expected = rows.take(chosen, 80), at_once.take(chosen, 80)
    assert {name: array.shape[1] for name, array in found.items()} == dict.fromkeys(found, 80)
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array)


def test_windows_of_one_size_have_no_lengths():
    rows = encoding.encode(LogMel(1), VALUES)
    assert rows.lengths is None
    assert rows.take(np.array([1]))["encoder_features"].shape == (1, 50, 160)
