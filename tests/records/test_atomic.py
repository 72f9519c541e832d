import pytest

from ftkeras.records import atomic


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "record.json"
    target.write_text("old")
    with pytest.raises(OSError, match="disk"), atomic.replacing(target) as temporary:
        temporary.write_text("half")
        raise OSError("disk full")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failed_directory_leaves_the_old_one_and_nothing_else(tmp_path):
    target = tmp_path / "run"
    target.mkdir()
    (target / "record.json").write_text("old")
    with pytest.raises(KeyboardInterrupt), atomic.replacing_directory(target) as temporary:
        (temporary / "record.json").write_text("half")
        raise KeyboardInterrupt
    assert (target / "record.json").read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_finished_directory_replaces_the_old_one_whole(tmp_path):
    target = tmp_path / "run"
    target.mkdir()
    (target / "stale").write_text("old")
    with atomic.replacing_directory(target) as temporary:
        (temporary / "record.json").write_text("new")
    assert [path.name for path in target.iterdir()] == ["record.json"]
    assert list(tmp_path.iterdir()) == [target]
