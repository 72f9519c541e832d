"""Run by test_recipes_jax_slow.py on either backend: fits rules, settings and heads, and says how."""

import dataclasses
import json
import sys
import tempfile
from pathlib import Path

import keras
import numpy as np

from ftkeras import load_backbone
from ftkeras.call_string import parse
from ftkeras.contracts.phase import from_call
from ftkeras.model import build_model, choose_tap
from ftkeras.training.checkpoint import Checkpoint
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.objective import Objective
from ftkeras.training.recipe import Recipe
from tests.helpers.made_parts import Interrupt, part, silent
from tests.helpers.tiny_backbone import sentences

OBJECTIVE = Objective("BinaryCrossentropy(from_logits=True)", list, "val_loss", "min")
SETTINGS = "epochs=2, learning_rate=0.01, batch_size=16"
PHASES = {
    "norm_and_bias": f"norm_and_bias({SETTINGS})",
    "lora": f"lora(rank=2, {SETTINGS})",
    "gradual": f"gradual(every=1, {SETTINGS})",
    "everything": f"everything({SETTINGS}, schedule='cosine', warmup=0.3, layer_decay=0.8, "
    "clip_norm=1.0, accumulate=2, ema=0.5, l2_sp=0.1, label_smoothing=0.1)",
    "averaged": f"everything({SETTINGS}, swa=0.0, optimizer='sgd', weight_decay=0.1)",
}
HEADS = (
    "cosine(dropout=0.0)",
    "attention_pooling(units=4, dropout=0.0)",
    "layer_weighting(dropout=0.0)",
)
PROBE = f"linear_probe({SETTINGS})"


def weighed(model):
    """Puts numbers of NumPy into a head: each backend draws others from one seed."""
    generator = np.random.default_rng(5)
    head = model.get_layer("head")
    head.set_weights([generator.normal(0, 0.3, w.shape) for w in head.get_weights()])
    return model


def fitted(handle, directory, phase, head="linear(dropout=0.0)"):
    backbone = load_backbone(handle)
    tap = choose_tap(backbone, None, parse(head))
    model = weighed(build_model(backbone, head=head))
    kept = tap if tap in backbone.taps and tap != "sequence" else backbone.taps[0]
    recipe = Recipe(model, backbone, FeatureCache(directory, backbone, kept), OBJECTIVE, silent)
    before = {w.path: w.numpy() for w in backbone.model.weights}
    train, validation = part(sentences, 32, 1), part(sentences, 16, 2)
    recipe.fit([from_call(parse(phase))], train, validation, seed=0, log=None)
    after = {w.path: w.numpy() for w in backbone.model.weights}
    return {
        "loss": [result.history["val_loss"] for result in recipe.results],
        "logits": np.asarray(recipe.predict(validation, "validation")[0], "float64").tolist(),
        "moved": sorted(p for p in before if not np.array_equal(before[p], after[p])),
    }


def interrupted(handle, directory):
    """Whether a run that is stopped twice within epochs ends with the bits of one that is not."""
    phase = from_call(parse(f"everything({SETTINGS}, ema=0.5, l2_sp=0.1)"))
    phase = dataclasses.replace(phase, batch_size=8)
    ends = []
    for stops in ((), (1, 3)):
        place = directory / f"stopped {len(stops)} times"
        for after in (*stops, 10**6):
            backbone = load_backbone(handle)
            model = weighed(build_model(backbone, head="linear(dropout=0.1)"))
            cache = FeatureCache(place, backbone, backbone.taps[0])
            recipe = Recipe(model, backbone, cache, OBJECTIVE, silent, [Interrupt(after)])
            checkpoint = Checkpoint(place / "unfinished", key="one", seconds=0)
            train, validation = part(sentences, 32, 1), part(sentences, 16, 2)
            try:
                recipe.fit([phase], train, validation, seed=0, log=None, checkpoint=checkpoint)
            except KeyboardInterrupt:
                continue
        ends.append((model.get_weights(), recipe.results[0].history))
    (one, history), (other, again) = ends
    same = all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    return {"same": same, "histories": [history, again]}


def pictured(weights, directory):
    """Features of a network of keras.applications, and a probe on them."""
    backbone = load_backbone("application://mobilenet", image_size=32, weights=weights)
    cache = FeatureCache(directory, backbone, "pooled")
    recipe = Recipe(weighed(build_model(backbone)), backbone, cache, OBJECTIVE, silent)

    def pictures(n, seed):
        generator = np.random.default_rng(seed)
        return list(generator.integers(0, 256, (n, 32, 32, 3), "uint8")), np.arange(n) % 2

    train = part(pictures, 8, 1)
    recipe.fit([from_call(parse(PROBE))], train, part(pictures, 4, 2), seed=0, log=None)
    return {
        "features": np.asarray(recipe.features(train, "train"), "float64").tolist(),
        "loss": [result.history["val_loss"] for result in recipe.results],
    }


if __name__ == "__main__":
    _, text, weights, result = sys.argv
    with tempfile.TemporaryDirectory() as place:
        found = {name: fitted(text, Path(place), phase) for name, phase in PHASES.items()}
        found |= {head.partition("(")[0]: fitted(text, Path(place), PROBE, head) for head in HEADS}
        found["interrupted"] = interrupted(text, Path(place))
        found["application"] = pictured(weights, Path(place))
    found["backend"] = keras.backend.backend()
    Path(result).write_text(json.dumps(found))
