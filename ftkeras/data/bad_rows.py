"""What happens to rows that cannot be used: refuse the file, or leave them out and say so."""

from dataclasses import dataclass, field

from ftkeras.contracts.dataset import RejectedRow
from ftkeras.errors import UserError

POLICIES = ("error", "skip", "quarantine")
_SHOWN = 5
_EXCERPT = 200


@dataclass
class BadRows:
    """Collects the bad rows of one file, so that one message names them all.

    Args:
        policy: `"error"` refuses the file; `"skip"` and `"quarantine"` leave the rows out, and the
            dataset lists them in `rejected`. A run then tells of them, and of quarantined ones
            writes each with its reason to its run directory.
        source: Name of the file, for messages.

    Raises:
        UserError: An unknown policy.

    Example:
        >>> bad = BadRows("skip")
        >>> bad.add("reviews.csv, row 3", "`text` is empty", content="['', 'good']")
        >>> [row.location for row in bad.settle()]
        ['reviews.csv, row 3']
    """

    policy: str
    source: str = ""
    rows: list[RejectedRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.policy not in POLICIES:
            raise UserError(
                f"Expected `on_bad_row` to be one of: {', '.join(POLICIES)}. "
                f"Received: on_bad_row={self.policy!r}."
            )

    def add(self, location: str, reason: str, content: str = "", column: str = "") -> None:
        """Notes one bad row.

        Args:
            location: Where it stands.
            reason: What is wrong with it.
            content: The row as it was found; the beginning is kept.
            column: The column that is wrong, if it is one.
        """
        excerpt = content if len(content) <= _EXCERPT else content[:_EXCERPT] + "…"
        self.rows.append(RejectedRow(location, reason, excerpt, column))

    def nothing_left(self) -> UserError:
        """Returns the error for a file in which no row can be used."""
        told = f" of {self.source}" if self.source else ""
        if self.rows:
            first = self.rows[0]
            told += f"; {len(self.rows)} left out, the first is {first.location}: {first.reason}"
        return UserError(
            f"Expected at least one example. Received: no usable row{told}. Check that the file is "
            "the right one."
        )

    def settle(self) -> tuple[RejectedRow, ...]:
        """Returns the rows that were left out.

        Raises:
            UserError: The policy is `"error"` and there are bad rows; the message names the first
                five.
        """
        if self.rows and self.policy == "error":
            named = "; ".join(f"{row.location}: {row.reason}" for row in self.rows[:_SHOWN])
            more = f"; and {len(self.rows) - _SHOWN} more" if len(self.rows) > _SHOWN else ""
            raise UserError(
                f"Expected every example to be usable. Received: {len(self.rows)} bad: {named}"
                f"{more}. Mend them, or leave them out with on_bad_row='skip' (or 'quarantine', "
                "which writes each with its reason to the run directory)."
            )
        return tuple(self.rows)
