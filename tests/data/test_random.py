import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_datasets import of_counts

from ftkeras.contracts.split import PARTS
from ftkeras.data.splits.random import Random
from ftkeras.errors import UserError


@given(count=st.integers(8, 200), seed=st.integers(0, 5))
def test_every_part_has_its_share_within_one_example(count, seed):
    shares = (0.6, 0.25, 0.15)
    split = Random(*shares)(of_counts([count]), seed)
    for part, share in zip(PARTS, shares, strict=True):
        assert abs(len(split.ids(part)) - count * share) < 1


def test_labels_have_no_say():
    one, two = of_counts([40]), of_counts([10, 30])
    assert Random()(one, 0).digest == Random()(two, 0).digest


def test_an_empty_part_is_refused_with_the_counts():
    with pytest.raises(UserError, match=r"Received: 2 train, 1 validation, 0 test, of 3 examples"):
        Random()(of_counts([3]), seed=0)
