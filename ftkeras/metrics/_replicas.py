"""Where a metric is being read: inside a compiled step or outside, on one replica or on all."""

from typing import Any

import keras

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf
elif keras.backend.backend() == "jax":
    import jax


def is_compiling(value: Any) -> bool:
    """Returns whether `value` belongs to a step that is being traced."""
    if keras.backend.backend() == "tensorflow":
        return tf.inside_function()
    if keras.backend.backend() == "jax":
        return isinstance(value, jax.core.Tracer)
    return False


def current_graph() -> Any:
    """Returns the TensorFlow graph that is being built, `None` where there is none to speak of.

    XLA finds common reads by itself; in a plain graph a variable is read as often as it is asked.
    Replicas build one graph together, each its own part, and so are left alone.
    """
    if keras.backend.backend() != "tensorflow" or not tf.inside_function():
        return None
    if tf.distribute.has_strategy():
        return None
    return tf.compat.v1.get_default_graph()


def sum_over_replicas(value: Any) -> Any:
    """Returns the sum of a replica's value over all replicas; outside a replica the value itself.

    Keras averages what each replica of `tf.distribute` reports at a step, which is wrong for
    everything but plain means over equal batches. On JAX a value is global already.
    """
    if keras.backend.backend() != "tensorflow" or tf.distribute.in_cross_replica_context():
        return value
    context = tf.distribute.get_replica_context()
    if context.num_replicas_in_sync == 1:
        return value
    if isinstance(context.strategy, tf.distribute.MirroredStrategy):
        # Collectives of two strategies in one process share their keys and abort each other.
        return context.merge_call(_sum_local, args=(value,))
    return context.all_reduce("SUM", value)


def _sum_local(strategy: Any, value: Any) -> Any:
    return tf.add_n(strategy.experimental_local_results(value))
