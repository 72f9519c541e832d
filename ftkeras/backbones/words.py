"""`words://`: a text backbone that reads lists of words and gives a vector for each of them."""

import keras

from ftkeras import graph, handles
from ftkeras.backbones import _blocks, load_backbone
from ftkeras.backbones._fingerprint import fingerprint
from ftkeras.backbones.layers.mean_pooling import MeanPooling
from ftkeras.backbones.layers.vectors_at import VectorsAt
from ftkeras.backbones.preprocessing.text import Text
from ftkeras.backbones.preprocessing.words import MASK, PLACES, TEXT, Words
from ftkeras.contracts.backbone import Backbone, input_name
from ftkeras.errors import UserError
from ftkeras.handles import Handle


def build(handle: Handle, *, sequence_length: int | None = None) -> Backbone:
    """Loads a text backbone and takes of its sequence the first token of each word.

    The taps are `sequence`, `(batch, words, width)`: a head of positions gives one answer a word;
    and `mean_pooled`, the mean over these. All words of a text are read together.

    Args:
        handle: `words://…`; what follows is the handle of a text backbone.
        sequence_length: Longest text, in tokens; `None` takes the backbone's own limit.

    Raises:
        UserError: The backbone cannot be loaded, or gives no vector for each token.
    """
    given = {} if sequence_length is None else {"sequence_length": sequence_length}
    text = load_backbone(handles.parse(handle.path), **given)
    if "sequence" not in text.taps or not isinstance(text.preprocess, Text):
        raise UserError(
            "Expected a backbone of texts that gives a vector for each token. Received: "
            f"{text.handle}, which reads {text.preprocess.modality} and gives "
            f"{', '.join(text.taps)}. Choose a text encoder, such as preset://… or hf://…."
        )
    model = _over_words(text)
    return Backbone(
        handle=handle,
        model=model,
        preprocess=Words(text.preprocess),
        taps=tuple(model.output),
        blocks=_blocks.read_by(model, text.blocks),
        fingerprint=fingerprint(model),
    )


def _over_words(text: Backbone) -> keras.Model:
    own = {
        name: keras.Input(x.shape[1:], dtype=x.dtype, name=input_name(TEXT, name))
        for name, x in text.model.input.items()
    }
    places = keras.Input((None,), dtype="int32", name=PLACES)
    mask = keras.Input((None,), dtype="int32", name=MASK)
    sequence = graph.applied(text.model, own)["sequence"]
    words = VectorsAt(name="words")(sequence, places)
    taps = {"mean_pooled": MeanPooling(name="mean_of_words")(words, mask), "sequence": words}
    inputs = {input_name(TEXT, name): x for name, x in own.items()}
    return keras.Model({**inputs, PLACES: places, MASK: mask}, taps, name="backbone")
