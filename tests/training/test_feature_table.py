import errno
import itertools
import os
import resource
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pytest

from ftkeras.errors import UserError
from ftkeras.training import feature_table
from ftkeras.training.feature_table import FeatureTable

WIDTH = 5


def keys(first, last):
    return [number.to_bytes(16, "little") for number in range(first, last)]


def features(first, last):
    return np.random.default_rng(0).normal(size=(1000, WIDTH)).astype("float32")[first:last]


def filled(directory, *bounds):
    table = FeatureTable(directory, WIDTH)
    for first, last in itertools.pairwise(bounds):
        table.append(keys(first, last), features(first, last))
    return table


def held(directory, count):
    """Which of the first `count` keys a process that opens the table now finds, all bits right."""
    table = FeatureTable(directory, WIDTH)
    rows = table.rows(keys(0, count))
    present = np.flatnonzero(rows >= 0)
    assert (table.read(rows[present]) == features(0, count)[present]).all()
    return present.tolist()


def test_another_process_reads_the_same_bits(tmp_path):
    filled(tmp_path, 0, 10, 11, 30)
    assert held(tmp_path, 40) == list(range(30))


def test_rows_come_in_the_order_asked_for(tmp_path):
    table = filled(tmp_path, 0, 10, 20)
    asked = [keys(0, 20)[i] for i in (13, 2, 2, 19)]
    assert (table.read(table.rows(asked)) == features(0, 20)[[13, 2, 2, 19]]).all()


def test_the_feature_file_is_plain_little_endian_float32(tmp_path):
    filled(tmp_path, 0, 4, 10)
    assert (np.fromfile(tmp_path / "features.bin", "<f4") == features(0, 10).ravel()).all()


def test_reading_nothing_gives_no_rows(tmp_path):
    assert FeatureTable(tmp_path, WIDTH).read(np.empty(0, np.int64)).shape == (0, WIDTH)


def test_a_kill_between_any_two_bytes_loses_only_what_was_not_saved(tmp_path):
    whole = tmp_path / "whole"
    filled(whole, 0, 6, 10)
    rows, journal = (whole / "features.bin").read_bytes(), (whole / "journal.bin").read_bytes()
    first_record = journal.find(b"ftk1", 1)
    # Rows reach the disk first; then the journal grows by the record that names them.
    states = [(rows[:cut], b"") for cut in range(0, 6 * 4 * WIDTH + 1, 7)]
    states += [(rows[: 6 * 4 * WIDTH], journal[:cut]) for cut in range(first_record + 1)]
    states += [(rows[:cut], journal[:first_record]) for cut in range(6 * 4 * WIDTH, len(rows), 7)]
    states += [(rows, journal[:cut]) for cut in range(first_record, len(journal) + 1)]
    for number, (torn_rows, torn_journal) in enumerate(states):
        directory = tmp_path / str(number)
        directory.mkdir()
        (directory / "features.bin").write_bytes(torn_rows)
        (directory / "journal.bin").write_bytes(torn_journal)
        saved = 10 if torn_journal == journal else 6 if len(torn_journal) >= first_record else 0
        assert held(directory, 10) == list(range(saved))
        table = FeatureTable(directory, WIDTH)
        table.recover()
        assert (directory / "features.bin").read_bytes() == rows[: saved * 4 * WIDTH]
        for first, last in ((0, 6), (6, 10)):
            if saved < last:
                table.append(keys(first, last), features(first, last))
        assert (directory / "features.bin").read_bytes() == rows
        assert (directory / "journal.bin").read_bytes() == journal


_WRITER = """
import sys
from pathlib import Path
import numpy as np
from ftkeras.training.feature_table import FeatureTable
table = FeatureTable(Path(sys.argv[1]), 5)
table.recover()
numbers = np.random.default_rng(0).normal(size=(1000, 5)).astype("float32")
keys = [number.to_bytes(16, "little") for number in range(1000)]
for first in range(int((table.rows(keys) >= 0).sum()), 1000, 3):
    rows = slice(first, first + 3)
    table.append(keys[rows], numbers[rows])
    print(first, flush=True)
"""


