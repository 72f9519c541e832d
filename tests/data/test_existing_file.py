import os

import pytest

from ftkeras.data.existing_file import content, existing_file
from ftkeras.errors import UserError


def test_a_file_is_found_from_the_home_directory(tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text("x")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert existing_file("~/a.csv", "csv") == tmp_path / "a.csv"


def test_what_is_no_file_is_told(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "reviews.csv").write_text("x")
    for name, says in {
        "pipe": "a pipe or a device",
        ".": "a directory",
        "review.csv": r"does not exist.*Did you mean 'reviews\.csv'",
    }.items():
        with pytest.raises(UserError, match=says):
            existing_file(str(tmp_path / name), "csv")


def test_larger_files_are_refused_unread(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    assert content(tmp_path / "a", most_bytes=5) == b"12345"
    with pytest.raises(OSError, match="5 bytes, too many"):
        content(tmp_path / "a", most_bytes=4)
