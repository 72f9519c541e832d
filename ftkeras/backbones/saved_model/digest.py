"""The files of a SavedModel that are its program, and their digest."""

import hashlib
import posixpath
from collections.abc import Iterator

import tensorflow as tf

from ftkeras.errors import UserError

GRAPHS = ("saved_model.pb", "saved_model.pbtxt")
MODULE = "tfhub_module.pb"
_CHUNK = 1 << 20


def digest(directory: str) -> str:
    """Returns the SHA-256 of a SavedModel's program: its graphs and the assets these read.

    Weights are data that cannot run, so they are left out: fine-tuning does not change the digest.

    Args:
        directory: A local directory, or any that `tf.io.gfile` reads, such as `gs://…`.

    Raises:
        UserError: The directory holds no SavedModel.
    """
    total = hashlib.sha256()
    for name in program_files(directory):
        path = posixpath.join(directory, name)
        total.update(f"{name}\0{tf.io.gfile.stat(path).length}\0".encode())
        for chunk in _chunks(path):
            total.update(chunk)
    return total.hexdigest()


def program_files(directory: str) -> list[str]:
    """Returns the names, sorted, of all files that take part in what a SavedModel computes.

    Raises:
        UserError: The directory holds no SavedModel.
    """
    graphs = [name for name in GRAPHS if tf.io.gfile.exists(posixpath.join(directory, name))]
    if not graphs:
        raise UserError(
            f"Expected a directory with {GRAPHS[0]}. Received: {directory}. "
            "Give the directory that tf.saved_model.save wrote."
        )
    if tf.io.gfile.exists(posixpath.join(directory, MODULE)):
        graphs.append(MODULE)
    return sorted([*graphs, *_files_under(directory, "assets")])


def copy(directory: str, target: str, *, with_weights: bool) -> None:
    """Copies a SavedModel's program into an existing directory.

    Args:
        directory: Where it is; anything that `tf.io.gfile` reads.
        target: A local directory.
        with_weights: Whether the checkpoint comes along.
    """
    names = program_files(directory)
    if with_weights:
        names += _files_under(directory, "variables")
    for name in names:
        path = posixpath.join(target, name)
        tf.io.gfile.makedirs(posixpath.dirname(path))
        tf.io.gfile.copy(posixpath.join(directory, name), path, overwrite=True)


def _files_under(directory: str, folder: str) -> list[str]:
    found = []
    for where, _, names in tf.io.gfile.walk(posixpath.join(directory, folder)):
        inside = where.rstrip("/")[len(directory.rstrip("/")) + 1 :]
        found += [posixpath.join(inside, name) for name in names]
    return found


def _chunks(path: str) -> Iterator[bytes]:
    with tf.io.gfile.GFile(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
