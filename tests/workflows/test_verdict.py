import pytest

from ftkeras import run
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import RunRecord


def test_the_verdict_is_printed_with_its_ladder_and_reads_no_test_part(finished, capsys):
    run_dir, record = finished
    assert run.main(["--mode=verdict", f"--run_dir={run_dir}"]) == 0
    said = capsys.readouterr().out
    for name in ("Majority class", "Linear probe", "Nearest", "TF-IDF", "This model"):
        assert name in said
    assert "weakest first" in said
    assert RunRecord.read(run_dir / "record.json").test_reads == record.test_reads


def test_a_directory_without_a_run_is_refused(tmp_path, capsys):
    assert run.main(["--mode=verdict", f"--run_dir={tmp_path}"]) == 2
    assert "record of a finished run" in capsys.readouterr().err


@pytest.mark.slow
def test_the_same_architecture_with_random_weights_is_one_more_rival(settings, tmp_path):
    from ftkeras import finetune
    from ftkeras.config import RunConfig

    short = {**settings, "phase": ["linear_probe(epochs=2, learning_rate=0.05)"]}
    config = RunConfig.read(**short, random_twin=True, run_dir=str(tmp_path / "run"))
    record = finetune(config)
    assert "random_weights_probe" in record.measurements["test"]
    against = {item.other: item for item in record.comparisons if item.score == "accuracy"}
    # Its features are others: what is frozen here was never trained there.
    probe = Predictions.read(tmp_path / "run/predictions/baselines/random_weights_probe.parquet")
    known = Predictions.read(
        tmp_path / "run/predictions/baselines/features_logistic_regression.parquet"
    )
    assert (probe.logits != known.logits).any()
    assert against["random_weights_probe"].num_units == record.split["counts"]["test"]
    assert RunConfig.read(**record.config).random_twin


@pytest.mark.slow
def test_random_weights_are_trained_end_to_end_if_asked_for(settings, tmp_path):
    from ftkeras import finetune
    from ftkeras.config import RunConfig

    short = {**settings, "phase": ["linear_probe(epochs=2, learning_rate=0.05)"]}
    config = RunConfig.read(**short, random_twin="trained", run_dir=str(tmp_path / "run"))
    record = finetune(config)
    on_test = record.measurements["test"]
    assert {"random_weights_probe", "random_weights_trained"} <= set(on_test)
    against = {item.other: item for item in record.comparisons if item.score == "accuracy"}
    item = against["random_weights_trained"]
    ours, theirs = (
        next(m.value for m in on_test[name] if m.score == "accuracy")
        for name in ("model", "random_weights_trained")
    )
    assert item.difference == pytest.approx(ours - theirs)
    twin = record.analyses["random_twin"]
    assert (twin["epochs"], twin["epochs_of_recipe"]) == (2, 2)
    # All of it trained, where the recipe trains a head alone.
    assert twin["trained_parameters"] > record.phases[0]["trainable_parameters"]
    assert twin["trained_parameters"] >= record.backbone["parameters"]
    assert record.seconds["random_twin"] >= twin["seconds"]
    assert RunConfig.read(**record.config).random_twin == "trained"
