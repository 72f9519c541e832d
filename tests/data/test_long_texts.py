import pytest
from made_datasets import texts

from ftkeras.data.checks.long_texts import LongTexts
from ftkeras.errors import UserError


def test_words_signs_and_the_two_ends_are_counted():
    dataset = texts(["one two three", "one, two!", "one"], [0, 1, 0])
    assert LongTexts(sequence_length=6)(dataset) == []
    (finding,) = LongTexts(sequence_length=5)(dataset)
    assert finding.locations == ("made.csv, row 3",)
    assert "1 example (33.3%) with more than 5 tokens" in finding.message


def test_a_few_long_texts_are_a_note_and_many_a_warning():
    dataset = texts(["a b c d e", *(f"t{row}" for row in range(30))], [0] * 31)
    assert [found.severity for found in LongTexts(sequence_length=4)(dataset)] == ["note"]
    assert [found.severity for found in LongTexts(4, too_many=0.01)(dataset)] == ["warning"]


def test_a_length_that_is_none_is_refused():
    with pytest.raises(UserError, match="sequence_length=0"):
        LongTexts(sequence_length=0)
