"""Files that nobody sane would write, and what a reader may do with them."""

import io
import struct
import zipfile
import zlib

import numpy as np
from PIL import Image

from ftkeras.contracts.answer_table import AnswerTable
from ftkeras.contracts.dataset import Dataset
from ftkeras.errors import UserError

_LONGEST_MESSAGE = 4000


def outcome(build, *arguments, named="", **further):
    """Returns what a reader returns; a `UserError` is checked and gives `None`.

    Args:
        build: The reader.
        *arguments: For the reader.
        named: What a message has to name: the file.
        **further: For the reader.
    """
    try:
        found = build(*arguments, **further)
    except UserError as error:
        message = str(error)
        assert "eceived" in message
        assert len(message) <= _LONGEST_MESSAGE
        assert named in message
        message.encode("utf-8")  # can be printed and written
        return None
    assert isinstance(found, Dataset | AnswerTable)
    assert len(found.ids) == len(found.labels) > 0
    if isinstance(found, Dataset):
        for name, values in found.columns.items():
            assert len(values) == len(found)
            f"{name}{values.tolist()}".encode()
        assert len(found.inputs) == len(found.locations) == len(found)
        f"{found.labels.tolist()}{found.locations.tolist()}".encode()
    return found


def image_bytes(kind, mode="RGB", size=(12, 9)):
    """Returns a small image of noise, stored as the given kind."""
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3)).astype("uint8")
    data = io.BytesIO()
    Image.fromarray(noise).convert(mode).save(data, kind)
    return data.getvalue()


def png_of(width, height, body=b""):
    """Returns a PNG whose header promises any size."""

    def chunk(name, content):
        check = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(body))
        + chunk(b"IEND", b"")
    )


def npy_bytes(array, allow_pickle=False):
    """Returns an array as an `.npy` file."""
    data = io.BytesIO()
    np.lib.format.write_array(data, np.asanyarray(array), allow_pickle=allow_pickle)
    return data.getvalue()


def npz_bytes(members, compression=zipfile.ZIP_DEFLATED):
    """Returns an archive of the given members, name -> bytes."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()
