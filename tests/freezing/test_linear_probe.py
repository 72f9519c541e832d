from ftkeras.contracts.backbone import Block
from ftkeras.freezing.linear_probe import LinearProbe


def test_no_block_trains():
    assert LinearProbe()((Block("a", ()), Block("b", ()))) == ()
