"""Handle -> directory of a SavedModel: local, from a cache, or downloaded into one."""

import hashlib
import os
import posixpath
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import tensorflow as tf

from ftkeras.backbones.saved_model import digest, download
from ftkeras.errors import UserError

_ARCHIVES = (".tar.gz", ".tgz", ".tar")
_KAGGLE_URL = re.compile(
    r"https?://(?:www\.)?kaggle\.com/models/(?P<owner>[^/?#]+)/(?P<model>[^/?#]+)"
    r"(?:/frameworks)?/(?P<framework>[^/?#]+)(?:/variations)?/(?P<variation>[^/?#]+)"
    r"(?:(?:/versions)?/(?P<version>\d+))?/?(?:[?#].*)?"
)
_KAGGLE_HANDLE = re.compile(
    r"(?P<owner>[\w.-]+)/(?P<model>[\w.-]+)/(?P<framework>tensorflow[12]|keras)"
    r"/(?P<variation>[\w.-]+)(?:/(?P<version>\d+))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _KaggleModel:
    owner: str
    model: str
    framework: str
    variation: str
    version: str | None

    def __str__(self) -> str:
        parts = (self.owner, self.model, self.framework, self.variation, self.version)
        return "/".join(part for part in parts if part)


def resolve(handle: str) -> str:
    """Returns the directory of a SavedModel, downloading it if it has to.

    Downloads are kept where tensorflow_hub and kagglehub keep theirs, so that either finds what
    the other fetched: `TFHUB_CACHE_DIR` (else a folder for temporary files) with one folder for
    each address, named by its SHA-1; and kagglehub's own cache. What is in a cache is taken from
    there without asking the network, without a version the newest.

    Args:
        handle: A directory; a `.tar.gz` file; `gs://…`, a directory or an archive; an address such
            as `https://tfhub.dev/…` or `https://www.kaggle.com/models/…`; or a Kaggle handle
            `owner/model/tensorFlow2/variation/version`.

    Returns:
        A local directory, or one that `tf.io.gfile` reads.

    Raises:
        UserError: Nothing is there, it is no SavedModel, or it cannot be fetched.
    """
    kaggle = _as_kaggle(handle)
    if "://" not in handle:
        path = os.path.expanduser(handle)
        if os.path.exists(path):
            return _local(path, handle)
        if kaggle is None:
            raise UserError(
                f"Expected a SavedModel. Received: {handle}, which does not exist. "
                "Correct the path."
            )
    cached = _in_hub_cache(handle) or (_in_kaggle_cache(kaggle) if kaggle else None)
    if cached is not None:
        return cached
    if kaggle is not None:
        return _from_kaggle(kaggle, handle)
    if handle.startswith(("http://", "https://")):
        address = handle if handle.endswith(_ARCHIVES) else f"{handle}?tf-hub-format=compressed"
        return _found(_downloaded(address, handle), handle)
    if handle.endswith(_ARCHIVES):
        return _extracted(handle, _hub_folder(handle))
    return _found(handle, handle)


def _local(path: str, handle: str) -> str:
    if os.path.isdir(path):
        return _found(path, handle)
    if not path.endswith(_ARCHIVES):
        raise UserError(
            f"Expected a directory, or an archive ({', '.join(_ARCHIVES)}). "
            f"Received: {handle}, a file. Give the directory that holds saved_model.pb."
        )
    with open(path, "rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return _extracted(path, _cache() / f"file-{content[:40]}")


def _extracted(archive: str, folder: Path) -> str:
    if not folder.is_dir():
        with download.explained(archive, str(folder)), tf.io.gfile.GFile(archive, "rb") as file:
            download.unpack(file, folder)
    return _found(str(folder), archive)


def _downloaded(address: str, handle: str) -> str:
    folder = _hub_folder(handle)
    download.fetch(address, folder, handle, f"{_cache()} (TFHUB_CACHE_DIR)")
    return str(folder)


def _from_kaggle(kaggle: _KaggleModel, handle: str) -> str:
    caches = f"{_cache()} (TFHUB_CACHE_DIR) and {_kaggle_cache()} (KAGGLEHUB_CACHE)"
    fetched = download.from_kagglehub(str(kaggle), handle, caches)
    if fetched is None:
        if kaggle.version is None:
            raise UserError(
                f"Expected a version. Received: {handle}. Add it: {kaggle}/1; or install kagglehub."
            )
        fetched = str(_hub_folder(handle))
        address = f"https://www.kaggle.com/api/v1/models/{kaggle}/download"
        download.fetch(address, Path(fetched), handle, caches)
    return _found(fetched, handle)


def _found(directory: str, handle: str) -> str:
    """The directory, or the only one in it, for some archives put everything into a folder."""
    if _is_saved_model(directory):
        return directory
    if tf.io.gfile.isdir(directory):
        inside = [posixpath.join(directory, name) for name in tf.io.gfile.listdir(directory)]
        if len(inside) == 1 and _is_saved_model(inside[0]):
            return inside[0].rstrip("/")
    raise UserError(
        f"Expected a directory with {digest.GRAPHS[0]}. Received: {handle} ({directory}), which "
        "has none. Models for Keras, TF Lite or TF.js are no SavedModels: choose the TensorFlow 2 "
        "variation."
    )


def _is_saved_model(directory: str) -> bool:
    try:
        return any(tf.io.gfile.exists(posixpath.join(directory, name)) for name in digest.GRAPHS)
    except tf.errors.OpError as error:
        raise UserError(
            f"Expected a place that TensorFlow can read. Received: {directory} "
            f"({type(error).__name__}: {error}). Check the address and your credentials."
        ) from error


def _as_kaggle(handle: str) -> _KaggleModel | None:
    found = _KAGGLE_URL.fullmatch(handle) or _KAGGLE_HANDLE.fullmatch(handle)
    return _KaggleModel(**found.groupdict()) if found else None


def _cache() -> Path:
    named = os.environ.get("TFHUB_CACHE_DIR")
    return Path(named).expanduser() if named else Path(tempfile.gettempdir()) / "tfhub_modules"


def _hub_folder(handle: str) -> Path:
    return _cache() / hashlib.sha1(handle.encode(), usedforsecurity=False).hexdigest()


def _in_hub_cache(handle: str) -> str | None:
    folder = _hub_folder(handle)
    return _found(str(folder), handle) if folder.is_dir() and any(folder.iterdir()) else None


def _kaggle_cache() -> Path:
    named = os.environ.get("KAGGLEHUB_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "kagglehub"


def _in_kaggle_cache(kaggle: _KaggleModel) -> str | None:
    folder = _kaggle_cache() / "models" / kaggle.owner / kaggle.model
    versions = {}
    for path in folder.glob("*/*/*"):
        *_, framework, variation, version = path.parts
        is_it = (framework.lower(), variation) == (kaggle.framework.lower(), kaggle.variation)
        if is_it and version.isdigit() and _is_saved_model(str(path)):
            versions[int(version)] = str(path)
    wanted = max(versions, default=0) if kaggle.version is None else int(kaggle.version)
    return versions.get(wanted)
