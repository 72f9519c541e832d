"""`cross_encoder://`: a text backbone that reads both texts of a pair in one sequence."""

import dataclasses

from ftkeras import handles
from ftkeras.backbones import _text_of_pair
from ftkeras.backbones.preprocessing.packed_pair import PackedPair
from ftkeras.backbones.preprocessing.text import Text
from ftkeras.contracts.backbone import Backbone
from ftkeras.errors import UserError
from ftkeras.handles import Handle


def build(handle: Handle, *, sequence_length: int | None = None) -> Backbone:
    """Loads a text backbone and has it read pairs, packed into one sequence with segment ids.

    Every word attends to every word of both texts, which is more exact than two towers once the
    backbone is thawed, and useless for search: each pair costs a pass. Frozen, few backbones say
    anything of how two texts relate; then compare with `two_towers`.

    Args:
        handle: `cross_encoder://…`; what follows is the handle of a text backbone.
        sequence_length: Longest pair, in tokens; `None` takes the backbone's own limit.

    Raises:
        UserError: The backbone cannot be loaded, or its tokenizer cannot pack two texts.

    References:
        Devlin et al., 2019, NAACL, section 3.2.
    """
    one = _text_of_pair.load(handles.parse(handle.path), sequence_length, None)
    if not isinstance(one.preprocess, Text):
        raise UserError(
            "Expected a backbone whose tokenizer can pack two texts, of preset://. Received: "
            f"{one.handle}. Take two_towers, which works with every text backbone."
        )
    return dataclasses.replace(one, handle=handle, preprocess=PackedPair(one.preprocess))
