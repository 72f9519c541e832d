import dataclasses

import pytest

from ftkeras import call_string, catalog
from ftkeras.contracts import phase
from ftkeras.records.run_record import RunRecord
from ftkeras.report import next_steps, verdict


@pytest.fixture
def record(binary_run) -> RunRecord:
    return RunRecord.read(binary_run / "record.json")


@pytest.mark.parametrize("kind", verdict.KINDS)
def test_every_verdict_has_advice(record, kind):
    assert next_steps.suggest(record, kind)[0]


def test_a_frozen_run_is_shown_a_phase_that_can_be_run(record):
    frozen = dataclasses.replace(record, phases=record.phases[:1])
    (advice,) = [text for text in next_steps.suggest(frozen, "works") if "--phase" in text]
    call = call_string.parse(advice.partition('--phase="')[2].rstrip('"'))
    asked = phase.from_call(call)
    catalog.check("freezing", asked.freezing)
    assert not any("--phase" in text for text in next_steps.suggest(record, "works"))
    table = dataclasses.replace(frozen, data={**frozen.data, "modality": "tabular"})
    assert not any("--phase" in text for text in next_steps.suggest(table, "works"))


def test_a_best_epoch_at_the_end_asks_for_more(record):
    assert any("more epochs" in text for text in next_steps.suggest(record, "works"))
    last = {**record.phases[-1], "best_epoch": 2}
    early = dataclasses.replace(record, phases=[last])
    assert not any("more epochs" in text for text in next_steps.suggest(early, "works"))
