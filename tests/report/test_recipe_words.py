import pytest

from ftkeras.report import language, recipe_words

LOOK = {
    "freezing": "top_blocks(count=2)", "score": "log_loss", "direction": "min",
    "difference": -0.0123, "low": -0.03, "high": 0.004, "p_value": 0.21, "epochs": 3,
    "num_units": 1506, "level": 0.05, "goes_on": False, "problem": "",
}  # fmt: skip


def test_a_stage_without_a_gain_says_what_was_seen_and_asked_for():
    seen, end = recipe_words.why({"looks": [LOOK], "reason": "no_gain"})
    for part in ("top_blocks(count=2)", "-0.0123", "-0.0300 to +0.0040", "1,506", "p = 0.21",
                 "3 epochs", "0.05", "no gain beyond noise"):  # fmt: skip
        assert part in seen
    assert "taken back" in end


@pytest.mark.parametrize(
    ("reason", "words"),
    [("all_blocks", "Every block"), ("budget", "most_blocks"), ("no_blocks", "Only the head")],
)
def test_every_end_has_its_own_words(reason, words):
    gained = {**LOOK, "goes_on": True}
    said = recipe_words.why({"looks": [gained], "reason": reason})
    assert "a gain beyond noise" in said[0]
    assert "no gain" not in said[0]
    assert words in said[-1]


def test_what_could_not_be_compared_is_said():
    broken = {**LOOK, "difference": None, "problem": "One class only."}
    said = recipe_words.why({"looks": [broken], "reason": "undefined"})
    assert "One class only." in said[0]


def test_other_recipes_have_nothing_to_say():
    assert recipe_words.why(None) == []
    assert recipe_words.rates([{"phase": "linear_probe"}]) == []


def test_rates_are_named_by_their_phase():
    found = {"suggested": 0.00312, "lowest": 0.1}
    with language.using("en"):
        said = recipe_words.rates([{}, {"learning_rates": found}])
        silent = recipe_words.rates([{"learning_rates": {"suggested": None, "lowest": None}}])
    assert said[0].startswith("Phase 2")
    assert "0.0031" in said[0]
    assert "never fell" in silent[0]


@pytest.mark.parametrize(("best", "words"), [(4, "was kept"), (2, "was not kept")])
def test_it_is_said_whether_an_average_was_kept(best, words):
    history = {"loss": [0.3, 0.2, 0.1, None], "val_loss": [0.3, 0.2, 0.25, 0.1]}
    phase = {"averaged_epochs": 2, "best_epoch": best, "history": history}
    [sentence] = recipe_words.averages([{}, phase])[:1]
    assert sentence.startswith("Phase 2")
    assert "last 2 epochs" in sentence
    assert words in sentence
