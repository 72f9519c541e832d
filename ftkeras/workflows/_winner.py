"""The run that a search chose, inside the directory of the search."""

from pathlib import Path

WINNER = "winner"


def run_of(directory: Path) -> Path:
    """Returns the directory of the winner for that of a finished search, else the same directory.

    Args:
        directory: Of any run.
    """
    winner = directory / WINNER
    searched = (winner / "record.json").exists() and not (directory / "predictions").exists()
    return winner if searched else directory
