"""Many models in one process are meant, though TensorFlow takes them for a mistake."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_word_of_retracing() -> Iterator[None]:
    """Keeps TensorFlow from warning of retracing: every phase and every trial has its own graph.

    Example:
        >>> with no_word_of_retracing():
        ...     logging.getLogger("tensorflow").warning("... triggered tf.function retracing")
    """

    def wanted(record: logging.LogRecord) -> bool:
        return "retracing" not in record.getMessage()

    log = logging.getLogger("tensorflow")
    log.addFilter(wanted)
    try:
        yield
    finally:
        log.removeFilter(wanted)
