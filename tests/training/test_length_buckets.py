import numpy as np
import pytest

from ftkeras.training.batches import Batches
from ftkeras.training.examples import Examples
from ftkeras.training.length_buckets import round_up, round_up_finely

LENGTHS = range(1, 4097)


def test_nothing_is_cut():
    assert all(round_up(length) >= length for length in LENGTHS)


def test_longer_is_never_padded_to_less():
    padded = [round_up(length) for length in LENGTHS]
    assert padded == sorted(padded)


def test_a_padded_length_stays_as_it_is():
    assert all(round_up(round_up(length)) == round_up(length) for length in LENGTHS)


def test_padding_stays_small():
    assert all(round_up(length) - length < max(8, length / 4) for length in LENGTHS)
    added = [round_up(length) / length - 1 for length in LENGTHS if length > 32]
    assert sum(added) / len(added) < 1 / 10


def test_there_are_few_lengths():
    assert len({round_up(length) for length in range(1, 513)}) == 8 + 4 + 4 + 4


def test_every_length_is_a_multiple_of_eight():
    assert all(round_up(length) % 8 == 0 for length in LENGTHS)


def test_the_limit_caps_the_padding_and_never_cuts():
    assert [round_up(length, longest=100) for length in (10, 97, 100, 130)] == [16, 100, 100, 130]


def test_an_empty_sequence_is_refused():
    with pytest.raises(ValueError, match=r"Received: length=0"):
        round_up(0)


def test_fine_lengths_pad_half_as_much_and_never_cut():
    assert all(length <= round_up_finely(length) <= round_up(length) for length in LENGTHS)
    assert all(round_up_finely(length) - length < max(4, length / 8) for length in LENGTHS)
    assert len({round_up_finely(length) for length in range(1, 513)}) == 16 + 8 + 8 + 8
    with pytest.raises(ValueError, match=r"Received: length=0"):
        round_up_finely(0)


def test_an_epoch_of_tweets_pads_less_than_a_tenth():
    # As long as the tweets of the demo are, in tokens: 9 to 39 in nine of ten, 22 in the middle.
    lengths = np.clip(np.random.default_rng(0).normal(22.9, 9.1, 3372).round(), 5, 80).astype(int)
    examples = Examples(lambda rows: np.ones((len(rows), round_up_finely(lengths[rows].max()))),
                        np.zeros(len(lengths), "int64"), lengths)  # fmt: skip
    batches = Batches(examples, 32, seed=0)
    for epoch in range(3):
        batches.set_epoch(epoch)
        for index in range(len(batches)):
            batches[index]
    assert 0 < examples.padding.share < 0.1
