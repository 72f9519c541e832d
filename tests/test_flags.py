import re
import subprocess
import sys

import pytest

from ftkeras import flags, run
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.records import flagfile

FINETUNE = [
    "--backbone=preset://bert_tiny_en_uncased",
    "--task=binary",
    "--data=csv(path='reviews.csv', text='review')",
    "--run_dir=runs/x",
]


def test_a_command_line_becomes_a_config():
    config = flags.parse([*FINETUNE, "--phase=top_blocks(count=2, epochs=3)", "--seed=7"])
    assert config.mode == "finetune"
    assert config.data.arguments == {"path": "reviews.csv", "text": "review"}
    assert (config.phases[0].freezing.arguments, config.phases[0].epochs) == ({"count": 2}, 3)
    assert config.seed == 7


def test_a_written_flagfile_reads_back_as_the_same_config(tmp_path):
    config = flags.parse(
        [*FINETUNE, "--phase=linear_probe", "--phase=everything(learning_rate=1e-05)",
         "--metric=f1_score(average='macro')", "--metric=accuracy", "--sequence_length=64"]
    )  # fmt: skip
    flagfile.write(config.settings(), "replay", tmp_path / "run.flags")
    assert flags.parse([f"--flagfile={tmp_path / 'run.flags'}"]) == config
    assert RunConfig.read(**config.settings()) == config


def test_scalars_override_a_flagfile_and_repeated_flags_add_up(tmp_path):
    file = tmp_path / "run.flags"
    file.write_text("\n".join([*FINETUNE, "--seed=1", "--phase=linear_probe"]))
    config = flags.parse([f"--flagfile={file}", "--seed=2", "--phase=everything"])
    assert config.seed == 2
    assert [phase.freezing.name for phase in config.phases] == ["linear_probe", "everything"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--bakbone=x"], "backbone"),
        (["--mode=fintune"], "--mode: .*Did you mean 'finetune'"),
        ([], "Expected --backbone"),
        (["--mode=evaluate"], "Expected --run_dir"),
        ([*FINETUNE, "--task=binery"], "--task: .*Did you mean 'binary'"),
        ([*FINETUNE, "--data=csv(pth='x')"], "--data: .*Did you mean 'path'"),
        ([*FINETUNE, "--data=csv(path=x)"], "--data: Expected a literal"),
        ([*FINETUNE, "--phase=linear_probe(epochs=0)"], "--phase: .*epochs=0"),
        ([*FINETUNE, "--phase=linear_probe(epoch=3)"], "--phase: .*Did you mean 'epochs'"),
        ([*FINETUNE, "--phase=linear_probe(learning_rate=True)"], "learning_rate=True"),
        ([*FINETUNE, "--metric=acuracy"], "--metric: .*Did you mean 'accuracy'"),
        ([*FINETUNE, "--metric=f1_score(avrage='macro')"], "Did you mean 'average'"),
        ([*FINETUNE, "--seed=-1"], "--seed: .*integer >= 0"),
        ([*FINETUNE, "--seed=x"], "--seed: .*'x'"),
        ([*FINETUNE, "--keras_backend=torch"], "tensorflow, jax"),
        ([*FINETUNE, "stray"], "Received: stray"),
        (["--flagfile=no/such.flags"], "flagfile|no/such"),
    ],
)
def test_a_mistake_ends_with_status_2_and_one_message(arguments, says, capsys):
    with pytest.raises(UserError, match=says):
        flags.parse(arguments)
    assert run.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("ftkeras: ")
    assert "Traceback" not in captured.err
    assert captured.out == ""


def test_help_shows_every_flag_in_a_group(capsys):
    assert run.main(["--help"]) == 0
    text = capsys.readouterr().out
    for group in ("What to do", "Data", "Model", "Recipe", "Run"):
        assert f"{group}:" in text
    for name in ("mode", "backbone", "task", "data", "head", "phase", "metric", "run_dir", "seed"):
        assert f"--{name}\n" in text


@pytest.mark.parametrize(
    "program", ["import ftkeras", "from ftkeras import run; run.main(['--help'])"]
)
def test_import_and_help_load_no_framework(program):
    loaded = "; import sys; print([m for m in ('tensorflow', 'keras', 'jax', 'sklearn', 'pandas')"
    loaded += " if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program + loaded], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_recipe_stands_instead_of_phases_and_reads_back():
    config = flags.parse(
        [*FINETUNE, "--recipe=auto(most_blocks=2)", "--precision=mixed_bfloat16",
         "--jit_compile=True"]
    )  # fmt: skip
    assert (config.phases, config.recipe.arguments) == ((), {"most_blocks": 2})
    assert (config.precision, config.jit_compile) == ("mixed_bfloat16", "true")
    assert RunConfig.read(**config.settings()) == config


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        (["--recipe=auto", "--phase=linear_probe"], "either --recipe"),
        (["--recipe=auto", "--mode=cross_validate"], "--mode=finetune"),
        (["--recipe=auto(most_block=2)"], "Did you mean 'most_blocks'"),
        (["--precision=float16"], "mixed_float16"),
        (["--jit_compile=yes"], "true, false, auto"),
    ],
)
def test_wrong_recipes_and_precisions_are_refused_early(flag, words):
    with pytest.raises(UserError, match=re.escape(words)):
        flags.parse([*FINETUNE, *flag])


@pytest.mark.parametrize(("given", "read"), [("2.5", 2.5), ("10", 10.0)])
def test_how_much_of_a_sound_is_used_is_a_number(given, read):
    assert flags.parse([*FINETUNE, f"--seconds={given}"]).seconds == read


@pytest.mark.parametrize("given", ["0", "-1", "nan", "inf", "long"])
def test_no_seconds_are_refused_when_they_are_read(given):
    with pytest.raises(UserError, match=rf"--seconds.*Received: '{given}'"):
        flags.parse([*FINETUNE, f"--seconds={given}"])
