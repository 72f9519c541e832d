"""Looks at the data of a run and trains nothing."""

from ftkeras.config import RunConfig
from ftkeras.contracts.finding import Finding
from ftkeras.report import findings, rejected_rows
from ftkeras.workflows import _continued_run, _prepared_data, _source

REQUIRED = ("data", "task")


def check_data(config: RunConfig) -> list[Finding]:
    """Reads, deduplicates, splits and checks the data as `finetune` would, and prints a table.

    Rows that cannot be used are shown, too, unless they are refused; with
    `--on_bad_row=quarantine` they are written to `run_dir`, and nothing else is.

    Args:
        config: `data`, `task` and `split`; `run_dir` and `on_bad_row` for bad rows.

    Returns:
        What was found.

    Raises:
        UserError: The data cannot be read, or training on them would be pointless or dishonest.
    """
    data = _prepared_data.prepare(_continued_run.inherited(config))
    findings.show(data.findings, {name: len(part) for name, part in data.parts.items()})
    written = _source.write_quarantine(config, data.rejected, config.run_dir)
    rejected_rows.show(data.rejected, written)
    return data.findings
