"""RWKV-7: a recurrent network in which a matrix for each head is the memory."""

from typing import Any

import keras
from keras import ops

_SPREAD = 0.02


@keras.saving.register_keras_serializable(package="ftkeras")
class RwkvBlock(keras.layers.Layer):
    """A layer of RWKV-7: mixing in time, then of channels, each normalised and with a way around.

    The memory of a head is `S_t = S_(t-1) (diag(w_t) - k^ (a k^)') + v_t k_t'` and answers
    `S_t r_t`; every vector is made of x_t and x_(t-1). Padding behind a text changes nothing in
    it. What the first block of a network took as values is mixed into the values of the others.
    KerasHub's own counts the steps in Python, and so cannot be compiled for texts of any length.

    Args:
        head_width: Width of a head; the width of the states is a multiple of it.
        inner: Width of channel mixing.
        ranks: Columns of the pairs of thin matrices for the gate, the values, the rate of learning
            and the decay.
        first: Whether it is the network's first block, which normalises its input.
        **options: Keras' own: `name`, `dtype`, `trainable`.

    Shapes:
        inputs: `(batch, places, width)`.
        first_values: the same, of the first block; `None` in the first block.
        output: `(batch, places, width)`; of the first block also its values.

    Example:
        >>> import numpy as np
        >>> x = np.ones((1, 3, 8), "float32")
        >>> states, values = RwkvBlock(4, 16, (4, 2, 4, 4), first=True)(x)
        >>> tuple(RwkvBlock(4, 16, (4, 2, 4, 4))(states, values).shape)
        (1, 3, 8)

    References:
        Peng et al., 2025, RWKV-7 "Goose" with Expressive Dynamic State Evolution, section 4.
    """

    def __init__(
        self,
        head_width: int,
        inner: int,
        ranks: tuple[int, int, int, int],
        first: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.head_width = head_width
        self.inner = inner
        self.ranks = tuple(ranks)
        self.first = first

    def build(self, inputs_shape: tuple[Any, ...], *others: object, **named: object) -> None:
        """Makes the weights."""
        width = inputs_shape[-1]
        states = (None, None, width)
        if self.first:
            self.input_norm = self._built(self._norm("input_norm"), states)
        self.time_norm = self._built(self._norm("time_norm"), states)
        self.channel_norm = self._built(self._norm("channel_norm"), states)
        self._build_time_mixing(width)
        self.channel_shift = self._vector("channel_shift", (width,))
        self.channel_key = self._built(self._dense(self.inner, "channel_key"), states)
        self.channel_value = self._built(
            self._dense(width, "channel_value"), (None, None, self.inner)
        )
        super().build(inputs_shape)

    def _build_time_mixing(self, width: int) -> None:
        heads = width // self.head_width
        shifts = ("receptance", "decay", "key", "value", "rate", "gate")
        self.shifts = {name: self._vector(f"{name}_shift", (width,)) for name in shifts}
        gate, value, rate, decay = self.ranks
        thin = {"decay": decay, "rate": rate, "gate": gate}
        thin |= {} if self.first else {"value": value}
        self.thin = {
            name: (
                self._vector(f"{name}_down", (width, rank)),
                self._vector(f"{name}_up", (rank, width)),
            )
            for name, rank in thin.items()
        }
        self.bases = {
            name: self._vector(f"{name}_base", (width,)) for name in thin if name != "gate"
        }
        self.key_scale = self._vector("key_scale", (width,))
        self.key_rate = self._vector("key_rate", (width,))
        self.bonus = self._vector("bonus", (heads, self.head_width))
        states = (None, None, width)
        self.receptance, self.key, self.value, self.time_output = (
            self._built(self._dense(width, name), states)
            for name in ("receptance", "key", "value", "time_output")
        )
        memory = _Memory(heads, self.head_width, name="memory")
        self.memory = keras.layers.RNN(memory, return_sequences=True, dtype="float32")
        self.memory.build((None, None, 6 * width))
        self.head_norm = self._built(
            keras.layers.GroupNormalization(
                groups=heads, epsilon=64e-5, dtype=self.dtype_policy, name="head_norm"
            ),
            (None, width),
        )

    def _vector(self, name: str, shape: tuple[int, ...]) -> keras.Variable:
        normal = keras.initializers.TruncatedNormal(stddev=_SPREAD)
        return self.add_weight(name=name, shape=shape, initializer=normal)

    def _norm(self, name: str) -> keras.layers.Layer:
        return keras.layers.LayerNormalization(epsilon=1e-5, dtype=self.dtype_policy, name=name)

    def _dense(self, units: int, name: str) -> keras.layers.Layer:
        normal = keras.initializers.TruncatedNormal(stddev=_SPREAD)
        return keras.layers.Dense(
            units, use_bias=False, kernel_initializer=normal, dtype=self.dtype_policy, name=name
        )

    def _built(
        self, layer: keras.layers.Layer, shape: tuple[int | None, ...]
    ) -> keras.layers.Layer:
        layer.build(shape)
        return layer

    def call(self, inputs: keras.KerasTensor, first_values: keras.KerasTensor | None = None) -> Any:
        """Returns the states behind the block; see the class."""
        inputs = self.input_norm(inputs) if self.first else inputs
        taken, values = self._mixed_in_time(self.time_norm(inputs), first_values)
        x = inputs + taken
        channels = self.channel_norm(x)
        channels = channels + (_before(channels) - channels) * self.channel_shift
        inner = ops.square(ops.relu(self.channel_key(channels)))
        x = x + self.channel_value(inner)
        return (x, values) if self.first else x

    def _mixed_in_time(
        self, x: keras.KerasTensor, first_values: keras.KerasTensor | None
    ) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        back = _before(x) - x
        of = {name: x + back * shift for name, shift in self.shifts.items()}
        receptance, key = self.receptance(of["receptance"]), self.key(of["key"])
        value = self.value(of["value"])
        decay = self._low_rank("decay", of["decay"], ops.tanh)
        decay = ops.exp(-ops.exp(-ops.softplus(-decay) - 0.5))
        rate = ops.sigmoid(self._low_rank("rate", of["rate"]))
        down, up = self.thin["gate"]
        gate = ops.matmul(ops.sigmoid(ops.matmul(of["gate"], down)), up)
        values = value
        if first_values is not None:
            share = ops.sigmoid(self._low_rank("value", of["value"]))
            value = value + (first_values - value) * share
        direction = self._split(key * self.key_scale)
        length = ops.sqrt(ops.sum(ops.square(direction), axis=-1, keepdims=True))
        direction = direction / ops.maximum(length, 1e-12)
        key = key * (1 + (rate - 1) * self.key_rate)
        replaced = direction * self._split(rate)
        parts = [self._split(part) for part in (receptance, decay, key, value)]
        shape = ops.shape(x)
        steps = ops.stack([*parts, direction, replaced], axis=2)
        steps = ops.reshape(steps, (shape[0], shape[1], 6 * x.shape[-1]))
        answers = self.memory(ops.cast(steps, "float32"))
        answers = ops.reshape(ops.cast(answers, self.compute_dtype), (-1, x.shape[-1]))
        answers = ops.reshape(self.head_norm(answers), shape)
        bonus = ops.sum(parts[0] * parts[2] * self.bonus, axis=-1, keepdims=True) * parts[3]
        return self.time_output((answers + ops.reshape(bonus, shape)) * gate), values

    def _low_rank(self, name: str, x: keras.KerasTensor, bend: Any = None) -> keras.KerasTensor:
        down, up = self.thin[name]
        inner = ops.matmul(x, down)
        return self.bases[name] + ops.matmul(inner if bend is None else bend(inner), up)

    def _split(self, x: keras.KerasTensor) -> keras.KerasTensor:
        batch, places = ops.shape(x)[0], ops.shape(x)[1]
        return ops.reshape(x, (batch, places, x.shape[-1] // self.head_width, self.head_width))

    def compute_output_shape(
        self, inputs_shape: tuple[int | None, ...], *others: object, **named: object
    ) -> Any:
        """Returns the shape of the inputs; of the first block twice."""
        return (inputs_shape, inputs_shape) if self.first else inputs_shape

    def get_config(self) -> dict[str, Any]:
        """Returns what the layer is built from."""
        names = ("head_width", "inner", "ranks", "first")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _before(x: keras.KerasTensor) -> keras.KerasTensor:
    """What stands one place earlier; zeros in front."""
    return ops.pad(x, [[0, 0], [1, 0], [0, 0]])[:, :-1]


class _Memory(keras.layers.Layer):
    """One step of the memory; its state is in float32.

    Args:
        heads: How many heads.
        width: Width of a head.
        **options: Keras' own.
    """

    def __init__(self, heads: int, width: int, **options: Any) -> None:
        super().__init__(dtype="float32", **options)
        self.shape = (heads, width)
        self.state_size = [(heads, width, width)]
        self.output_size = heads * width

    def get_initial_state(self, batch_size: Any = None) -> list[keras.KerasTensor]:
        """Returns an empty memory."""
        return [ops.zeros((batch_size, *self.state_size[0]))]

    def call(self, inputs: keras.KerasTensor, states: list[Any]) -> tuple[Any, list[Any]]:
        """Returns the answers, and the memory behind them."""
        now = ops.reshape(inputs, (-1, 6, *self.shape))
        r, w, k, v, direction, replaced = (now[:, index] for index in range(6))
        [memory] = states
        forgotten = ops.einsum("bhij,bhj->bhi", memory, direction)
        memory = memory * w[:, :, None] - forgotten[..., None] * replaced[:, :, None]
        memory = memory + v[..., None] * k[:, :, None]
        answers = ops.einsum("bhij,bhj->bhi", memory, r)
        return ops.reshape(answers, (-1, self.output_size)), [memory]
