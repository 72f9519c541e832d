import pytest

from ftkeras import call_string, catalog
from ftkeras.errors import UserError
from ftkeras.training.recipes.auto import Auto


@pytest.mark.parametrize(
    ("most", "blocks", "expected"),
    [
        (None, 0, []), (None, 1, [1]), (None, 7, [1, 2, 4, 7]), (None, 8, [1, 2, 4, 8]),
        (3, 12, [1, 2, 3]), (4, 3, [1, 2, 3]), (1, 12, [1]),
    ],
)  # fmt: skip
def test_blocks_double_up_to_the_budget(most, blocks, expected):
    assert Auto(most_blocks=most).counts(blocks) == expected


def test_a_call_string_sets_the_phases():
    call = call_string.parse("auto(most_blocks=2, epochs=5, learning_rate=0.001, batch_size=8)")
    probe, one, two = catalog.build("training/recipes", call).phases(blocks=6)
    assert str(probe.freezing) == "linear_probe"
    assert [str(phase.freezing) for phase in (one, two)] == [
        "top_blocks(count=1)", "top_blocks(count=2)",
    ]  # fmt: skip
    assert (two.epochs, two.learning_rate, two.batch_size) == (5, 0.001, 8)


@pytest.mark.parametrize(
    "wrong",
    [{"most_blocks": 0}, {"most_blocks": True}, {"level": 1.0}, {"level": "x"}, {"epochs": 0},
     {"learning_rate": -1}, {"layer_decay": 0}],
)  # fmt: skip
def test_wrong_settings_are_refused_before_any_training(wrong):
    with pytest.raises(UserError, match=next(iter(wrong))):
        Auto(**wrong)
