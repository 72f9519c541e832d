"""One pass of examples through a frozen backbone: as fast as it can be without changing a bit.

Two things would make a row's bits depend on its companions: the shape of the batch, and a graph
that is traced anew. So shapes are fixed by an example's own length (`feature_batches`), and there
is one graph. On TensorFlow it is traced once with open axes; other backends compile one graph a
shape. Measured on CPU TensorFlow (oneDNN): with lengths in multiples of 8, a row has the same
bits at every place of a batch, beside all companions and in batches of every size; at a multiple
of 4 it still has with a fixed batch size; at odd lengths it has not.
"""

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.backbone import Backbone, Encoded, Preprocess
from ftkeras.errors import UserError
from ftkeras.model import features_model
from ftkeras.training import encoding
from ftkeras.training.feature_batches import Batch, BatchShape, cut
from ftkeras.training.padding import Padding

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

# So many raw inputs are held at once, and sorted by length.
_WINDOW = 65_536
# Texts are encoded this many at a time: tens of megabytes at most, and few half-full batches.
_TEXTS_A_CHUNK = 8192
# Enough pictures for all decoding threads of a preprocessing, and not much memory.
_IMAGE_BATCHES_A_CHUNK = 4


class ModelPass:
    """Takes examples through a model in inference mode, each exactly once; counts the padding.

    Args:
        preprocess: Raw inputs to the model's inputs.
        model: Gives one tensor or several, all with the examples as their first axis.
        shape: How many examples go through at once.
    """

    def __init__(self, preprocess: Preprocess, model: keras.Model, shape: BatchShape) -> None:
        self.preprocess = preprocess
        self.shape = shape
        self.model = model
        self.padding = Padding()
        self._compute: Callable[[Any], Any] | None = None

    def outputs(
        self, values: Sequence[Any]
    ) -> Iterator[tuple[NDArray[np.int64], list[NDArray[Any]]]]:
        """Yields `(rows, one array an output)` batch by batch.

        Args:
            values: Raw inputs. Windows of them are read one after the other, and encoded longest
                first and chunk by chunk, so that memory does not grow with them.
        """
        compute = self._compute = self._compute or _compiled(self.model)

        def outputs(batch: Batch) -> tuple[NDArray[np.int64], list[NDArray[Any]]]:
            computed = keras.tree.flatten(compute(_as_taken(self.model, batch.inputs)))
            return batch.rows, [np.asarray(array)[: len(batch.rows)] for array in computed]

        # Two batches at a time keep all cores busy where one has to wait for its slowest thread.
        workers = 2 if keras.backend.backend() == "tensorflow" else 1
        yield from _ahead(outputs, self._batches(values), workers)

    def _batches(self, values: Sequence[Any]) -> Iterator[Batch]:
        longest = self.preprocess.config.get("sequence_length")

        def encode(chunk: _Chunk) -> tuple[NDArray[np.int64], Encoded]:
            return chunk.rows, self.preprocess(chunk.values)

        for rows, encoded in _ahead(encode, self._chunks(values), workers=1):
            for batch in cut(encoded, self.shape, longest):
                self.padding.add(batch.true, batch.computed)
                yield Batch(rows[batch.rows], batch.inputs)

    def _chunks(self, values: Sequence[Any]) -> Iterator["_Chunk"]:
        light = encoding.is_light(self.preprocess)
        size = _TEXTS_A_CHUNK if light else _IMAGE_BATCHES_A_CHUNK * self.shape.examples
        for start in range(0, len(values), _WINDOW):
            window = list(values[start : start + _WINDOW])
            order = np.argsort(-self.preprocess.sizes(window), kind="stable")
            for first in range(0, len(order), size):
                rows = order[first : first + size]
                yield _Chunk(start + rows, [window[row] for row in rows])


@dataclass(frozen=True)
class _Chunk:
    """Raw inputs that are encoded together, and their row numbers."""

    rows: NDArray[np.int64]
    values: list[Any]


class FeaturePass(ModelPass):
    """Computes one tap of a backbone in inference mode.

    Args:
        backbone: The backbone.
        tap: One of `backbone.taps`, of fixed size.
        shape: How many examples go through at once.

    Raises:
        UserError: The backbone has no such tap, or it has a variable size.
    """

    def __init__(self, backbone: Backbone, tap: str, shape: BatchShape) -> None:
        super().__init__(backbone.preprocess, features_model(backbone, tap), shape)
        self.row_shape: tuple[int, ...] = self.model.output.shape[1:]
        if None in self.row_shape:
            raise UserError(
                "Expected a tap of fixed size, whose features can be kept. Received: "
                f"tap={tap!r} of shape {self.model.output.shape}. Choose another tap, or train "
                "the backbone end to end. Heads that read positions take them without --tap."
            )

    def __call__(
        self, values: Sequence[Any]
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Yields `(rows, features)` batch by batch, each example exactly once.

        Args:
            values: Raw inputs; see `outputs`.
        """
        for rows, [features] in self.outputs(values):
            yield rows, np.asarray(features, np.float32).reshape(len(rows), -1)


def _compiled(model: keras.Model) -> Callable[[Any], Any]:
    if keras.backend.backend() != "tensorflow":
        model.compile(jit_compile="auto")
        return lambda inputs: model.predict_on_batch(inputs)
    import tensorflow as tf  # only this backend has it for certain

    signature = keras.tree.map_structure(
        lambda tensor: tf.TensorSpec(tensor.shape, tensor.dtype), model.input
    )
    traced = tf.function(lambda inputs: model(inputs, training=False), input_signature=[signature])
    traced.get_concrete_function()  # now, not in one of several threads
    return traced


def _as_taken(model: keras.Model, inputs: dict[str, NDArray[Any]]) -> Any:
    """A model with one unnamed input takes the array itself."""
    return inputs if isinstance(model.input, dict) else next(iter(inputs.values()))


def _ahead(
    function: Callable[[_Item], _Result], items: Iterable[_Item], workers: int
) -> Iterator[_Result]:
    """Maps in threads, in order, at most one item ahead of each worker."""
    pending: deque[Future[_Result]] = deque()
    remaining = iter(items)
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in itertools.islice(remaining, 2 * workers):
                pending.append(pool.submit(function, item))
            while pending:
                result = pending.popleft().result()
                for item in itertools.islice(remaining, 1):
                    pending.append(pool.submit(function, item))
                yield result
        finally:
            for future in pending:
                future.cancel()
