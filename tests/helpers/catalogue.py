"""The sentences of the source that a catalogue must translate, found by Babel's extractor."""

import ast
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
    with (SOURCE / "report" / "locale" / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = Catalog()
    for file, line, text, _, _ in extract_from_dir(root, methods, options, KEYWORDS):
        found.add(text, locations=[(file, line)])
    return found


def translations(path: Path = PO) -> Catalog:
    """The catalogue as its source says it."""
    with path.open("rb") as file:
        return read_po(file, locale="zh_CN")


def called(root: Path = SOURCE) -> set[str]:
    """First arguments, where written out, of every call by a keyword: what none may miss."""
    found = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                first = node.args[0] if node.args else None
                if node.func.id in KEYWORDS and isinstance(first, ast.Constant):
                    found.add(first.value)
    return found
