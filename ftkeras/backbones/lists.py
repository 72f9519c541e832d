"""`lists://`: any backbone, reading every item of a list."""

import keras

from ftkeras import graph, handles
from ftkeras.backbones import _blocks, load_backbone
from ftkeras.backbones._fingerprint import fingerprint
from ftkeras.backbones.layers.items_to_lists import ItemsToLists
from ftkeras.backbones.layers.lists_to_items import ListsToItems
from ftkeras.backbones.layers.mean_pooling import MeanPooling
from ftkeras.backbones.preprocessing.listed import ITEM, MASK, Listed
from ftkeras.contracts.backbone import Backbone, input_name
from ftkeras.errors import UserError
from ftkeras.handles import Handle


def build(
    handle: Handle, *, sequence_length: int | None = None, preprocessor: str | None = None
) -> Backbone:
    """Loads a backbone and applies it to every item of a list, such as the documents of a query.

    The taps are `mean_pooled`, the mean over the items, and `sequence`, `(batch, list, width)`: the
    backbone's first vector of each item. A head of positions gives one answer an item; an item is
    read without the others.

    Args:
        handle: `lists://…`; what follows is the handle of a backbone for one item, for example
            `lists://two_towers://preset://…` for pairs of a query and a document.
        sequence_length: Longest item, in tokens; `None` takes the backbone's own limit.
        preprocessor: For `tfhub://` backbones of tokens: the SavedModel that makes them.

    Raises:
        UserError: The backbone cannot be loaded, or gives no vector for an item.
    """
    settings = {"sequence_length": sequence_length, "preprocessor": preprocessor}
    given = {name: value for name, value in settings.items() if value is not None}
    item = load_backbone(handles.parse(handle.path), **given)
    model = _over_lists(item)
    return Backbone(
        handle=handle,
        model=model,
        preprocess=Listed(item.preprocess),
        taps=tuple(model.output),
        blocks=_blocks.read_by(model, item.blocks),
        fingerprint=fingerprint(model),
    )


def _over_lists(item: Backbone) -> keras.Model:
    vectors = [tap for tap in item.taps if len(item.model.output[tap].shape) == 2]
    if not vectors:
        raise UserError(
            "Expected a backbone that gives a vector for an item. Received: "
            f"{item.handle}, which gives {', '.join(item.taps)}. Choose another backbone."
        )
    single = not isinstance(item.model.input, dict)
    own = {item.model.input.name: item.model.input} if single else dict(item.model.input)
    mask = keras.Input((None,), dtype="int32", name=MASK)
    inputs = {
        input_name(ITEM, name): keras.Input(
            (None, *x.shape[1:]), dtype=x.dtype, name=input_name(ITEM, name)
        )
        for name, x in own.items()
    }
    items = {
        name: ListsToItems(name=f"items_of_{name}")(inputs[input_name(ITEM, name)]) for name in own
    }
    outputs = graph.applied(item.model, next(iter(items.values())) if single else items)
    lists = ItemsToLists(name="lists")(outputs[vectors[0]], mask)
    taps = {"mean_pooled": MeanPooling(name="mean_of_items")(lists, mask), "sequence": lists}
    return keras.Model({**inputs, MASK: mask}, taps, name="backbone")
