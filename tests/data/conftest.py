"""Makes `made_datasets.py` importable: tests are imported by path, without their folder."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def digests_elsewhere():
    """What `digests` of a module says in a process that hashes otherwise, by the module's name."""
    modules = ("test_splits", "test_iterative_stratification")
    program = (
        "import importlib, json, sys; sys.path.insert(0, 'tests/data')\n"
        "print(json.dumps({n: importlib.import_module(n).digests() for n in sys.argv[1:]}))"
    )
    root = str(Path(__file__).parents[2])
    run = subprocess.run(
        [sys.executable, "-c", program, *modules], capture_output=True, text=True, cwd=root,
        check=True, env={"PYTHONHASHSEED": "123", "PYTHONPATH": root},
    )  # fmt: skip
    return json.loads(run.stdout)
