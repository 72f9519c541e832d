from ftkeras.contracts.backbone import Block
from ftkeras.freezing.everything import Everything


def test_every_block_trains():
    blocks = (Block("a", ()), Block("b", ()))
    assert Everything()(blocks) == blocks
