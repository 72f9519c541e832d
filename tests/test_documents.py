"""What the documents name can be had as they name it."""

import re
import subprocess
import sys
from pathlib import Path

from ftkeras import flags

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / name for name in ("README.md", "BUILD.md", "CHANGELOG.md")]

# In a process of its own: what was imported once is an attribute for everybody.
RESOLVE = """
import sys, ftkeras
missing = []
for dotted in sys.argv[1:]:
    found = ftkeras
    for name in dotted.split(".")[1:]:
        found = getattr(found, name, None)
    if found is None:
        missing.append(dotted)
print(missing)
"""


def test_every_python_name_resolves_after_import_ftkeras():
    text = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    without_commands = re.sub(r"-m ftkeras[.\w]*", "", text)
    names = sorted(set(re.findall(r"(?<![\w/])ftkeras(?:\.[A-Za-z_]\w*)+", without_commands)))
    assert "ftkeras.training.merge_duplicate_rows" in names
    said = subprocess.run(
        [sys.executable, "-c", RESOLVE, *names], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip().splitlines()[-1] == "[]"


def test_every_flag_is_one():
    known = set(re.findall(r"^  --(\w+)$", flags.help_text(), re.MULTILINE)) | {"help", "flagfile"}
    for document in (DOCUMENTS[0], DOCUMENTS[2]):
        commands = re.sub(r"(pip|git|make|cmake) [^\n`]*", "", document.read_text(encoding="utf-8"))
        named = set(re.findall(r"(?<![\w-])--([a-z_]+)", commands))
        assert named - known - {"quick"} == set(), document.name
