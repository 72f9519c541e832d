import pytest

from ftkeras import finetune
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.records.predictions import Predictions


def test_the_record_says_what_was_done_about_rare_classes(settings, finished, tmp_path):
    changed = {**settings, "balance": "oversample", "loss": "logit_adjustment(tau=1)"}
    changed["phase"] = ["linear_probe(epochs=2, learning_rate=0.05)"]
    config = RunConfig.read(**changed, run_dir=str(tmp_path / "run"))
    assert RunConfig.read(**config.settings()) == config
    record = finetune(config)
    said = record.analyses["imbalance"]
    assert said["loss"] == "logit_adjustment(tau=1)"
    counts = record.data["labels"]["train"]
    assert said["balance"]["rule"] == "oversample"
    for name, numbers in said["balance"]["classes"].items():
        assert numbers["examples"] == counts[name]
        assert numbers["used"] == numbers["weight"] == max(counts.values())
    # Only the training part is resampled.
    plain = Predictions.read(finished[0] / "predictions/model.parquet")
    judged = Predictions.read(tmp_path / "run/predictions/model.parquet")
    for part in ("validation", "test"):
        assert sorted(judged.part(part).ids) == sorted(plain.part(part).ids)


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"balance": "oversampel"}, "--balance.*Did you mean 'oversample'"),
     ({"loss": "focal(gama=2)"}, "--loss.*Did you mean 'gamma'")],
)  # fmt: skip
def test_a_wrong_name_is_refused_when_the_flags_are_read(settings, changes, says):
    with pytest.raises(UserError, match=says):
        RunConfig.read(**settings, **changes, run_dir="no/such")
