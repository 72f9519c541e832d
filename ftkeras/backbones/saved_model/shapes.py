"""What a layer returned for which inputs, kept for the time before its program is loaded."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import keras

from ftkeras.errors import UserError


class Calls:
    """Remembers symbolic calls: structure, shapes and types of inputs and outputs.

    Args:
        known: Pairs of packed inputs and outputs.

    Example:
        >>> calls = Calls()
        >>> calls.remember(keras.KerasTensor((None, 2)), {"pooled": keras.KerasTensor((None, 3))})
        >>> Calls.of(calls.config).recall(keras.KerasTensor((None, 2)))["pooled"].shape
        (None, 3)
    """

    def __init__(self, known: Sequence[tuple[Any, Any]] = ()) -> None:
        self._known = tuple(known)

    @classmethod
    def of(cls, config: Sequence[Any] | None) -> Self:
        """Builds it from its `config`."""
        return cls([(inputs, outputs) for inputs, outputs in config or ()])

    @property
    def config(self) -> list[Any]:
        """All of it, as JSON values."""
        return [[inputs, outputs] for inputs, outputs in self._known]

    def remember(self, inputs: Any, outputs: Any) -> None:
        """Notes one call."""
        pair = (_packed(inputs), _packed(outputs))
        if pair not in self._known:
            self._known = (*self._known, pair)

    def recall(self, inputs: Any) -> Any:
        """Returns the outputs of an earlier call with such inputs.

        Raises:
            UserError: There was none.
        """
        packed = _packed(inputs)
        for known, outputs in self._known:
            if known == packed:
                return _unpacked(outputs)
        raise UserError(
            "Expected inputs of a shape that the saved model was built for: "
            f"{[known for known, _ in self._known]}. Received: {packed}."
        )


def _packed(tensors: Any) -> Any:
    if isinstance(tensors, Mapping):
        return {"dict": {str(key): _packed(value) for key, value in tensors.items()}}
    if isinstance(tensors, list | tuple):
        return {"list": [_packed(value) for value in tensors]}
    return {"shape": list(tensors.shape), "dtype": keras.backend.standardize_dtype(tensors.dtype)}


def _unpacked(packed: Mapping[str, Any]) -> Any:
    if "dict" in packed:
        return {key: _unpacked(value) for key, value in packed["dict"].items()}
    if "list" in packed:
        return [_unpacked(value) for value in packed["list"]]
    return keras.KerasTensor(tuple(packed["shape"]), packed["dtype"])
