import dataclasses

import numpy as np
import pytest

from ftkeras.data import table
from ftkeras.data.checks.empty_inputs import EmptyInputs
from ftkeras.data.checks.giveaway_words import GiveawayWords
from ftkeras.data.checks.long_texts import LongTexts
from ftkeras.data.deduplicate import deduplicate
from ftkeras.data.from_arrays import from_arrays
from ftkeras.data.near_duplicates import near_pairs
from ftkeras.errors import UserError
from tests.helpers.made_rows import pairs, table_rows


def black(value):
    return np.full((16, 16), value, "uint8")


def test_pairs_that_say_the_same_in_the_same_order_are_one():
    texts = [("Who?", "Me."), ("who?", "ME. "), ("Me.", "Who?"), ("Who?", "You.")]
    kept, report = deduplicate(from_arrays(texts, [1, 1, 1, 0]))
    assert kept.modality == "text_pair"
    assert kept.inputs.tolist() == [texts[0], texts[2], texts[3]]
    assert report.dropped == {"repeated": 1, "conflicting_labels": 0}


def test_the_border_between_two_texts_is_part_of_the_id():
    dataset = from_arrays([("a b", "c"), ("a", "b c"), ("a b", "c")], [0, 1, 0])
    assert dataset.ids[0] != dataset.ids[1]
    assert dataset.ids[0] == dataset.ids[2]


def test_equal_rows_of_a_table_are_two_examples():
    rows = [{"age": 31, "city": "Bern"}] * 2 + [{"age": None, "city": None}]
    dataset = from_arrays(rows, ["yes", "no", "yes"])
    kept, report = deduplicate(dataset)
    assert len(kept) == len(set(kept.ids)) == 3
    assert dataset.inputs[0] == {"age": 31.0, "city": "Bern"}
    assert np.isnan(dataset.inputs[2]["age"])
    assert dataset.inputs[2]["city"] == ""
    assert [finding.check for finding in EmptyInputs()(dataset)] == ["empty_inputs"]
    assert not sum(report.dropped.values())
    assert not len(near_pairs(dataset))


def test_inputs_of_several_parts_are_one_where_all_parts_are():
    inputs = [{"text": text, "image": black(shade)} for text, shade in
              [("Night.", 0), ("night.", 0), ("Night.", 9), ("Day.", 0)]]  # fmt: skip
    kept, report = deduplicate(from_arrays(inputs, [1, 1, 1, 1]))
    assert kept.modality == "multimodal"
    assert len(kept) == 3
    assert report.dropped["repeated"] == 1


def test_near_copies_are_near_in_text_and_picture():
    noise = np.random.default_rng(0).integers(0, 256, (2, 32, 32), "uint8")
    long = "a long enough sentence about the weather of today and tomorrow"
    inputs = [{"text": long, "image": noise[0]}, {"text": f"{long}!", "image": noise[0]},
              {"text": f"{long}?", "image": noise[1]}]  # fmt: skip
    assert near_pairs(from_arrays(inputs, [1, 1, 0])).tolist() == [[0, 1]]
    both = from_arrays([(long, "yes it is"), (f"{long}!", "yes, it is")], [1, 0])
    assert near_pairs(both).tolist() == [[0, 1]]


def test_checks_read_both_texts():
    dataset = from_arrays([("fine", "too"), ("a b c d e f", "a")], [0, 1])
    blank = table.object_array([("fine", "\u200b"), ("a", "a")])
    assert EmptyInputs()(dataclasses.replace(dataset, inputs=blank))[0].count == 1
    assert not EmptyInputs()(dataset)
    assert "The longest has 8" in LongTexts(sequence_length=7)(dataset)[0].message
    marked = [(f"note {i}", "[spam]" if i % 2 else "[ham]") for i in range(60)]
    assert "spam" in GiveawayWords()(from_arrays(marked, [i % 2 for i in range(60)]))[0].message


def test_made_rows_are_read():
    assert from_arrays(*pairs(5)).modality == "text_pair"
    assert from_arrays(*table_rows(5)).modality == "tabular"


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ([("a", "b"), ("a",)], "row 1: the input is no pair"),
        ([("a", "b"), ("a", " ")], "row 1: `input` is empty"),
        ([{"age": 1.0}, {"old": 2.0}], "row 1: the input has not the columns age"),
        ([{"text": "a", "image": black(0)}, {"text": "b"}], "row 1: the input has not the parts"),
        ([{"text": "a", "image": black(0) / 2}], "row 0: the input is of type float64"),
        ([{"age": 1.0}, {"age": float("inf")}], "row 1: `age` is 'inf'"),
    ],
)
def test_inputs_that_are_not_like_the_first_are_named(inputs, says):
    with pytest.raises(UserError, match=says):
        from_arrays(inputs, list(range(len(inputs))))
