"""Loading a SavedModel such that every variable can be found again."""

import importlib
import itertools
import posixpath
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from ftkeras.backbones.saved_model import digest
from ftkeras.errors import UserError

_UNKNOWN_OP = "Op type not registered"


@dataclass(frozen=True)
class Loaded:
    """A SavedModel in memory.

    Args:
        root: What `tf.saved_model.load` returned.
        variables: All its variables in the order of their creation, which follows from the program
            alone: the same index is the same variable whenever this program is loaded. Names would
            not do, for two variables may share one.
        is_tf1: Whether it was written by TensorFlow 1; it cannot be fine-tuned then.
    """

    root: Any
    variables: tuple[Any, ...]
    is_tf1: bool


def load(directory: str, tags: Sequence[str] | None = None) -> Loaded:
    """Loads a SavedModel with its weights.

    Args:
        directory: A directory that `tf.io.gfile` reads.
        tags: Which of several graphs, for TensorFlow 1; `None` takes the one for inference.

    Raises:
        UserError: TensorFlow cannot load it; the message says why.
    """
    created: list[Any] = []

    def remember(create: Any, **settings: Any) -> Any:
        created.append(create(**settings))
        return created[-1]

    root = _load(directory, tags, remember, skip_weights=False)
    is_tf1 = callable(getattr(root, "prune", None))
    return Loaded(root, tuple(root.variables if is_tf1 else created), is_tf1)


def load_into(
    directory: str, variables: dict[int, Any], tags: Sequence[str] | None = None
) -> Loaded:
    """Loads a SavedModel's program on top of variables that are there already.

    Args:
        directory: A local directory; its weights are not read.
        variables: Index in the order of creation -> the variable to use. All others get zeros.
        tags: As in `load`.

    Returns:
        The SavedModel; its `variables` are those given.
    """
    index = itertools.count()

    def give(create: Any, **settings: Any) -> Any:
        found = variables.get(next(index))
        if found is None:
            found = create(**settings)
            found.assign(tf.zeros(settings["shape"], settings["dtype"]))
        return found

    root = _load(directory, tags, give, skip_weights=True)
    return Loaded(root, tuple(variables.values()), is_tf1=False)


def _load(directory: str, tags: Sequence[str] | None, creator: Any, *, skip_weights: bool) -> Any:
    if tags is None and tf.io.gfile.exists(posixpath.join(directory, digest.MODULE)):
        tags = []  # TF-Hub's modules of TensorFlow 1 mark the graph for inference by no tag
    options = tf.saved_model.LoadOptions(experimental_skip_checkpoint=skip_weights)
    try:
        with tf.variable_creator_scope(creator):
            return tf.saved_model.load(directory, tags=tags, options=options)
    except (tf.errors.OpError, OSError, ValueError, KeyError, RuntimeError) as error:
        if _UNKNOWN_OP in str(error) and _register_text_ops():
            return _load(directory, tags, creator, skip_weights=skip_weights)
        raise UserError(
            "Expected a SavedModel that TensorFlow can load. "
            f"Received: {directory} ({type(error).__name__}: {_first_line(error)}). "
            "Check that the directory is complete; a TensorFlow 1 model may need tags=."
        ) from error


def _register_text_ops() -> bool:
    """Makes the operations of tensorflow-text known; returns whether that was news."""
    if "tensorflow_text" in sys.modules:
        return False
    try:
        importlib.import_module("tensorflow_text")
    except ImportError:
        return False
    return True


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:300]
