"""Looks at the data of a run and trains nothing."""

from ftkeras.config import RunConfig
from ftkeras.contracts.finding import Finding
from ftkeras.report import findings
from ftkeras.workflows import _prepared_data

REQUIRED = ("data", "task")


def check_data(config: RunConfig) -> list[Finding]:
    """Reads, deduplicates, splits and checks the data as `finetune` would, and prints a table.

    Args:
        config: `data`, `task` and `split`.

    Returns:
        What was found.

    Raises:
        UserError: The data cannot be read, or training on them would be pointless or dishonest.
    """
    data = _prepared_data.prepare(config)
    findings.show(data.findings, {name: len(part) for name, part in data.parts.items()})
    return data.findings
