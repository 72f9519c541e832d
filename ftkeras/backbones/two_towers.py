"""`two_towers://`: one text backbone that reads both texts of a pair, each by itself."""

from typing import Any

import keras
from keras import ops

from ftkeras import graph, handles
from ftkeras.backbones import _text_of_pair
from ftkeras.backbones._fingerprint import fingerprint
from ftkeras.backbones.preprocessing.two_texts import SIDES, TwoTexts
from ftkeras.contracts.backbone import Backbone, input_name
from ftkeras.errors import UserError
from ftkeras.handles import Handle


def build(
    handle: Handle, *, sequence_length: int | None = None, preprocessor: str | None = None
) -> Backbone:
    """Loads a text backbone and applies it, with the same weights, to both texts of a pair.

    Of the features u and v of the texts each tap gives `[u, v, |u - v|, u * v]`, four times as wide
    as u. A text is read without the other, so the features of a frozen backbone are computed once,
    and pairs can be searched by u alone; a cross-encoder sees which words answer which, and costs
    a pass for each pair.

    Args:
        handle: `two_towers://…`; what follows is the handle of a text backbone.
        sequence_length: Longest text, in tokens; `None` takes the backbone's own limit.
        preprocessor: For `tfhub://` backbones of tokens: the SavedModel that makes them.

    Raises:
        UserError: The backbone cannot be loaded, reads no texts, or gives no vector for a text.

    References:
        Conneau et al., 2017, EMNLP, section 3.1; Reimers and Gurevych, 2019, EMNLP.
    """
    one = _text_of_pair.load(handles.parse(handle.path), sequence_length, preprocessor)
    model = _paired(one)
    return Backbone(
        handle=handle,
        model=model,
        preprocess=TwoTexts(one.preprocess),
        taps=tuple(model.output),
        blocks=one.blocks,
        fingerprint=fingerprint(model),
    )


def _paired(one: Backbone) -> keras.Model:
    vectors = [tap for tap in one.taps if len(one.model.output[tap].shape) == 2]
    if not vectors:
        raise UserError(
            "Expected a backbone that gives a vector for a text. Received: "
            f"{one.handle}, which gives {', '.join(one.taps)}. Choose another backbone."
        )
    inputs: dict[str, Any] = {}
    outputs = []
    for side in SIDES:
        own = _text_of_pair.inputs(one)
        given = {
            name: keras.Input(batch_shape=x.shape, dtype=x.dtype, name=input_name(side, name))
            for name, x in own.items()
        }
        inputs |= {input_name(side, name): x for name, x in given.items()}
        single = not isinstance(one.model.input, dict)
        outputs.append(graph.applied(one.model, next(iter(given.values())) if single else given))
    first, second = outputs
    taps = {tap: _compared(first[tap], second[tap], tap) for tap in vectors}
    return keras.Model(inputs, taps, name="backbone")


def _compared(u: keras.KerasTensor, v: keras.KerasTensor, name: str) -> keras.KerasTensor:
    parts = [u, v, ops.absolute(ops.subtract(u, v)), ops.multiply(u, v)]
    return keras.layers.Concatenate(name=f"pair_{name}")(parts)
