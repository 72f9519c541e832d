"""Tweets with the mean rating of their sentiment: `id`, `text` and `rating`, from -4 to 4.

Unlike `tweets`, near-neutral ones are kept: to a regression they are as good as others. Repeated
tweets are kept as well: finding them is the loader's duty.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from experiments.assets import tweets


def prepare(package: Path, directory: Path) -> None:
    """Writes `tweets.csv` from the source archive.

    Args:
        package: The source archive.
        directory: An empty directory.
    """
    table = tweets.table(package, tweets.TABLE)
    with (directory / "tweets.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "text", "rating"])
        writer.writerows(rows(table))


def rows(table: str) -> Iterator[tuple[str, str, float]]:
    r"""Yields id, text and rating of every line.

    Args:
        table: Lines of id, mean rating and text, parted by tabs.

    Example:
        >>> list(rows("1\t2.7\tLucky.\r\n2\t-0.4\tWell.\r\n"))
        [('1', 'Lucky.', 2.7), ('2', 'Well.', -0.4)]
    """
    for line in table.rstrip("\r\n").split("\n"):
        identifier, rating, text = line.rstrip("\r").split("\t", 2)
        yield identifier, text, float(rating)
