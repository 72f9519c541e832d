import subprocess
import sys

from ftkeras import check_data, run
from ftkeras.config import RunConfig


def test_planted_faults_are_found_and_nothing_is_trained(tmp_path, capsys):
    rows = [f"the number {i} of {'many' if i % 2 else 'few'} films,{'good' if i % 2 else 'bad'}"
            for i in range(60)]  # fmt: skip
    rows += [rows[0], rows[1].replace("good", "bad")]  # a repeat, and a contradiction
    path = tmp_path / "r.csv"
    path.write_text("\n".join(["text,label", *rows]) + "\n")
    data = f"csv(path={str(path)!r})"
    found = check_data(RunConfig.read(mode="check_data", task="binary", data=data))
    names = {finding.check for finding in found}
    assert {"exact_duplicates", "conflicting_labels", "label_balance"} <= names
    printed = capsys.readouterr().out
    assert "Conflicting labels" in printed
    assert [p.name for p in tmp_path.iterdir()] == ["r.csv"]


def test_it_needs_no_framework(reviews):
    program = (
        "import sys\nfrom ftkeras import run\n"
        f"status = run.main(['--mode=check_data', '--task=binary', {f'--data=csv(path={str(reviews)!r})'!r}])\n"
        "sys.exit(status or sum(m in sys.modules for m in ('tensorflow', 'keras', 'jax')))"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


def test_data_are_required(capsys):
    assert run.main(["--mode=check_data", "--task=binary"]) == 2
    assert "--data" in capsys.readouterr().err
