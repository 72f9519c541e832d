"""Which variables of a SavedModel belong together, read from their names."""

import re
from collections.abc import Sequence

from ftkeras.backbones import _blocks

STEM = "stem"
_WHOLE = "weights"
# Dialects beyond those of Keras layers: encoderblock_3, layer_._3, h_._0.
_OTHER = re.compile(r"(?:^|_)((?:encoder|decoder)blocks?_?\d+|(?:layer|h|block)_\._\d+)(?=_|$)")
_UNIT = re.compile(r"^units?_?\d+$")
_FRONT = re.compile(r"embed|stem|patch|position|token|root_block|vocab")
_BACK = re.compile(r"pool|head|top|final|last|logit|post|project|classif|ln_f|encoder_norm")


def block_names(names: Sequence[str]) -> list[str]:
    """Returns the block of each variable; a block's name is a part of the variable's.

    Variables of no block join `stem` when their name says embedding, stem and the like, or when
    they are listed before the first block; else the last block, so that "the top block" is one that
    every output runs through.

    Args:
        names: Variables as the SavedModel names and lists them.

    Example:
        >>> block_names(["word_embeddings", "layer_0/kernel", "layer_1/kernel", "pooler/kernel"])
        ['stem', 'layer_0', 'layer_1', 'layer_1']
    """
    own = [_own_block(name) for name in names]
    ordered = in_order([block for block in own if block])
    if not ordered:
        return [_WHOLE] * len(names)
    first = next(index for index, block in enumerate(own) if block)
    return [
        block or (STEM if _is_front(name, index < first) else ordered[-1])
        for index, (name, block) in enumerate(zip(names, own, strict=True))
    ]


def in_order(blocks: Sequence[str]) -> list[str]:
    """Returns each block once, from input to output.

    Blocks that differ in numbers alone are sorted by them; others keep their order, the stem first.

    Example:
        >>> in_order(["layer_10", "layer_2", "stem", "layer_2"])
        ['stem', 'layer_2', 'layer_10']
    """
    distinct = list(dict.fromkeys(block for block in blocks if block != STEM))
    if len({re.sub(r"\d+[a-z]?", "#", block) for block in distinct}) == 1:
        distinct.sort(key=_natural)
    return [*([STEM] if STEM in blocks else []), *distinct]


def _own_block(name: str) -> str | None:
    parts = name.split("/")
    for part, following in zip(parts, [*parts[1:], ""], strict=True):
        other = _OTHER.search(part)
        found = other.group(1) if other else _blocks.block_name(part)
        if found:
            return f"{found}_{following}" if _UNIT.match(following) else found
    return None


def _is_front(name: str, is_listed_first: bool) -> bool:
    if _FRONT.search(name.lower()):
        return True
    return is_listed_first and not _BACK.search(name.lower())


def _natural(text: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", text)]
