import numpy as np
import pytest
from sklearn.metrics import log_loss, precision_score, recall_score

from ftkeras import finetune
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.records.decision import Decision
from ftkeras.records.predictions import Predictions


@pytest.mark.slow
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


@pytest.fixture(scope="module")
def ruled(settings, tmp_path_factory):
    """A run with rules for rare classes, and the same without."""
    folder = tmp_path_factory.mktemp("rules")
    source = {**settings, "phase": ["linear_probe(epochs=3, learning_rate=0.05)"]}
    asked = {**source, "balance": "undersample", "threshold": "maximum_f1"}
    record = finetune(RunConfig.read(**asked, run_dir=str(folder / "with")))
    finetune(RunConfig.read(**source, run_dir=str(folder / "without")))
    return folder, record


def _shares(folder, name):
    rows = Predictions.read(folder / name / "predictions/model.parquet").part("test")
    return rows.labels, 1 / (1 + np.exp(-rows.logits[:, 0].astype(float)))


@pytest.mark.slow
def test_the_record_says_what_a_rule_did_against_doing_nothing(ruled):
    """The head beside it is the one that a run of its own without the rules fits."""
    folder, record = ruled
    found = record.analyses["balance_effect"]
    assert found["rules"] == {"balance": "undersample", "threshold": "maximum_f1"}
    rows = {row["with"]["score"]: row for row in found["rows"]}
    assert len(rows) == 5
    threshold = next(iter(Decision.read(folder / "with/decision.json").thresholds.values()))
    for side, name, cut in (("with", "with", threshold), ("without", "without", 0.5)):
        labels, shares = _shares(folder, name)
        for score, expected in (
            ("precision", precision_score(labels, shares > cut, zero_division=np.nan)),
            ("recall", recall_score(labels, shares > cut)),
            ("log_loss", log_loss(labels, shares)),
        ):
            (row,) = [value for key, value in rows.items() if key.startswith(score)]
            assert row[side]["value"] == pytest.approx(expected, abs=2e-3), (score, side)
    for row in rows.values():
        if row["change"] is not None:
            difference = row["with"]["value"] - row["without"]["value"]
            assert row["change"]["difference"] == pytest.approx(difference, abs=1e-9)
            assert row["change"]["other"] == "nothing"


@pytest.mark.slow
def test_the_report_shows_it_beside_doing_nothing(ruled):
    page = (ruled[0] / "with/report.html").read_text()
    assert "What the rule for rare classes did" in page
    assert "--balance=undersample and --threshold=maximum_f1" in page
    assert "What the rule" not in (ruled[0] / "without/report.html").read_text()


@pytest.mark.slow
def test_a_rule_beside_a_trained_backbone_is_said_to_be_unmeasured(settings, tmp_path):
    changed = {**settings, "loss": "focal(gamma=1)", "phase": ["everything(epochs=1)"]}
    record = finetune(RunConfig.read(**changed, run_dir=str(tmp_path / "run")))
    found = record.analyses["balance_effect"]
    assert found["rows"] == []
    assert "Run it without --loss and compare" in found["missing"]
