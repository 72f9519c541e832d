"""Fetching and unpacking SavedModels; whole or not at all."""

import http.client
import importlib
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import tensorflow as tf

from ftkeras.errors import UserError
from ftkeras.records.atomic import replacing_directory

_TIMEOUT_SECONDS = 60


def fetch(address: str, folder: Path, handle: str, caches: str) -> None:
    """Downloads an archive and unpacks it.

    Args:
        address: Where the archive is.
        folder: What it becomes.
        handle: What the person asked for.
        caches: Where it was looked for before, for the message.

    Raises:
        UserError: The network, the archive or the disk fails; nothing half-done stays.
    """
    with explained(handle, caches), tempfile.TemporaryFile() as file:
        # Only addresses with http:// or https:// come here.
        with urllib.request.urlopen(address, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            shutil.copyfileobj(answer, file)
        file.seek(0)
        unpack(file, folder)
    note = f"Module: {handle}\nDownloaded by ftkeras from: {address}\n"
    folder.with_name(f"{folder.name}.descriptor.txt").write_text(note, encoding="utf-8")


def unpack(file: "IO[bytes] | Any", folder: Path) -> None:
    """Unpacks an archive; a member that points outside of it is refused.

    Args:
        file: The archive, opened.
        folder: What it becomes.
    """
    with tarfile.open(fileobj=file, mode="r:*") as archive, replacing_directory(folder) as made:
        archive.extractall(made, filter="data")


def from_kagglehub(model: str, handle: str, caches: str) -> str | None:
    """Downloads with kagglehub, which knows the person's credentials.

    Args:
        model: `owner/model/framework/variation[/version]`.
        handle: What the person asked for.
        caches: Where it was looked for before, for the message.

    Returns:
        The directory; `None` when kagglehub is not installed.

    Raises:
        UserError: kagglehub fails.
    """
    try:
        kagglehub = importlib.import_module("kagglehub")
    except ImportError:
        return None
    with explained(handle, caches):
        return str(kagglehub.model_download(model))


@contextmanager
def explained(handle: str, caches: str) -> Iterator[None]:
    """Words what goes wrong between a handle and its directory as a `UserError`.

    Args:
        handle: What the person asked for.
        caches: Where it was looked for before.
    """
    try:
        yield
    except UserError:
        raise
    except (tarfile.TarError, EOFError) as error:
        raise UserError(
            f"Expected a whole archive (.tar.gz) of a SavedModel. Received: {handle} "
            f"({type(error).__name__}: {error}). Download it again, or check the address."
        ) from error
    except urllib.error.HTTPError as error:
        raise UserError(
            f"Expected an address with a SavedModel. Received: {handle}, which answers "
            f"{error.code} {error.reason}. Check it in a browser; models of tfhub.dev are on "
            "https://www.kaggle.com/models now."
        ) from error
    except (OSError, http.client.HTTPException, ValueError, tf.errors.OpError) as error:
        raise UserError(
            f"Expected to reach {handle}, or to find it in {caches}. Received: "
            f"{type(error).__name__}: {str(error)[:300]}. Check the network; or download it "
            "elsewhere and give its directory or .tar.gz file."
        ) from error
