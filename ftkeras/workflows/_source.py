"""Reads the data that a run names, and tells what became of rows that cannot be used."""

from collections.abc import Sequence
from pathlib import Path

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.contracts.dataset import Dataset, RejectedRow
from ftkeras.contracts.finding import Finding
from ftkeras.data.clean import cleaned
from ftkeras.message import counted, joined, message
from ftkeras.records import quarantine
from ftkeras.workflows import _spans

_SHOWN = 5


def read(config: RunConfig) -> Dataset:
    """Returns the labelled examples of `config.data`, bad rows treated as `on_bad_row` says.

    Their texts are cleaned as `config.clean` says.

    Raises:
        UserError: The data cannot be read; the message names file and row.
    """
    if config.data is None:
        raise ValueError(f"Expected data. Received: config={config}.")
    call = _spans.source_call(config.data, config.task)
    arguments = call.arguments
    # Sources without files, such as the sets of scikit-learn, have no bad rows.
    if config.on_bad_row and "on_bad_row" in catalog.parameters("data/sources", call.name):
        call = Call(call.name, {**arguments, "on_bad_row": config.on_bad_row})
    return cleaned(catalog.build("data/sources", call), config.clean)


def quarantines(config: RunConfig) -> bool:
    """Returns whether rows that cannot be used are written down."""
    said = config.data.arguments.get("on_bad_row") if config.data else None
    return (config.on_bad_row or said) == "quarantine"


def findings(config: RunConfig, rejected: Sequence[RejectedRow]) -> list[Finding]:
    """Returns a warning that names the first rows that were left out; nothing if none were."""
    if not rejected:
        return []
    named = [f"{row.location}: {row.reason}" for row in rejected[:_SHOWN]]
    if len(rejected) > _SHOWN:
        named.append(message("and {count:,} more", count=len(rejected) - _SHOWN))
    left_out = message("They are left out.")
    if quarantines(config):
        left_out = message(
            "They are left out, and written with the reasons to {file} in the run directory.",
            file=quarantine.FILE,
        )
    return [
        Finding(
            check="unusable_rows",
            severity="warning",
            message=counted(
                "{count:,} row cannot be used: {rows}.",
                "{count:,} rows cannot be used: {rows}.",
                count=len(rejected),
                rows=joined(named, "; "),
            ),
            action=left_out,
            count=len(rejected),
            locations=tuple(row.location for row in rejected[:_SHOWN]),
        )
    ]


def write_quarantine(
    config: RunConfig, rejected: Sequence[RejectedRow], directory: Path
) -> Path | None:
    """Writes the rows that were left out to a run's directory, if they are to be quarantined.

    Args:
        config: Says whether they are.
        rejected: What the source left out.
        directory: The run directory, or the temporary one that takes its place.

    Returns:
        The file; `None` when nothing was written.
    """
    if not rejected or not quarantines(config):
        return None
    quarantine.write(rejected, directory / quarantine.FILE)
    return directory / quarantine.FILE
