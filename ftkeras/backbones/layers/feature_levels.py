"""A hierarchical vision transformer with the feature maps of all its levels."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

_LAST = "last"


@keras.saving.register_keras_serializable(package="ftkeras")
class FeatureLevels(keras.layers.Layer):
    """Runs a KerasHub backbone that narrows its grid of tokens, and gives every grid on the way.

    KerasHub saves the layers in these backbones so that only the whole can be built again, so the
    whole is kept here; `graph.inlined` opens it. A level is what stands before the grid is made
    smaller: in Swin before patches are merged, without the normalisation of the end; in MiT the
    output of a stage.

    Args:
        backbone: A KerasHub MiT or Swin backbone, or its serialised form.
        name: Name of the layer.
        dtype: Compute type or policy of the layer itself; the backbone keeps its own.
        trainable: Whether anything in it trains.

    Shapes:
        inputs: `(batch, height, width, channels)`.
        output: a dictionary: `last`, what the backbone gives, and `level_0`, `level_1` and so on,
            `(batch, height, width, width of the level)`.

    Example:
        >>> import keras_hub, numpy as np
        >>> swin = keras_hub.models.SwinTransformerBackbone(
        ...     image_shape=(16, 16, 3), embed_dim=4, depths=[1, 1], num_heads=[1, 1], window_size=2
        ... )
        >>> found = FeatureLevels(swin)(np.zeros((1, 16, 16, 3), "float32"))
        >>> {name: tuple(x.shape) for name, x in found.items()}
        {'last': (1, 4, 8), 'level_0': (1, 4, 4, 4), 'level_1': (1, 2, 2, 8)}
    """

    is_a_graph = True  # `graph.inlined` puts what it calls in its place

    def __init__(
        self,
        backbone: keras.Model | Mapping[str, Any],
        name: str | None = None,
        dtype: "str | keras.DTypePolicy | None" = None,
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        if isinstance(backbone, Mapping):
            backbone = keras.saving.deserialize_keras_object(dict(backbone))
        self.backbone = backbone
        self.built = True

    def call(self, inputs: Any) -> dict[str, Any]:
        """Returns the backbone's output and the feature maps of its levels."""
        levels: list[Any] = []

        def called(operation: Any, *arguments: Any, **keywords: Any) -> Any:
            if hasattr(operation, "downsample"):
                return _stage(operation, arguments[0], levels)
            output = operation(*arguments, **keywords)
            if len(output.shape) == 4:
                levels.append(output)
            return output

        last = self.backbone._run_through_graph(inputs, call_fn=called)
        return {_LAST: last, **{f"level_{index}": x for index, x in enumerate(levels)}}

    def get_config(self) -> dict[str, object]:
        """Returns what the layer is built from."""
        whole = keras.saving.serialize_keras_object(self.backbone)
        return {**super().get_config(), "backbone": whole}


def _stage(stage: Any, x: Any, levels: list[Any]) -> Any:
    """A stage of Swin, stopped before it merges its patches."""
    for block in stage.blocks:
        x = block(x)
    height, width = stage.input_resolution
    levels.append(ops.reshape(x, (-1, height, width, x.shape[-1])))
    return x if stage.downsample is None else stage.downsample(x, H=height, W=width)
