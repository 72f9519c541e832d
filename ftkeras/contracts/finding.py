"""What a check of the data found, in a form that tables, reports and people can use."""

from dataclasses import dataclass
from typing import Protocol

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.split import Split
from ftkeras.message import Message, joined, message

SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """One thing worth knowing about the data before training on it.

    Args:
        check: The check that found it, a file in `data/checks/`.
        severity: `"error"` (training would be pointless or dishonest), `"warning"` or `"note"`.
        message: What was found, with its numbers, in one sentence.
        action: What was done about it, or what to do.
        count: Examples concerned.
        ids: Ids of the examples concerned.
        locations: Where the first of them stand.
    """

    check: str
    severity: str
    message: str
    action: str
    count: int = 0
    ids: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(
                f"Expected `severity` to be one of: {', '.join(SEVERITIES)}. "
                f"Received: severity={self.severity!r}."
            )

    @property
    def warning(self) -> Message:
        """The line that is printed of it before anything is trained."""
        return message("Warning: {told}", told=joined([self.message, self.action], " "))


class Check(Protocol):
    """One file in `data/checks/`: built from a call string, called with the data."""

    def __call__(self, dataset: Dataset, split: Split | None = None) -> list[Finding]:
        """Returns what was found; an empty list when all is well."""
