from ftkeras import run
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
