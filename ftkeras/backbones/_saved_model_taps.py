"""The outputs of a SavedModel by the names that taps have everywhere."""

from collections.abc import Mapping
from typing import Any

import keras

from ftkeras.backbones.layers.class_token import ClassToken
from ftkeras.backbones.layers.mean_pooling import MeanPooling
from ftkeras.errors import UserError
from ftkeras.handles import Handle

_BEST_FIRST = ("mean_pooled", "class_token", "pooled", "sequence", "feature_map")


def of(outputs: Any, handle: Handle, mask: Any = None) -> dict[str, Any]:
    """Returns taps, best default first.

    Args:
        outputs: What the SavedModel returns: a tensor, or a dictionary of tensors.
        handle: Where it came from, for messages.
        mask: `(batch, length)`, non-zero where there is a token.

    Raises:
        UserError: No output has an example for a row and a known width.
    """
    named = dict(outputs) if isinstance(outputs, Mapping) else {"default": outputs}
    taps: dict[str, Any] = {}
    for key in sorted(named, key=lambda key: (key == "default", key)):
        output = named[key]
        if isinstance(output, list | tuple) or not str(output.dtype).startswith(
            ("float", "bfloat")
        ):
            continue  # every layer's own output, and numbers that are no features
        if len(output.shape) not in (2, 3, 4) or output.shape[-1] is None:
            continue
        _add(taps, key, output, mask)
    if not taps:
        raise UserError(
            f"Expected outputs (batch, width), (batch, length, width) or feature maps. Received: "
            f"{handle} with {named}. Choose another signature."
        )
    known = {name: taps[name] for name in _BEST_FIRST if name in taps}
    return {**known, **taps}


def _add(taps: dict[str, Any], key: str, output: Any, mask: Any) -> None:
    rank = len(output.shape)
    if rank == 2:
        name = "pooled" if key in ("default", "pooled_output") else key
        taps.setdefault("pooled", output) if name == "pooled" else taps.update({name: output})
    elif rank == 3:
        if key not in ("default", "sequence_output") or "sequence" in taps:
            return
        taps["sequence"] = output
        if mask is not None:
            taps["mean_pooled"] = MeanPooling(name="mean_pooled")(output, mask)
            taps["class_token"] = ClassToken(name="class_token")(output)
    elif key == "default":
        taps["feature_map"] = output
        pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(output)
        taps.setdefault("pooled", pooled)
    else:
        taps[key.replace("/", "_")] = output
