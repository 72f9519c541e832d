"""Handles to directories, against a server on this machine and made-up caches."""

import hashlib
import http.server
import io
import sys
import tarfile
import threading
import types
from pathlib import Path

import pytest
import tensorflow as tf

from ftkeras.backbones.saved_model import download
from ftkeras.backbones.saved_model.resolve import resolve
from ftkeras.errors import UserError

GRAPH = b"a graph"


def archive(name="saved_model.pb"):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as packed:
        member = tarfile.TarInfo(name)
        member.size = len(GRAPH)
        packed.addfile(member, io.BytesIO(GRAPH))
    return content.getvalue()


def saved_model(directory):
    directory.mkdir(parents=True)
    (directory / "saved_model.pb").write_bytes(GRAPH)
    return str(directory)


def holds_the_graph(directory):
    return Path(directory, "saved_model.pb").read_bytes() == GRAPH


@pytest.fixture(autouse=True)
def caches(tmp_path, monkeypatch):
    monkeypatch.setenv("TFHUB_CACHE_DIR", str(tmp_path / "hub"))
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "kaggle"))


@pytest.fixture
def server():
    """A server that answers with what is in `answers`, and remembers what was asked."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(self.path)
            body = self.server.answers.get(self.path)
            self.send_response(404 if body is None else 200)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as started:
        started.answers, started.asked = {}, []
        started.address = f"http://127.0.0.1:{started.server_port}"
        thread = threading.Thread(target=started.serve_forever)
        thread.start()
        yield started
        started.shutdown()
        thread.join()


@pytest.fixture
def kagglehub(monkeypatch, tmp_path):
    asked = []

    def model_download(handle):
        asked.append(handle)
        return saved_model(tmp_path / "downloaded")

    monkeypatch.setitem(
        sys.modules, "kagglehub", types.SimpleNamespace(model_download=model_download)
    )
    return asked


def test_a_directory_is_itself(tmp_path):
    directory = saved_model(tmp_path / "model")
    assert resolve(directory) == directory


@pytest.mark.parametrize("name", ["saved_model.pb", "./saved_model.pb", "nnlm/saved_model.pb"])
def test_an_archive_is_unpacked_once(tmp_path, name):
    (tmp_path / "model.tar.gz").write_bytes(archive(name))
    first = resolve(str(tmp_path / "model.tar.gz"))
    assert holds_the_graph(first)
    Path(first, "mark").touch()
    assert resolve(str(tmp_path / "model.tar.gz")) == first
    assert Path(first, "mark").exists()


def test_an_archive_that_reaches_outside_is_refused(tmp_path):
    (tmp_path / "model.tar.gz").write_bytes(archive("../../saved_model.pb"))
    with pytest.raises(UserError, match="OutsideDestinationError"):
        resolve(str(tmp_path / "model.tar.gz"))
    assert not list((tmp_path / "hub").iterdir())


@pytest.mark.parametrize("content", [b"no archive", archive()[:70]], ids=["other", "cut off"])
def test_a_damaged_archive_is_a_clear_error(tmp_path, content):
    (tmp_path / "model.tar.gz").write_bytes(content)
    with pytest.raises(UserError, match="Expected a whole archive"):
        resolve(str(tmp_path / "model.tar.gz"))


def test_an_address_is_downloaded_once_to_the_hubs_own_cache(server, tmp_path):
    handle = f"{server.address}/google/tiny/1"
    server.answers["/google/tiny/1?tf-hub-format=compressed"] = archive()
    folder = tmp_path / "hub" / hashlib.sha1(handle.encode(), usedforsecurity=False).hexdigest()
    assert resolve(handle) == str(folder)
    assert holds_the_graph(folder)
    assert handle in folder.with_name(f"{folder.name}.descriptor.txt").read_text()
    assert resolve(handle) == str(folder)
    assert len(server.asked) == 1


def test_an_address_of_an_archive_is_taken_as_it_is(server):
    server.answers["/tiny.tar.gz"] = archive()
    assert holds_the_graph(resolve(f"{server.address}/tiny.tar.gz"))


def test_an_address_that_answers_404_is_a_clear_error(server, tmp_path):
    with pytest.raises(UserError, match="answers 404 Not Found"):
        resolve(f"{server.address}/no/such/1")
    assert not (tmp_path / "hub").exists() or not list((tmp_path / "hub").iterdir())


def test_a_web_page_is_no_archive(server):
    server.answers["/page/1?tf-hub-format=compressed"] = b"<html>"
    with pytest.raises(UserError, match="Expected a whole archive"):
        resolve(f"{server.address}/page/1")


def test_without_a_network_the_message_names_the_caches(tmp_path):
    with pytest.raises(
        UserError, match=r"hub \(TFHUB_CACHE_DIR\)\. Received: URLError.*Check the network"
    ):
        resolve("http://127.0.0.1:9/google/tiny/1")


KAGGLE = "google/tiny/tensorFlow2/small"


@pytest.mark.parametrize(
    "handle",
    [
        "https://www.kaggle.com/models/google/tiny/frameworks/TensorFlow2/variations/small/versions/2",
        "https://www.kaggle.com/models/google/tiny/tensorFlow2/small/2",
        "https://kaggle.com/models/google/tiny/TensorFlow2/small/versions/2?tab=x",
        f"{KAGGLE}/2",
    ],
)
def test_kagglehubs_cache_serves_every_way_to_name_a_model(tmp_path, handle, kagglehub):
    base = tmp_path / "kaggle" / "models" / "google" / "tiny" / "tensorFlow2" / "small"
    expected = [saved_model(base / version) for version in ("1", "2", "10")]
    assert resolve(handle) == expected[1]
    assert resolve(KAGGLE) == expected[2]
    assert kagglehub == []


def test_a_kaggle_model_is_fetched_by_kagglehub(kagglehub):
    assert holds_the_graph(resolve("https://www.kaggle.com/models/google/tiny/TensorFlow2/small/1"))
    assert kagglehub == ["google/tiny/TensorFlow2/small/1"]


def test_without_kagglehub_the_archive_is_downloaded(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setitem(sys.modules, "kagglehub", None)
    monkeypatch.setattr(
        download, "fetch", lambda address, folder, *_: asked.append(address) or saved_model(folder)
    )
    assert holds_the_graph(resolve(f"{KAGGLE}/1"))
    assert asked == [f"https://www.kaggle.com/api/v1/models/{KAGGLE}/1/download"]
    with pytest.raises(UserError, match=f"Add it: {KAGGLE}/1"):
        resolve(KAGGLE)


def test_what_kagglehub_says_is_passed_on(monkeypatch):
    def refuse(handle):
        raise OSError("403 Forbidden: accept the licence first")

    monkeypatch.setitem(sys.modules, "kagglehub", types.SimpleNamespace(model_download=refuse))
    with pytest.raises(UserError, match="accept the licence first"):
        resolve(f"{KAGGLE}/1")


def test_a_remote_directory_is_read_where_it_is():
    """TensorFlow's file system in memory stands for gs://: both go through tf.io.gfile."""
    tf.io.gfile.makedirs("ram://bucket/model")
    with tf.io.gfile.GFile("ram://bucket/model/saved_model.pb", "wb") as file:
        file.write(GRAPH)
    assert resolve("ram://bucket/model") == "ram://bucket/model"
    with tf.io.gfile.GFile("ram://bucket/model.tar.gz", "wb") as file:
        file.write(archive())
    assert holds_the_graph(resolve("ram://bucket/model.tar.gz"))


@pytest.mark.parametrize(
    ("handle", "says"),
    [
        ("no/such/directory", "does not exist"),
        ("empty", "has none"),
        ("file.txt", "a file"),
        ("nowhere://bucket/model", "Check the address"),
    ],
)
def test_what_cannot_be_one_is_a_clear_error(tmp_path, monkeypatch, handle, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").touch()
    with pytest.raises(UserError, match=says):
        resolve(handle)
