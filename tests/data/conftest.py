"""Makes `made_datasets.py` importable: tests are imported by path, without their folder."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def repository():
    """The root of the repository."""
    return Path(__file__).parents[2]
