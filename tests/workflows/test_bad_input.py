"""Every mistake ends in one message that says what to do, and touches no earlier result."""

import errno
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from ftkeras import run
from ftkeras.records import split_table

REVIEWS = ["a good film", "a bad film", "very good", "the film is bad", "good cafe", "bad cafe"] * 5


def table(path, rows, header="text,label"):
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def reviews(count=30, label=lambda i: "good" if i % 2 == 0 else "bad"):
    return [f"{REVIEWS[i]} {i},{label(i)}" for i in range(count)]


@pytest.fixture
def fails(settings, tmp_path, capsys):
    """Runs with changed settings beside an earlier result; returns the one message."""
    earlier = tmp_path / "run" / "record.json"
    earlier.parent.mkdir()
    earlier.write_text("an earlier result")

    def check(status=2, **changes):
        given = {**settings, **changes, "run_dir": str(earlier.parent)}
        arguments = [
            f"--{key}={item}"
            for key, value in given.items()
            for item in (value if isinstance(value, list) else [value])
        ]
        assert run.main(arguments) == status
        printed = capsys.readouterr()
        messages = [line for line in printed.err.splitlines() if line.startswith("ftkeras: ")]
        assert len(messages) == 1
        assert "Traceback" not in printed.err
        assert earlier.read_text() == "an earlier result"
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".run")] == []
        return messages[0]

    return check


def test_a_wrong_column_is_answered_with_the_nearest(fails, tmp_path):
    path = table(tmp_path / "r.csv", reviews(), header="text,lable")
    message = fails(data=f"csv(path={str(path)!r})")
    assert "lable" in message


def test_an_empty_text_names_its_row(fails, tmp_path):
    path = table(tmp_path / "r.csv", [*reviews(), "   ,good"])
    assert "row 32" in fails(data=f"csv(path={str(path)!r})")


def test_one_class_only_is_refused(fails, tmp_path):
    path = table(tmp_path / "r.csv", reviews(label=lambda i: "good"))
    message = fails(data=f"csv(path={str(path)!r})")
    assert "two classes" in message
    assert "good" in message


def test_a_label_seen_only_in_test_names_its_row(fails, tmp_path):
    parts = ["train"] * 20 + ["validation"] * 5 + ["test"] * 5
    rows = [f"{row},{part}" for row, part in zip(reviews(), parts, strict=True)]
    rows[-1] = "something new,mixed,test"
    path = table(tmp_path / "r.csv", rows, header="text,label,part")
    message = fails(data=f"csv(path={str(path)!r})", split="given(column='part')")
    assert "mixed" in message
    assert "row 31" in message


def test_a_corrupt_image_is_named(fails, tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "images" / name).mkdir(parents=True)
        for index in range(12):
            pixels = np.random.default_rng(index).integers(0, 255, (8, 8, 3), "uint8")
            Image.fromarray(pixels).save(tmp_path / "images" / name / f"{index}.png")
    broken = tmp_path / "images" / "dog" / "3.png"
    broken.write_bytes(broken.read_bytes()[:60])
    message = fails(data=f"image_folder(path={str(tmp_path / 'images')!r})")
    assert "3.png" in message


def test_a_backbone_for_another_modality_is_refused(fails, tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "images" / name).mkdir(parents=True)
        for index in range(12):
            pixels = np.full((8, 8, 3), index + (50 if name == "cat" else 0), "uint8")
            Image.fromarray(pixels).save(tmp_path / "images" / name / f"{index}.png")
    message = fails(data=f"image_folder(path={str(tmp_path / 'images')!r})")
    assert "reads image" in message
    assert "reads text" in message


@pytest.mark.slow
def test_a_full_disk_is_said(fails, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(split_table, "write", full)
    assert "free space" in fails()


@pytest.mark.slow
def test_an_interrupted_run_says_what_is_kept(fails, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(split_table, "write", stop)
    assert "Earlier results are untouched" in fails(status=130)


@pytest.mark.slow
def test_control_c_ends_a_process_in_one_message(settings, tmp_path):
    arguments = [f"--{k}={v}" for k, v in settings.items() if not isinstance(v, list)]
    process = subprocess.Popen(
        [sys.executable, "-m", "ftkeras.run", *arguments, f"--run_dir={tmp_path / 'run'}",
         "--phase=linear_probe(epochs=100000)"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    for line in process.stderr:
        if line.startswith("Baselines"):
            break
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in rest
    assert "the same command goes on from there" in rest
    assert list(tmp_path.iterdir()) == []
