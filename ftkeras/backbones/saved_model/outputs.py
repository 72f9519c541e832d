"""What of a SavedModel's outputs a layer gives, and in which form."""

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

from ftkeras.backbones.saved_model.endpoint import Endpoint
from ftkeras.errors import UserError


def chosen(
    outputs: Any, endpoint: Endpoint, output_key: str | None, handle: str, *, is_tf1: bool
) -> Any:
    """Returns the output that was asked for.

    Args:
        outputs: What the SavedModel gave.
        endpoint: What of it was called.
        output_key: Which one; `None` takes all, of a bare signature the only one.
        handle: For messages.
        is_tf1: Whether it is a module of TensorFlow 1, whose main output is called `default`.

    Raises:
        UserError: There is no such output.
    """
    if not isinstance(outputs, Mapping):
        return outputs
    if output_key is not None:
        if output_key not in outputs:
            raise UserError(
                f"Expected an output of {handle}: {', '.join(outputs)}. "
                f"Received: output_key={output_key!r}."
            )
        return outputs[output_key]
    if not endpoint.is_reusable:
        if len(outputs) == 1:
            return next(iter(outputs.values()))
        if is_tf1 and "default" in outputs:
            return outputs["default"]
    return dict(outputs)


def shaped(outputs: Any, inputs: Any, dtype: str, shape: Sequence[int | None] | None) -> Any:
    """Returns outputs in the type of a layer, and of the shape it was told.

    Args:
        outputs: A tensor, or a structure of them.
        inputs: What they were computed of, for the batch axis.
        dtype: Type of numbers with a fraction.
        shape: Without the batch axis; `None` leaves it as it is.
    """
    batch = tf.nest.flatten(inputs)[0].shape[:1]

    def one(output: Any) -> Any:
        if output.dtype.is_floating and output.dtype != dtype:
            output = tf.cast(output, dtype)
        if shape is not None:
            output = tf.ensure_shape(output, batch.concatenate(shape))
        return output

    return tf.nest.map_structure(one, outputs)
