"""Optimizers that add up the gradients of a row that is looked up more than once."""

import functools
from typing import Any

import keras


def merge_duplicate_rows(optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    """Makes a Keras optimizer right for embeddings whose rows repeat in a batch.

    The gradient of a lookup is a list of rows, one for each place; a token that stands three times
    in a batch has three. Its gradient is their sum g1 + g2 + g3, so Adam's second moment needs
    (g1 + g2 + g3)². On TensorFlow, Keras 3 squares row by row and adds g1² + g2² + g3²: Adam,
    AdamW, Nadam, Adamax, AMSGrad, RMSprop, Adagrad, Adadelta, Adafactor, Ftrl and Lion then move
    every repeated token by a wrong amount, and norms for clipping are wrong with all optimizers.
    Here rows are added up before anything else sees them, and again after the sum over replicas.
    Shapes stay static, so XLA can compile it.

    Args:
        optimizer: Any Keras optimizer, built or not.

    Returns:
        The same object, changed in place: its class becomes a subclass that Keras can save and
        load (import `ftkeras.training.optimizers` before loading). On other backends, which
        compute dense gradients, it behaves as before.

    Raises:
        TypeError: It is no Keras optimizer, or one that wraps another.

    Example:
        >>> optimizer = merge_duplicate_rows(keras.optimizers.Adam(0.1))
        >>> isinstance(optimizer, keras.optimizers.Adam)
        True

    References:
        `Optimizer._deduplicate_indexed_slices` of Keras 2 (`tf_keras`) did the same.
    """
    wraps = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    if not isinstance(optimizer, keras.optimizers.Optimizer) or wraps:
        raise TypeError(
            "Expected a Keras optimizer that wraps no other. "
            f"Received: optimizer={optimizer!r}. Merge the inner optimizer."
        )
    if not isinstance(optimizer, _MergesRows):
        kind: Any = type(optimizer)
        optimizer.__class__ = _merging(kind)
    return optimizer


class _MergesRows:
    """Put in front of an optimizer's class."""

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Merges before clipping and weight decay look at the gradients."""
        merged = [_merged(gradient) for gradient in grads]
        super().apply(merged, trainable_variables)  # type: ignore[misc]

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Merges what replicas brought: their rows are appended, not added."""
        super().update_step(_merged(gradient), variable, learning_rate)  # type: ignore[misc]


@functools.cache
def _merging(kind: Any) -> Any:
    """Returns the subclass of an optimizer's class that merges rows."""
    made = type(f"{kind.__name__}WithMergedRows", (_MergesRows, kind), {"__module__": __name__})
    return keras.saving.register_keras_serializable(package="ftkeras")(made)


def _merged(gradient: Any) -> Any:
    """The first place of each row takes the sum; later ones keep their index and take zero."""
    if keras.backend.backend() != "tensorflow":
        return gradient
    import tensorflow as tf  # only this backend has it for certain

    if not isinstance(gradient, tf.IndexedSlices):
        return gradient
    values = tf.convert_to_tensor(gradient.values)
    count = tf.shape(values)[0]
    places = tf.range(count)
    num_rows = tf.cast(gradient.dense_shape[0], "int32")
    firsts = tf.math.unsorted_segment_min(places, gradient.indices, num_rows)
    first = tf.gather(firsts, gradient.indices)
    sums = tf.math.unsorted_segment_sum(values, first, count)
    return tf.IndexedSlices(sums, gradient.indices, gradient.dense_shape)


# Saved models name these classes, so they must be there before one is loaded.
for _kind in vars(keras.optimizers).values():
    _is_class = isinstance(_kind, type) and issubclass(_kind, keras.optimizers.Optimizer)
    if _is_class and _kind not in (
        keras.optimizers.Optimizer,
        keras.optimizers.LossScaleOptimizer,
    ):
        _merging(_kind)
