"""Run by test_compositions_fit_jax.py: fits every composition for two epochs, and says how."""

import json
import sys
import tempfile
from functools import partial
from pathlib import Path

import keras
import numpy as np

from ftkeras import load_backbone
from ftkeras.call_string import Call
from ftkeras.contracts.phase import Phase
from ftkeras.model import build_model
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.losses.list_cross_entropy import ListCrossEntropy
from ftkeras.training.objective import Objective
from ftkeras.training.recipe import Recipe
from tests.helpers.made_parts import part, silent
from tests.helpers.made_rows import pairs, table_rows
from tests.helpers.tiny_backbone import sentences

# One step an epoch: JAX compiles anew for every length of a batch.
PROBE = Phase(Call("linear_probe"), epochs=2, learning_rate=0.05, batch_size=64)
TOP = Phase(Call("top_blocks", {"count": 1}), epochs=2, learning_rate=0.003, batch_size=64)
WHOLE = Phase(Call("everything"), epochs=2, learning_rate=0.003, batch_size=64)


def rows_of(family, n, seed):
    if family in ("two_towers", "cross_encoder"):
        return pairs(n, seed)
    rows, rich = table_rows(n, seed)
    if family == "tabular":
        return rows, rich
    if family == "multimodal":
        texts, good = sentences(n, seed)
        pixels = np.random.default_rng(seed).integers(0, 256, (n, 8, 8, 3), "uint8")
        return [{"text": text, "image": picture, "tabular": row}
                for text, picture, row in zip(texts, pixels, rows, strict=True)], good  # fmt: skip
    lists, grades = [], np.full((n, 4), -1.0)
    for row in range(n):
        count = 2 + row % 3
        documents, good = sentences(count, seed=1000 * seed + row)
        lists.append(tuple((f"query {row}", document) for document in documents))
        grades[row, :count] = good
    return lists, grades


def fitted(family, handle, directory):
    made = partial(rows_of, family)
    train, validation = (
        part(made, n, seed, by_position=family == "lists") for n, seed in ((40, 1), (16, 2))
    )
    given = {"train": list(train.values)} if family in ("tabular", "multimodal") else {}
    backbone = load_backbone(handle, **given)
    head = {"lists": "token_level(dropout=0.0)", "multimodal": "gated_fusion(units=4)"}
    task = "ranking" if family == "lists" else "binary"
    model = build_model(backbone, task, head=head.get(family, "linear"))
    make_loss = (lambda share: ListCrossEntropy()((), share)) if family == "lists" else None
    objective = Objective(
        "BinaryCrossentropy(from_logits=True)", list, "val_loss", "min", make_loss
    )
    cache = FeatureCache(directory, backbone, backbone.taps[0])
    recipe = Recipe(model, backbone, cache, objective, silent)
    phases = [PROBE, WHOLE if family == "tabular" else TOP]
    recipe.fit(phases, train, validation, seed=0, log=None)
    logits, streamed = recipe.predict(validation, "validation")
    return {
        "history": [result.history for result in recipe.results],
        "trained": [result.trainable_parameters for result in recipe.results],
        "logits": np.asarray(logits, "float64").tolist(),
        "loss": streamed["loss"],
    }


if __name__ == "__main__":
    _, text, image = sys.argv
    towers = f"two_towers://{text}"
    handles = {
        "two_towers": towers,
        "cross_encoder": f"cross_encoder://{text}",
        "multimodal": f"multimodal://text={text},image=keras://{image},tabular=tabular://embedded",
        "tabular": "tabular://embedded",
        "lists": f"lists://{towers}",
    }
    with tempfile.TemporaryDirectory() as place:
        found = {name: fitted(name, handle, Path(place)) for name, handle in handles.items()}
    sys.stdout.write(json.dumps({"backend": keras.backend.backend(), **found}))
