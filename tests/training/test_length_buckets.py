import pytest

from ftkeras.training.length_buckets import round_up

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
