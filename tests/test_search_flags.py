import pytest

from ftkeras import flags
from ftkeras.config import RunConfig
from ftkeras.contracts import search
from ftkeras.errors import UserError
from ftkeras.records import flagfile

TUNE = [
    "--mode=tune",
    "--backbone=preset://bert_tiny_en_uncased",
    "--task=binary",
    "--data=csv(path='reviews.csv')",
    "--run_dir=runs/x",
    "--phase=linear_probe(epochs=3)",
    "--phase=top_blocks(count=1, epochs=2)",
]
SEARCH = [
    "--search=learning_rate=loguniform(1e-5, 1e-3)",
    "--search=phase.0.epochs=integers(2, 5)",
    "--search=phase.count=integers(1, 2)",
    "--search=head=choice('linear', 'mlp(units=16)')",
    "--search=head.dropout=uniform(0.0, 0.5)",
    "--search=backbone=choice('preset://bert_tiny_en_uncased', 'preset://bert_base_en')",
    "--search=sequence_length=choice(32, 64)",
]


def test_the_search_reads_back_from_the_written_flagfile(tmp_path):
    config = flags.parse([*TUNE, *SEARCH, "--trials=7", "--storage=sqlite:///x.db"])
    flagfile.write(config.settings(), "replay", tmp_path / "run.flags")
    assert flags.parse([f"--flagfile={tmp_path / 'run.flags'}"]) == config
    assert RunConfig.read(**config.settings()) == config
    assert (config.trials, len(config.search)) == (7, 7)


def test_values_land_in_the_flags_phases_and_head_they_name():
    config = flags.parse([*TUNE, *SEARCH])
    values = {
        "phase.learning_rate": 0.5,
        "phase.0.epochs": 4,
        "phase.count": 2,
        "head": "mlp(units=16)",
        "head.dropout": 0.25,
        "backbone": "preset://bert_base_en",
        "sequence_length": 64,
    }
    settings = search.applied(config.settings(), values)
    changed = RunConfig.read(**{**settings, "mode": "finetune"})
    assert [phase.learning_rate for phase in changed.phases] == [0.5, 0.5]
    assert [phase.epochs for phase in changed.phases] == [4, 2]
    # Only the phase whose freezing rule takes a count has got one.
    assert [p.freezing.arguments for p in changed.phases] == [{}, {"count": 2}]
    assert str(changed.head) == "mlp(units=16, dropout=0.25)"
    assert (str(changed.backbone), changed.sequence_length) == ("preset://bert_base_en", 64)
    assert config.settings()["phase"] == [str(phase) for phase in config.phases]


def test_a_whole_phase_is_put_in_place_before_its_arguments():
    settings = {"head": "linear", "phase": ["linear_probe(epochs=1)", "everything(epochs=1)"]}
    values = {"phase.epochs": 9, "phase.1": "linear_probe(learning_rate=0.1)"}
    assert search.applied(settings, values)["phase"] == [
        "linear_probe(epochs=9)",
        "linear_probe(learning_rate=0.1, epochs=9)",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("learning_rate", "Expected setting=distribution"),
        ("learning_rate=loguniform(1e-5", "Expected setting=distribution"),
        ("learning_rate=lognormal(1e-5, 1)", "Did you mean 'loguniform'"),
        ("learning_rate=loguniform(0, 1)", "low > 0"),
        ("learning_rate=uniform(1, 1)", "low < high"),
        ("epochs=integers(1, 2.5)", "two whole numbers"),
        ("head=choice('linear')", "two or more different"),
        ("head=choice(linear, mlp)", "Quote strings"),
        ("head.dropout=uniform(a, b)", "literal"),
        ("lerning_rate=uniform(0, 1)", "Did you mean 'learning_rate'"),
        ("seed=integers(0, 9)", "Expected a setting that makes another model"),
        ("data=choice('a', 'b')", "Expected a setting that makes another model"),
        ("phase.7.epochs=integers(1, 2)", "counted from 0. Received: phase.7.epochs"),
        ("phase.epoch=integers(1, 2)", "Did you mean 'epochs'"),
        ("phase.x.epochs=integers(1, 2)", "Expected a setting"),
        # Both ends are read as a run of them would read them.
        ("epochs=integers(0, 5)", "epochs=0"),
        ("head=choice('linear', 'mlpp')", "Did you mean 'mlp'"),
        ("head.dropot=uniform(0, 1)", "Did you mean 'dropout'"),
        ("backbone=choice('preset://a', 'no/such/path')", "no/such/path"),
        ("sequence_length=integers(1, 9)", "integer >= 2"),
    ],
)
def test_a_mistake_in_the_search_is_told_before_anything_runs(text, says):
    with pytest.raises(UserError, match=says) as error:
        flags.parse([*TUNE, f"--search={text}"])
    assert str(error.value).startswith("--search: ")
    assert "eceived" in str(error.value)


