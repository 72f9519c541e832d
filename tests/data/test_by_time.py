import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_datasets import texts

from ftkeras.contracts.split import PARTS
from ftkeras.data.splits.by_time import ByTime
from ftkeras.errors import UserError


def dated(times):
    return texts([f"text {row}" for row in range(len(times))], ["x"] * len(times), {"day": times})


@given(times=st.lists(st.integers(0, 30), min_size=40, max_size=80))
def test_nothing_in_an_earlier_part_is_later_than_anything_in_the_next(times):
    dataset = dated(times)
    try:
        split = ByTime(column="day", train=0.5, validation=0.25, test=0.25)(dataset, seed=0)
    except UserError as error:
        assert "in every part" in str(error)  # noqa: PT017 - only ties can empty a part
        return
    spans = [split.take(part, dataset).columns["day"] for part in PARTS]
    assert spans[0].max() < spans[1].min()
    assert spans[1].max() < spans[2].min()


def test_without_ties_the_shares_are_exact():
    split = ByTime(column="day")(dated(list(range(20))[::-1]), seed=0)
    assert [len(split.ids(part)) for part in PARTS] == [14, 3, 3]


def test_zones_count_when_dates_are_compared():
    dataset = dated(["2024-05-17T23:00:00-05:00", "2024-05-18T03:00:00", "2024-05-18T03:30:00Z"])
    split = ByTime(column="day", train=0.4, validation=0.3, test=0.3)(dataset, seed=0)
    assert [split.ids(part)[0] for part in PARTS] == dataset.ids[[1, 2, 0]].tolist()


@pytest.mark.parametrize("wrong", ["17.5.2024", "", "nan", "soon"])
def test_what_is_no_time_is_named(wrong):
    with pytest.raises(UserError, match=r"\(made\.csv, row 3\)\. Write 2024-05-17"):
        ByTime(column="day")(dated(["2024-05-17", wrong, "2024-05-18", "2024-05-19"]), seed=0)
