import pytest

from ftkeras.call_string import Call
from ftkeras.errors import UserError
from ftkeras.freezing.pattern import Pattern
from tests.freezing.thawing import fit
from tests.helpers.tiny_backbone import text_backbone


@pytest.mark.parametrize(
    ("names", "moving"),
    [
        ("*kernel", {"dense_0/kernel", "dense_1/kernel"}),
        (["dense_1/*", "embed/*"], {"dense_1/kernel", "dense_1/bias", "embed/embeddings"}),
    ],
)
def test_exactly_what_matches_moves_and_all_else_keeps_every_bit(names, moving):
    """The statistics of batch normalisation among all else."""
    _, moved = fit(text_backbone(), Call("pattern", {"names": names}))
    assert moved == moving


def test_a_pattern_that_matches_nothing_is_answered_with_some_paths():
    with pytest.raises(UserError, match=r"embed/embeddings.*names='\*querry\*'"):
        Pattern("*querry*")(text_backbone().blocks)


@pytest.mark.parametrize("names", [[], [3]])
def test_what_is_no_pattern_is_refused(names):
    with pytest.raises(UserError, match="names"):
        Pattern(names)
