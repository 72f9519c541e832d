import numpy as np
import pytest
from made_datasets import texts

from ftkeras.data.checks.giveaway_words import GiveawayWords
from ftkeras.errors import UserError


def notes(count, seed=0):
    random = np.random.default_rng(seed)
    words = ["the", "film", "was", "long", "but", "fine", "and", "loud"]
    return [" ".join(random.choice(words, 8)) for _ in range(count)]


def labels(count):
    return ["abc"[row % 3] for row in range(count)]


@pytest.mark.parametrize("mark", ["<b>", "Reuters -", "#b"])
def test_a_mark_left_in_the_texts_of_a_class_is_found(mark):
    marked = [
        f"{mark} {note}" if label == "b" else note
        for note, label in zip(notes(150), labels(150), strict=True)
    ]
    (finding,) = GiveawayWords()(texts(marked, labels(150)))
    assert finding.severity == "warning"
    assert "tells b from the rest in 100.0%" in finding.message


def test_the_measure_is_balanced_accuracy():
    # 90 of 100 have the mark, 10 of 200 others do: (0.90 + 0.95) / 2.
    values = ["mark"] * 90 + ["other"] * 10 + ["other"] * 190 + ["mark"] * 10
    dataset = texts([f"{value} {row}" for row, value in enumerate(values)], [0] * 100 + [1] * 200)
    (finding,) = GiveawayWords(threshold=0.92)(dataset)
    assert "'mark' tells 0 from the rest in 92.5% of the cases" in finding.message
    assert GiveawayWords(threshold=0.93)(dataset) == []


def test_words_without_a_meaning_for_the_class_are_not_found():
    assert GiveawayWords()(texts(notes(150), labels(150))) == []


def test_a_class_of_a_few_texts_proves_nothing():
    values = notes(150) + [f"odd {note}" for note in notes(5, seed=1)]
    assert GiveawayWords()(texts(values, ["a"] * 150 + ["b"] * 5)) == []
    with pytest.raises(UserError, match=r"threshold=0\.5"):
        GiveawayWords(threshold=0.5)
