"""What is said of folds and seeds is what the record holds."""

import dataclasses
import io

import pytest
from rich.console import Console

from ftkeras.records.run_record import RunRecord
from ftkeras.report import cross_validation, next_steps

SCORES = {"model": [[0.9, 0.8], [0.7, 0.6]], "majority": [[0.5, 0.5], [0.5, 0.5]]}
SEEDS = {
    "standard_deviation": 0.02, "lowest": 0.71, "highest": 0.79, "standard_error": 0.04,
    "standard_error_of_next": 0.03, "standard_error_at_most_repeats": 0.02, "seed_error": 0.011,
    "seed_error_of_next": 0.009,
    "components": {"split": 0.0003, "initialisation": 0.0001, "order": 0.0, "rest": 0.0},
}  # fmt: skip


@pytest.fixture
def plain(binary_run) -> RunRecord:
    return RunRecord.read(binary_run / "record.json")


@pytest.fixture
def record(plain) -> RunRecord:
    found = {
        "folds": 2, "repeats": 2, "heads": 8, "runs": 4, "test_over_train": 1.0,
        "fold_scores": {**SCORES, **{name: SCORES["majority"]
                                     for name in plain.measurements["test"] if name != "model"}},
        "learning_rates": [[0.01, 0.01], [0.01, 0.1]], "best_epochs": [[3, 4], [0, 6]],
        "validation_loss": 0.3, "seeds": SEEDS, "ridge": {"accuracy": 0.812, "penalty": 1.0},
    }  # fmt: skip
    return dataclasses.replace(plain, analyses={"cross_validation": found})


def test_a_run_without_folds_has_no_page_of_folds(plain):
    assert cross_validation.page(plain) is None
    console = Console(file=io.StringIO())
    cross_validation.show(plain, console)
    assert console.file.getvalue() == ""


def test_each_fold_has_its_row(record):
    page = cross_validation.page(record)
    assert page.models[0] == "This model"
    assert [row.name for row in page.rows] == ["1.1", "1.2", "2.1", "2.2"]
    assert [row.scores[0] for row in page.rows] == ["0.900", "0.800", "0.700", "0.600"]
    assert [row.learning_rate for row in page.rows] == ["0.01", "0.01", "0.01", "0.1"]
    assert [row.best_epoch for row in page.rows] == ["3", "4", "none", "6"]
    assert page.svg.startswith("<svg")
    assert "4 held-out folds" in page.svg


def test_the_sentences_tell_the_numbers_of_the_record(record):
    told = " ".join(cross_validation.sentences(record))
    assert "0.01 in 3, 0.1 in 1 of 4 folds" in told
    assert "81.2%" in told
    assert "from 71.0% to 79.0%" in told
    assert "fold 75%, initial weights 25%" in told
    assert "would take off 25% of it" in told


def test_what_is_next_is_a_model_at_the_rate_most_folds_chose(record):
    config = {**record.config, "learning_rates": ["0.01", "0.1"]}
    steps = next_steps.suggest(dataclasses.replace(record, config=config), "works")
    (step,) = [text for text in steps if "--mode=finetune" in text]
    assert "learning_rate=0.01" in step
    assert "learning_rate" not in next(t for t in next_steps.suggest(record, "works")
                                       if "--mode=finetune" in t)  # fmt: skip
