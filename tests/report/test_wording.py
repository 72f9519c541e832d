import math

import pytest

from ftkeras.report import wording


def test_a_name_that_is_no_call_stays_as_it_is():
    assert wording.plain_name("my model (v2)!") == "my model (v2)!"


def test_arguments_of_a_score_are_named():
    assert wording.plain_name("precision(average='macro', top=3)") == "Precision (macro, top 3)"


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_an_undefined_number_is_a_dash(value):
    assert wording.number(value) == "\N{EN DASH}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0, "p = 1.00"),
        (0.049, "p = 0.049"),
        (0.00012, "p = 0.00012"),
        (1 / 1001, "p = 0.0010"),
        (0.0, "p < 0.0001"),
    ],
)
def test_p_values_keep_two_digits_and_never_reach_zero(value, expected):
    assert wording.p_value(value) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(59.96, "60.0 s"), (60, "1 min 0 s"), (3599.9, "1 h 0 min"), (86400, "24 h 0 min")],
)
def test_durations_at_their_borders(seconds, expected):
    assert wording.duration(seconds) == expected


def test_shortened_text_has_no_character_that_turns_or_breaks_the_line():
    hostile = "a\x00b\u202egnp.exe\nc\u2028d\ufeff"
    assert wording.shortened(hostile, 80) == "a b gnp.exe c d"


def test_joined_emoji_stay_joined():
    family = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}"
    assert wording.shortened(family, 10) == family


def test_shortened_text_is_never_longer_than_asked():
    assert len(wording.shortened("w" * 3000, 400)) == 400


def test_times_are_read_without_seconds_and_anything_else_stays():
    assert wording.moment("2031-04-05T06:07:08+02:00") == "2031-04-05 06:07 UTC+02:00"
    assert wording.moment("yesterday") == "yesterday"
