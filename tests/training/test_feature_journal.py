import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ftkeras.training import feature_journal
from ftkeras.training.feature_journal import KEY_BYTES, Chunk


def chunks(sizes):
    generator = np.random.default_rng(0)
    starts = np.cumsum([0, *sizes])
    return [
        Chunk(int(start), generator.integers(0, 256, (size, KEY_BYTES)).astype(np.uint8), size * 7)
        for start, size in zip(starts, sizes, strict=False)
    ]


def same(found, expected):
    return len(found) == len(expected) and all(
        (a.start, a.checksum, a.keys.tobytes()) == (b.start, b.checksum, b.keys.tobytes())
        for a, b in zip(found, expected, strict=True)
    )


WRITTEN = chunks([3, 1, 5])
RECORDS = [feature_journal.to_bytes(chunk) for chunk in WRITTEN]
JOURNAL = b"".join(RECORDS)
ENDS = np.cumsum([len(record) for record in RECORDS])


def test_what_was_written_is_read():
    found, end = feature_journal.read(JOURNAL)
    assert same(found, WRITTEN)
    assert end == len(JOURNAL)


def test_an_empty_journal_holds_nothing():
    assert feature_journal.read(b"") == ([], 0)


def test_a_journal_torn_at_any_byte_holds_exactly_its_whole_records():
    for length in range(len(JOURNAL) + 1):
        whole = int((length >= ENDS).sum())
        found, end = feature_journal.read(JOURNAL[:length])
        assert same(found, WRITTEN[:whole])
        assert end == (ENDS[whole - 1] if whole else 0)


def test_any_damaged_byte_loses_its_own_record_and_no_other():
    for position in range(len(JOURNAL)):
        damaged = bytearray(JOURNAL)
        damaged[position] ^= 0x41
        lost = int((position >= ENDS).sum())
        found, _ = feature_journal.read(bytes(damaged))
        assert same(found, [chunk for index, chunk in enumerate(WRITTEN) if index != lost])


@given(st.binary(max_size=200))
def test_garbage_in_front_hides_nothing(garbage):
    found, end = feature_journal.read(garbage + JOURNAL)
    assert same(found[-3:], WRITTEN)
    assert end == len(garbage) + len(JOURNAL)