def test_a_setting_is_searched_once():
    with pytest.raises(UserError, match=r"Received twice: phase\.epochs"):
        flags.parse(
            [*TUNE, "--search=epochs=integers(1, 2)", "--search=phase.epochs=integers(1, 3)"]
        )


def test_the_backbone_may_be_left_to_the_search():
    given = [flag for flag in TUNE if not flag.startswith("--backbone")]
    dimension = "--search=backbone=choice('preset://a', 'preset://b')"
    assert flags.parse([*given, dimension]).backbone is None
    with pytest.raises(UserError, match="Expected --backbone"):
        flags.parse([*given, "--search=epochs=integers(1, 2)"])


RANK = ["--mode=rank_backbones", "--task=binary", "--data=csv(path='x.csv')", "--run_dir=runs/x"]


def test_ranking_takes_all_backbones_in_order_and_other_modes_the_last(tmp_path):
    two = ["--backbone=preset://b", "--backbone=preset://a"]
    config = flags.parse([*RANK, *two, "--halving", "--random_twin"])
    assert [handle.path for handle in config.backbones] == ["b", "a"]
    assert config.backbone.path == "a"
    assert (config.halving, config.random_twin) == (True, True)
    flagfile.write(config.settings(), "replay", tmp_path / "run.flags")
    assert flags.parse([f"--flagfile={tmp_path / 'run.flags'}"]) == config
    tuned = flags.parse([*two, *TUNE[2:]])
    assert [handle.path for handle in tuned.backbones] == ["a"]
    assert tuned.settings()["backbone"] == "preset://a"


def test_a_flagfiles_backbone_is_overridden_even_when_it_is_gone(tmp_path):
    file = tmp_path / "run.flags"
    file.write_text("\n".join(["--backbone=no/longer/here", *TUNE[2:]]))
    config = flags.parse([f"--flagfile={file}", "--mode=finetune", "--backbone=preset://a"])
    assert config.backbone.path == "a"


def test_a_backbone_is_ranked_once():
    with pytest.raises(UserError, match="--backbone: Expected each backbone once"):
        flags.parse([*RANK, "--backbone=preset://a", "--backbone=preset://a"])


def test_python_callers_give_one_backbone_or_a_list():
    assert RunConfig.read(mode="check_data", task="binary", data="csv(path='x')",
                          backbone="preset://a").backbone.path == "a"  # fmt: skip
    given = {flag[2:].partition("=")[0]: flag.partition("=")[2] for flag in RANK}
    config = RunConfig.read(**given, backbone=["preset://a", "preset://b"], halving=True)
    assert len(config.backbones) == 2
    with pytest.raises(UserError, match="--halving: Expected true or false"):
        RunConfig.read(**given, backbone="preset://a", halving="perhaps")


def test_a_switch_can_say_more_than_yes_or_no():
    given = [
        "--mode=finetune",
        "--backbone=preset://a",
        "--task=binary",
        "--data=csv(path='a.csv')",
    ]
    for flags_, expected in (
        ([], False),
        (["--random_twin"], True),
        (["--random_twin=true"], True),
        (["--norandom_twin"], False),
        (["--random_twin=trained"], "trained"),
    ):
        assert flags.parse([*given, "--run_dir=r", *flags_]).random_twin == expected
    with pytest.raises(UserError, match="--random_twin: Expected true or false or trained"):
        flags.parse([*given, "--run_dir=r", "--random_twin=perhaps"])
