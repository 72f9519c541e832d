"""Tweets with sentiment: `id`, `text`, `rating` (mean of 20 raters, -4 to 4) and `sentiment`.

A tweet whose rating lies within half a point of zero is neither positive nor negative and is left
out. Repeated tweets are kept: finding them is the loader's duty.
"""

import csv
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

_INNER = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
TABLE = "hutto_ICWSM_2014/tweets_GroundTruth.txt"
_NEUTRAL = 0.5


def prepare(package: Path, directory: Path) -> None:
    """Writes `tweets.csv` from the source archive.

    Args:
        package: The source archive.
        directory: An empty directory.
    """
    write(package, TABLE, directory / "tweets.csv")


def write(package: Path, name: str, path: Path) -> None:
    """Writes one rated table of the source archive as CSV.

    Args:
        package: The source archive.
        name: The table in it.
        path: The file to write.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "text", "rating", "sentiment"])
        writer.writerows(rows(table(package, name)))


def table(package: Path, name: str) -> str:
    """Returns one rated table of the source archive.

    Args:
        package: The source archive.
        name: The table in it.
    """
    with tarfile.open(package) as outer, tarfile.open(fileobj=_member(outer, _INNER)) as inner:
        return _member(inner, name).read().decode("utf-8")


def rows(table: str) -> Iterator[tuple[str, str, float, str]]:
    r"""Yields id, text, rating and sentiment of every line that is not near-neutral.

    Args:
        table: Lines of id, mean rating and text, parted by tabs.

    Example:
        >>> list(rows("1\t2.7\tLucky.\r\n2\t-0.4\tWell.\r\n"))
        [('1', 'Lucky.', 2.7, 'positive')]
    """
    for line in table.rstrip("\r\n").split("\n"):
        identifier, rating, text = line.rstrip("\r").split("\t", 2)
        score = float(rating)
        if abs(score) >= _NEUTRAL:
            yield identifier, text, score, "positive" if score > 0 else "negative"


def _member(archive: tarfile.TarFile, name: str) -> io.BufferedReader:
    file = archive.extractfile(name)
    if file is None:
        raise LookupError(f"Expected a file in the archive. Received: name={name!r}.")
    return file  # type: ignore[return-value]
