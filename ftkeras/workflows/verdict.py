"""Says in a paragraph and a table whether a finished run was worth it, and what is enough."""

from ftkeras.config import RunConfig
from ftkeras.records.run_record import RunRecord
from ftkeras.report import language, terminal
from ftkeras.report import verdict as rules

REQUIRED = ("run_dir",)


def verdict(config: RunConfig) -> rules.Verdict:
    """Prints the verdict on a run and the ladder it rests on.

    The ladder has every baseline, weakest first, and the model, each with the headline score on
    test and the paired difference of the model to it; p-values are adjusted for the number of
    comparisons (Holm). Nothing is read but the record, so the test part is not opened again.

    Args:
        config: `run_dir`, of any run that was judged.

    Returns:
        The verdict; `ftkeras.report.verdict` has the rules.

    Raises:
        UserError: The directory holds no finished run.
    """
    record = RunRecord.read(config.run_dir / "record.json")
    with language.using(config.language), language.of(record):
        found = rules.of(record)
        terminal.print_verdict(record, found, config.run_dir)
    return found
