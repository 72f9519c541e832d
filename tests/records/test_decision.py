import json

import pytest

from ftkeras.errors import UserError
from ftkeras.records.decision import Decision

FULL = Decision(
    calibration="temperature",
    parameters={"temperature": 1.7},
    rule="cost(false_positive=1, false_negative=4)",
    thresholds={"spam": 0.2},
    num_units=300,
)


def test_what_was_written_is_read(tmp_path):
    FULL.write(tmp_path / "decision.json")
    assert Decision.read(tmp_path / "decision.json") == FULL
    assert Decision.from_json(json.loads(json.dumps(FULL.to_json()))) == FULL


def test_no_file_is_no_decision(tmp_path):
    assert Decision.read(tmp_path / "decision.json") is None


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("0.2", "0.3"),
        lambda text: text.replace('"schema_version": 1', '"schema_version": 2'),
        lambda text: text[:-5],
        lambda text: "[]",
        lambda text: "{}",
    ],
)
def test_a_changed_or_damaged_decision_is_refused(tmp_path, change):
    path = tmp_path / "decision.json"
    FULL.write(path)
    path.write_text(change(path.read_text()))
    with pytest.raises(UserError, match=r"Received: path=.*decision\.json"):
        Decision.read(path)
