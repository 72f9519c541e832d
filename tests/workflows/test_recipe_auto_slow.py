"""`--recipe=auto` on real weights and real tweets."""

from pathlib import Path

import pytest

from ftkeras import finetune
from ftkeras.config import RunConfig

FETCHED = Path(__file__).parents[2] / "experiments/assets/fetched"


@pytest.mark.slow
@pytest.mark.skipif(not (FETCHED / "minilm").exists(), reason="real weights are not fetched")
def test_unfreezing_on_tweets_is_decided_by_a_gain_and_written_down(tmp_path):
    record = finetune(
        RunConfig.read(
            mode="finetune",
            backbone=str(FETCHED / "minilm"),
            task="binary",
            data=f"csv(path={str(FETCHED / 'tweets/tweets.csv')!r}, text='text', "
            "label='sentiment')",
            recipe="auto(most_blocks=1, epochs=1, learning_rate=5e-5, probe_epochs=40, "
            "probe_learning_rate=0.003)",
            sequence_length="64",
            run_dir=str(tmp_path / "run"),
            cache_dir=str(tmp_path / "cache"),
        )
    )
    decided = record.analyses["recipe"]
    [look] = decided["looks"]
    probe, stage = record.phases
    assert look["num_units"] == record.split["counts"]["validation"]
    assert (look["p_value"] <= 0.05 and look["difference"] < 0) == look["goes_on"]
    assert (stage["best_epoch"] > 0) == look["goes_on"]
    assert decided["reason"] == ("budget" if look["goes_on"] else "no_gain")
    kept = stage if look["goes_on"] else probe
    best = kept["history"]["val_log_loss"][kept["best_epoch"] - 1]
    assert record.streamed["validation"]["log_loss"] == pytest.approx(best, abs=1e-4)
    [accuracy] = [m for m in record.measurements["test"]["model"] if m.score == "accuracy"]
    assert accuracy.value > 0.86
    assert "one-sided" in (tmp_path / "run/report.html").read_text()
