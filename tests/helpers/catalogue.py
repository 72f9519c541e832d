"""The sentences of the source that a catalogue must translate, found by Babel's extractor."""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

import ftkeras
from ftkeras.report import language

SOURCE = Path(ftkeras.__file__).parent
KEYWORDS = {**DEFAULT_KEYWORDS, "message": None, "counted": (1, 2)}
PO = language.CATALOGUES / "zh_CN" / "LC_MESSAGES" / "ftkeras.po"


def sentences(root: Path = SOURCE) -> Catalog:
    """Every translatable sentence below a folder."""
    with (SOURCE.parent / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = Catalog()
    for file, line, text, _, _ in extract_from_dir(root, methods, options, KEYWORDS):
        found.add(text, locations=[(file, line)])
    return found


def translations(path: Path = PO) -> Catalog:
    """The catalogue as its source says it."""
    with path.open("rb") as file:
        return read_po(file, locale="zh_CN")
