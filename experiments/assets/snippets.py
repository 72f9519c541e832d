"""Snippets of movie reviews with sentiment: `id`, `text`, `rating` and `sentiment`, as the tweets.

A snippet whose mean rating lies within half a point of zero is left out.
"""

from pathlib import Path

from experiments.assets import tweets

_TABLE = "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt"


def prepare(package: Path, directory: Path) -> None:
    """Writes `snippets.csv` from the source archive.

    Args:
        package: The source archive.
        directory: An empty directory.
    """
    tweets.write(package, _TABLE, directory / "snippets.csv")
