import pytest

from ftkeras.contracts.backbone import Block
from ftkeras.errors import UserError
from ftkeras.freezing.top_blocks import TopBlocks

BLOCKS = tuple(Block(name, ()) for name in "abc")


@pytest.mark.parametrize(("count", "expected"), [(1, "c"), (2, "bc"), (3, "abc")])
def test_the_blocks_nearest_the_head_train(count, expected):
    assert "".join(block.name for block in TopBlocks(count)(BLOCKS)) == expected


@pytest.mark.parametrize("count", [0, -1, 1.5])
def test_a_count_that_is_none_is_refused(count):
    with pytest.raises(UserError, match="count="):
        TopBlocks(count)


def test_more_blocks_than_there_are_is_refused():
    with pytest.raises(UserError, match=r"a, b, c.*count=4"):
        TopBlocks(4)(BLOCKS)
