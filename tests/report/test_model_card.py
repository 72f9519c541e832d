import json

import pytest
from sklearn.metrics import accuracy_score

from ftkeras.errors import UserError
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import RunRecord
from ftkeras.report import model_card, verdict


def card(run_dir):
    return model_card.write(run_dir).read_text(encoding="utf-8")


def test_the_index_of_a_hub_holds_every_score_on_test(binary_run):
    head = card(binary_run).split("---")[1]
    line = next(line for line in head.splitlines() if line.startswith("model-index: "))
    (result,) = json.loads(line.removeprefix("model-index: "))[0]["results"]
    values = {metric["type"]: metric["value"] for metric in result["metrics"]}
    test = Predictions.read(binary_run / "predictions" / "model.parquet").part("test")
    assert values["accuracy"] == accuracy_score(test.labels, test.logits[:, 0] > 0)
    record = RunRecord.read(binary_run / "record.json")
    assert set(values) == {item.score for item in record.measurements["test"]["model"]}
    assert result["dataset"]["split"] == "test"


def test_people_read_the_verdict_the_scores_and_how_to_replay(binary_run):
    text = card(binary_run)
    record = RunRecord.read(binary_run / "record.json")
    assert f"**{verdict.of(record).title}.**" in text
    assert record.command in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    widths = {}
    for line in tables:
        widths.setdefault(line.count("|"), []).append(line)
    # Every table has one width from head to foot: a stray bar would break it.
    assert all(len(lines) >= 3 for lines in widths.values())


def test_the_same_record_gives_the_same_card(binary_run):
    assert card(binary_run) == card(binary_run)


def test_signs_of_markdown_stay_signs():
    assert model_card.text("<script>|*x*\n_y_") == "\\<script\\>\\|\\*x\\* \\_y\\_"


def test_without_a_record_there_is_no_card(tmp_path):
    with pytest.raises(UserError, match="record of a finished run"):
        model_card.write(tmp_path)
    assert not (tmp_path / "model_card.md").exists()
