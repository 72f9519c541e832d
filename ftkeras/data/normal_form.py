"""When two examples say the same, although they are not the same bytes."""

import hashlib
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import sound
from ftkeras.contracts.dataset import Dataset
from ftkeras.data import image_file
from ftkeras.data.input_parts import parts_of, row_digest


def normal_forms(dataset: Dataset) -> NDArray[np.bytes_]:
    """Returns `(examples,)` digests of 16 bytes that are equal where two inputs say the same.

    Texts and pairs of them: `normal_text`. Images: the decoded pixels, so that a picture saved
    anew without loss, or with other metadata, is the same picture. Sounds: the decoded samples,
    rounded to 16 bits. Rows of a table are all different: equal ones have ids of their own.
    Inputs of several parts say the same where all parts do; lists of texts where they hold the
    same ones, in any order. Words: the same ones but for compatibility forms; case counts, for it
    may be what their tags tell.

    Raises:
        UserError: An image or a sound can no longer be read.
    """
    if dataset.modality == "text":
        digests = (_digest(normal_text(text).encode()) for text in dataset.inputs)
        return np.fromiter(digests, "S16", count=len(dataset))
    if dataset.modality == "text_pair":
        pairs = ("\0".join(map(normal_text, pair)) for pair in dataset.inputs)
        return np.array([_digest(pair.encode()) for pair in pairs], "S16")
    if dataset.modality == "words":
        return np.array([_digest("\0".join(map(_word_form, v)).encode()) for v in dataset.inputs],
                        "S16")  # fmt: skip
    if dataset.modality.endswith("_list"):
        return np.array([_digest(b"".join(item_forms(value))) for value in dataset.inputs], "S16")
    if dataset.modality == "tabular":
        return np.array([_digest(str(id_).encode()) for id_ in dataset.ids], "S16")
    if dataset.modality == "multimodal":
        return _of_all_parts(dataset)
    if dataset.modality == "audio":
        return np.array([_sound_digest(value) for value in dataset.inputs], "S16")
    return np.array(image_file.for_each(_pixel_digest, dataset.inputs), "S16")


def _word_form(word: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", word).split())


def item_forms(value: Sequence[Any]) -> list[bytes]:
    """Returns the sorted digests of the texts, or pairs of them, in a list.

    Example:
        >>> item_forms(("A b", "c")) == item_forms(("C", "a  b"))
        True
    """
    return sorted(map(item_form, value))


def item_form(item: Any) -> bytes:
    """Returns the digest of a text, or of a pair of them, in its normal form."""
    texts = (item,) if isinstance(item, str) else item
    return _digest("\0".join(map(normal_text, texts)).encode())


def _of_all_parts(dataset: Dataset) -> NDArray[np.bytes_]:
    forms = []
    for name, part in parts_of(dataset).items():
        if name == "tabular":  # beside a text or a picture, an equal row does not make two of one
            forms.append(
                np.array([_digest(row_digest(row).encode()) for row in part.inputs], "S16")
            )
        else:
            forms.append(normal_forms(part))
    rows = zip(*(form.tolist() for form in forms), strict=True)
    return np.array([_digest(b"".join(one.ljust(16, b"\0") for one in row)) for row in rows], "S16")


def normal_text(text: str) -> str:
    r"""Returns a text without what readers do not see: compatibility forms, case, spacing.

    Unicode NFKC, case folding, NFKC again (folding can undo it), every run of white space as one
    space, none at the ends.

    Example:
        >>> normal_text("  Ｇｒｅａｔ\n FUN ")
        'great fun'
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split())


def is_blank(text: str) -> bool:
    r"""Returns whether a text has no visible character; zero-width ones are not visible.

    Example:
        >>> is_blank(" \u200b\n"), is_blank(" . ")
        (True, False)
    """
    # Not printable are control, format, surrogate, private and unassigned characters.
    return not any(character.isprintable() and not character.isspace() for character in text)


def _pixel_digest(image: str | NDArray[np.uint8]) -> bytes:
    mode, pixels = image_file.canonical_pixels(image)
    return _digest(f"{mode}{pixels.shape}".encode() + pixels.tobytes())


def _sound_digest(value: Any) -> bytes:
    read = sound.read(value)
    samples = np.rint(np.clip(read.samples, -1, 1) * 32767).astype("<i2")
    return _digest(f"{read.sampling_rate} ".encode() + samples.tobytes())


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()[:16]
