"""`tabular://`: rows of numbers and categories, without pretrained weights."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from ftkeras import seeds
from ftkeras.backbones._fingerprint import fingerprint
from ftkeras.backbones.preprocessing.tabular import INPUT, Tabular
from ftkeras.catalog import nearest
from ftkeras.contracts.backbone import Backbone, Block
from ftkeras.errors import UserError
from ftkeras.handles import Handle

_WAYS = ("one_hot", "embedded")


def build(handle: Handle, *, train: Sequence[Any] | None = None) -> Backbone:
    """Builds what brings a table to one vector a row, for a head or for other backbones beside it.

    `tabular://one_hot` has no weights: standardised numbers, what is missing, and a 1 in the place
    of each category. `tabular://embedded` has a learned vector of `min(32, round(1.6 n^0.56))`
    numbers for each of n categories; they start at random, so thaw them: `--phase=everything(...)`.

    Args:
        handle: `tabular://one_hot` or `tabular://embedded`.
        train: Rows of the training part: means, deviations and categories are theirs.

    Raises:
        UserError: Another path, or no rows.

    Example:
        >>> rows = [{"age": 20.0, "city": "Bern"}, {"age": 40.0, "city": "Rome"}]
        >>> backbone = build(Handle("tabular", "one_hot"), train=rows)
        >>> backbone.model(backbone.preprocess(rows).arrays["table"])["columns"].numpy().tolist()
        [[-1.0, 0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0, 1.0]]

    References:
        Guo and Berkhahn, 2016, arXiv:1604.06737 (embedded categories).
    """
    if handle.path not in _WAYS:
        raise UserError(
            f"Expected one of {', '.join(f'tabular://{way}' for way in _WAYS)}. Received: "
            f"backbone={handle}.{nearest(handle.path, list(_WAYS))}"
        )
    if train is None:
        raise UserError(
            f"Expected rows to fit {handle} on: it has no pretrained weights. Received: "
            "train=None. Use it with --mode=finetune, or give train=[...] to load_backbone."
        )
    preprocess = Tabular.fitted(train)
    table = keras.Input((2 * len(preprocess.numbers) + len(preprocess.categories),), name=INPUT)
    embeddings = []
    parts: list[Any] = [table[:, : 2 * len(preprocess.numbers)]] if preprocess.numbers else []
    for place, known in enumerate(preprocess.categories.values(), 2 * len(preprocess.numbers)):
        index, size = ops.cast(table[:, place], "int32"), len(known) + 1
        if handle.path == "one_hot":
            parts.append(ops.one_hot(index, size, dtype="float32"))
        else:
            width = min(32, round(1.6 * size**0.56))
            embeddings.append(keras.layers.Embedding(size, width, name=f"categories_{place}"))
            parts.append(embeddings[-1](index))
    columns = keras.layers.Concatenate(name="columns")(parts) if len(parts) > 1 else parts[0]
    model = keras.Model(table, {"columns": columns}, name="backbone")
    for layer in embeddings:
        # What starts at random starts alike in every process: else no run could be replayed. Its
        # initializer has no seed, so that a random twin draws other weights.
        drawn = keras.initializers.RandomUniform(seed=seeds.child(0, layer.name))
        layer.embeddings.assign(drawn(layer.embeddings.shape))
    return Backbone(
        handle=handle,
        model=model,
        preprocess=preprocess,
        taps=("columns",),
        blocks=(Block("embeddings", tuple(embeddings)),) if embeddings else (),
        fingerprint=fingerprint(model),
    )
