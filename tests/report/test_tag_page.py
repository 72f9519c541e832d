"""What a page says of tags."""

import numpy as np
import pytest

from ftkeras.records.predictions import Predictions
from ftkeras.report import tag_page
from ftkeras.report.answers import decode
from ftkeras.tasks.token_classification import TokenClassification
from ftkeras.workflows import _tags

NAMES = ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")


def answers(rows, scheme="conll", names=NAMES, cut=None):
    """Predictions of texts, given as (words, true tags, answered tags)."""
    longest = max(len(true) for _, true, _ in rows)
    labels = np.full((len(rows), longest), -1)
    logits = np.zeros((len(rows), longest, len(names)), "float32")
    for row, (_, true, said) in enumerate(rows):
        labels[row, : len(true)] = [names.index(tag) for tag in true]
        for place, tag in enumerate(said):
            logits[row, place, names.index(tag)] = 3
    predictions = Predictions(
        ids=np.array([f"id{row}" for row in range(len(rows))]), labels=labels, logits=logits,
        splits=np.full(len(rows), "test"), task="token_classification", class_names=names,
        previews=np.array([" ".join(words[:cut]) for words, _, _ in rows], object),
    )  # fmt: skip
    found = _tags.analyses(predictions, TokenClassification(scheme), seed=0)
    return decode(predictions), found.get("entity_types")


ROWS = [
    (["Ada", "Lovelace", "in", "Bern"], ["B-PER", "I-PER", "O", "B-LOC"],
     ["B-PER", "O", "O", "B-LOC"]),
    (["so", "it", "is"], ["O", "O", "O"], ["O", "O", "O"]),
    (["Paris", "Hilton", "left"], ["B-PER", "I-PER", "O"], ["B-LOC", "B-PER", "B-LOC"]),
]  # fmt: skip


def test_the_worst_text_comes_first_with_its_pieces_marked():
    found, _ = answers(ROWS)
    worst, other = tag_page.errors(found, "conll")
    assert (worst.id, worst.missed, worst.spurious, worst.words) == ("id2", 1, 3, 3)
    assert [(p.words, p.true, p.said, p.right) for p in worst.pieces] == [
        ("Paris", "PER", "LOC", False),
        ("Hilton", "PER", "PER", False),
        ("left", "", "LOC", False),
    ]
    assert (other.missed, other.spurious) == (1, 1)
    assert [(p.words, p.true, p.said, p.right) for p in other.pieces] == [
        ("Ada", "PER", "PER", False),  # its end is wrong, so it is wrong
        ("Lovelace", "PER", "", False),
        ("in", "", "", False),
        ("Bern", "LOC", "LOC", True),
    ]


def test_words_that_were_not_kept_are_counted_and_nothing_breaks():
    found, _ = answers(ROWS, cut=1)
    worst = tag_page.errors(found, "conll")[0]
    assert [piece.words for piece in worst.pieces] == ["Paris"]
    assert worst.more == 2


def test_plain_tags_are_marked_where_they_are_wrong():
    names = ("NOUN", "VERB")
    rows = [(["dogs", "bark", "loud"], ["NOUN", "VERB", "NOUN"], ["NOUN", "NOUN", "NOUN"])]
    found, none = answers(rows, "plain", names)
    (error,) = tag_page.errors(found, "plain")
    assert [(p.words, p.true, p.said) for p in error.pieces] == [
        ("dogs", "", ""), ("bark", "VERB", "NOUN"), ("loud", "", "")
    ]  # fmt: skip
    assert none is None
    assert tag_page.types(none) == []
    (picture,) = tag_page.pictures(found, none)
    assert picture.title == "Confusion of tags"
    assert "NOUN" in picture.svg


def test_types_are_counted_and_confused_by_hand():
    found, types = answers(ROWS)
    rows = {row["name"]: row for row in tag_page.types(types)}
    assert [(rows[n]["true"], rows[n]["answered"], rows[n]["right"]) for n in ("PER", "LOC")] == [
        (2, 2, 0), (1, 3, 1)
    ]  # fmt: skip
    assert sorted(map(tuple, types["confusion"])) == [
        ("LOC", "LOC", 1), ("O", "LOC", 2), ("O", "PER", 2), ("PER", "O", 2)
    ]  # fmt: skip
    (picture,) = tag_page.pictures(found, types)
    assert "no entity" in picture.svg


@pytest.mark.parametrize("width", [1, 2, 5])
def test_answers_are_read_whatever_their_width(width):
    read = _tags.reader(TokenClassification(), NAMES)
    logits = np.zeros((1, width, 5))
    logits[0, 0, 3] = 1
    truths, said = read(np.array([[3, 4, 0, -1]]), logits)
    assert truths.tolist() == [["B-PER", "I-PER", "O"]]
    assert said.tolist() == [["B-PER", "O", "O"]]


def test_the_loss_of_a_text_is_that_of_all_its_words():
    found, _ = answers(ROWS)
    right, wrong = np.exp(3) / (np.exp(3) + 4), 1 / (np.exp(3) + 4)
    expected = -np.log([right] * 3 + [wrong]).sum()
    np.testing.assert_allclose(found.losses[0], expected, rtol=1e-6)
    assert found.correct.tolist() == [False, True, False]