def test_a_writer_killed_at_random_moments_goes_on_from_where_it_was(tmp_path):
    generator = np.random.default_rng()
    arguments = [sys.executable, "-c", _WRITER, str(tmp_path)]
    for _ in range(4):
        before = len(held(tmp_path, 1000))
        writer = subprocess.Popen(arguments, stdout=subprocess.PIPE)
        told = [writer.stdout.readline() for _ in range(generator.integers(1, 60))]
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        assert int(told[0]) == before
        found = held(tmp_path, 1000)
        assert found == list(range(len(found)))
        assert len(found) >= min(1000, before + 3 * len(told))
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
    assert held(tmp_path, 1000) == list(range(1000))
    assert (tmp_path / "features.bin").stat().st_size == 1000 * WIDTH * 4


def test_damaged_rows_count_as_missing_and_are_written_again(tmp_path):
    filled(tmp_path, 0, 4, 8, 12)
    with open(tmp_path / "features.bin", "r+b") as file:
        file.seek(5 * WIDTH * 4 + 2)
        file.write(b"\xff")
    assert held(tmp_path, 12) == [0, 1, 2, 3, 8, 9, 10, 11]
    table = FeatureTable(tmp_path, WIDTH)
    table.recover()
    table.append(keys(4, 8), features(4, 8))
    assert held(tmp_path, 12) == list(range(12))


@pytest.mark.parametrize("name", ["features.bin", "journal.bin"])
def test_a_lost_file_counts_as_nothing_computed(tmp_path, name):
    filled(tmp_path, 0, 4, 8)
    (tmp_path / name).unlink()
    assert held(tmp_path, 8) == []
    table = FeatureTable(tmp_path, WIDTH)
    table.recover()
    table.append(keys(0, 8), features(0, 8))
    assert held(tmp_path, 8) == list(range(8))


def test_a_reader_sees_what_another_process_adds(tmp_path):
    reader = FeatureTable(tmp_path, WIDTH)
    filled(tmp_path, 0, 4)
    assert (reader.rows(keys(0, 4)) < 0).all()
    reader.refresh()
    assert (reader.rows(keys(0, 4)) == [0, 1, 2, 3]).all()


@contextmanager
def files_of_at_most(size):
    """The kernel then writes what still fits and refuses the rest, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [4 * WIDTH * 4 + 6, 5 * WIDTH * 4 + 6])
def test_a_full_disk_leaves_nothing_half_written(tmp_path, size):
    table = filled(tmp_path, 0, 4)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with files_of_at_most(size), pytest.raises(UserError, match=r"free space.*cache_dir"):
        table.append(keys(4, 8), features(4, 8))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    table.append(keys(4, 8), features(4, 8))
    assert held(tmp_path, 8) == list(range(8))


def test_rows_are_on_the_disk_before_the_journal_names_them(tmp_path, monkeypatch):
    table = filled(tmp_path, 0, 4)
    journal = (tmp_path / "journal.bin").read_bytes()
    real, seen = os.fsync, []

    def watched(descriptor):
        seen.append((os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}")),
                     (tmp_path / "journal.bin").read_bytes() == journal))  # fmt: skip
        real(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    table.append(keys(4, 8), features(4, 8))
    assert seen == [("features.bin", True), ("journal.bin", False)]


def test_a_journal_that_does_not_fit_takes_its_rows_back(tmp_path, monkeypatch):
    table = filled(tmp_path, 0, 4)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    synchronised = []

    def fail_the_second_time(descriptor):
        synchronised.append(descriptor)
        if len(synchronised) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail_the_second_time)
        with pytest.raises(UserError, match="No space left"):
            table.append(keys(4, 8), features(4, 8))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_too_little_room_is_said_before_anything_is_computed(tmp_path, monkeypatch):
    table = FeatureTable(tmp_path / "not" / "there", WIDTH)
    table.expect_room(1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(9, 8, 1))
    with pytest.raises(UserError, match=r"1000 examples. Received: 0.0 MB"):
        table.expect_room(1000)


def test_a_directory_that_cannot_be_written_is_a_user_error(tmp_path):
    (tmp_path / "file").write_text("")
    table = FeatureTable(tmp_path / "directory", WIDTH)
    real = os.open

    def refuse(path, *arguments):
        if str(path).endswith("features.bin"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feature_table.os, "open", refuse)
        with pytest.raises(UserError, match=r"can be written.*Permission denied"):
            table.append(keys(0, 1), features(0, 1))
