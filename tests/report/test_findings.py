import io

from rich.console import Console

from ftkeras.contracts.finding import Finding
from ftkeras.report import findings


def test_every_finding_is_a_row_with_its_words():
    console = Console(file=io.StringIO(), width=200)
    found = [Finding("exact_duplicates", "warning", "3 [repeats].", "One is kept."),
             Finding("label_balance", "note", "Half and half.", "Nothing to do.")]  # fmt: skip
    findings.show(found, {"train": 1000, "test": 20}, console)
    text = console.file.getvalue()
    assert "1,020 examples: 1,000 train, 20 test." in text
    for finding in found:
        assert finding.message in text
        assert finding.action in text
        assert finding.severity in text
