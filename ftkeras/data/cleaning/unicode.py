"""One way of writing each character, and no characters from reading bytes wrongly."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from ftkeras.errors import UserError

_FORMS = ("NFC", "NFD", "NFKC", "NFKD")
# What Windows-1252 shows for the bytes 0x80 to 0xbf, with which UTF-8 goes on.
_GOES_ON = "".join(
    bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(128, 192)
)
_READ_WRONGLY = re.compile(
    f"[\u00c2-\u00df][{_GOES_ON}]|[\u00e0-\u00ef][{_GOES_ON}]{{2}}|[\u00f0-\u00f4][{_GOES_ON}]{{3}}"
)
_MOST_TIMES = 10


@dataclass(frozen=True)
class Unicode:
    r"""Normalises Unicode, mends UTF-8 that was read as Windows-1252, drops control characters.

    Two to four characters that are one character of UTF-8 when written as Windows-1252 bytes are
    read again, as often as it takes; they hardly follow each other in real text. Control
    characters but tabs and line ends are dropped, and so are byte order marks; joiners of emoji and
    of scripts stay.

    Args:
        form: A Unicode normal form. `"NFC"` changes no meaning; `"NFKC"` also writes full-width
            letters, ligatures and superscripts plainly.

    Example:
        >>> Unicode()("cafe\u0301 â€œyesâ€\x9d, SchrÃ¶dinger")
        'café “yes”, Schrödinger'
        >>> Unicode(form="NFKC")("ﬁne ２")
        'fine 2'
    """

    form: Literal["NFC", "NFD", "NFKC", "NFKD"] = "NFC"

    def __post_init__(self) -> None:
        if self.form not in _FORMS:
            raise UserError(
                f"Expected `form` to be one of {', '.join(_FORMS)}. Received: form={self.form!r}."
            )

    def __call__(self, text: str) -> str:
        """Returns the text with one way of writing each character."""
        for _ in range(_MOST_TIMES):  # each step can make work for the others
            before = text
            text = _READ_WRONGLY.sub(_read_again, text)
            text = "".join(character for character in text if not _is_control(character))
            text = unicodedata.normalize(self.form, text)
            if text == before:
                break
        return text


def _read_again(match: re.Match[str]) -> str:
    """What stands there if its bytes are UTF-8, else the same again."""
    try:
        return b"".join(map(_byte, match.group())).decode("utf-8")
    except UnicodeError:
        return match.group()


def _byte(character: str) -> bytes:
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:  # five bytes that Windows-1252 leaves open are read as themselves
        return character.encode("latin-1")


def _is_control(character: str) -> bool:
    is_control = unicodedata.category(character) == "Cc" and character not in "\t\n\r"
    return is_control or character == "\ufeff"
