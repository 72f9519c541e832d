"""EfficientNet-Lite0 in Keras, equal to the original down to rounding.

Liu, 2020: EfficientNet (Tan & Le, 2019, table 1) without squeeze-and-excitation, with ReLU6, and
with an unscaled stem and head. TensorFlow's SAME padding and a BatchNorm epsilon of 1e-3 are part
of the weights: other choices lose accuracy silently.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
from keras import layers
from numpy.typing import NDArray

IMAGE_SIZE = 224
_EPSILON = 1e-3
# repeats, kernel, stride, expansion, output channels of each stage
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


@dataclass(frozen=True)
class _Block:
    name: str
    kernel: int
    stride: int
    expansion: int
    inputs: int
    outputs: int


def build() -> keras.Model:
    """Returns the network with random weights: `(batch, h, w, 3)` in [0, 255] to 1000 classes.

    Layers are named `stem_*`, `block<stage><letter>_*`, `top_*` and `predictions`.
    """
    images = keras.Input((None, None, 3), name="images")
    x = layers.Rescaling(1 / 128, -127 / 128, name="rescaling")(images)
    x = layers.Conv2D(32, 3, 2, "same", use_bias=False, name="stem_conv")(x)
    x = _normalize(x, "stem")
    for block in _blocks():
        x = _inverted_residual(x, block)
    x = layers.Conv2D(1280, 1, use_bias=False, name="top_conv")(x)
    x = _normalize(x, "top")
    x = layers.GlobalAveragePooling2D(name="top_pooling")(x)
    x = layers.Dense(1000, activation="softmax", name="predictions")(x)
    return keras.Model(images, x, name="efficientnet_lite0")


def load_weights(model: keras.Model, tensors: Mapping[str, NDArray[Any]]) -> None:
    """Sets every weight from the tensors of `efficientnet_lite_pytorch`.

    Args:
        model: From `build`.
        tensors: Arrays by PyTorch's names.

    Raises:
        ValueError: A shape differs.
    """
    _set_convolution(model, "stem_conv", tensors["_conv_stem.weight"])
    _set_normalization(model, "stem_bn", tensors, "_bn0")
    for index, block in enumerate(_blocks()):
        at = f"_blocks.{index}."
        if block.expansion != 1:
            _set_convolution(
                model, f"{block.name}_expand_conv", tensors[at + "_expand_conv.weight"]
            )
            _set_normalization(model, f"{block.name}_expand_bn", tensors, at + "_bn0")
        depthwise = tensors[at + "_depthwise_conv.weight"].transpose(2, 3, 0, 1)
        model.get_layer(f"{block.name}_dwconv").set_weights([depthwise])
        _set_normalization(model, f"{block.name}_dw_bn", tensors, at + "_bn1")
        _set_convolution(model, f"{block.name}_project_conv", tensors[at + "_project_conv.weight"])
        _set_normalization(model, f"{block.name}_project_bn", tensors, at + "_bn2")
    _set_convolution(model, "top_conv", tensors["_conv_head.weight"])
    _set_normalization(model, "top_bn", tensors, "_bn1")
    model.get_layer("predictions").set_weights([tensors["_fc.weight"].T, tensors["_fc.bias"]])


def _blocks() -> list[_Block]:
    found: list[_Block] = []
    channels = 32
    for stage, (repeats, kernel, stride, expansion, outputs) in enumerate(_STAGES, start=1):
        for repeat in range(repeats):
            name = f"block{stage}{'abcdefg'[repeat]}"
            found.append(
                _Block(name, kernel, stride if repeat == 0 else 1, expansion, channels, outputs)
            )
            channels = outputs
    return found


def _inverted_residual(x: keras.KerasTensor, block: _Block) -> keras.KerasTensor:
    y = x
    if block.expansion != 1:
        width = block.inputs * block.expansion
        y = layers.Conv2D(width, 1, use_bias=False, name=f"{block.name}_expand_conv")(y)
        y = _normalize(y, f"{block.name}_expand")
    y = layers.DepthwiseConv2D(
        block.kernel, block.stride, "same", use_bias=False, name=f"{block.name}_dwconv"
    )(y)
    y = _normalize(y, f"{block.name}_dw")
    y = layers.Conv2D(block.outputs, 1, use_bias=False, name=f"{block.name}_project_conv")(y)
    y = layers.BatchNormalization(epsilon=_EPSILON, name=f"{block.name}_project_bn")(y)
    if block.stride == 1 and block.inputs == block.outputs:
        y = layers.Add(name=f"{block.name}_add")([x, y])
    return y


def _normalize(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    x = layers.BatchNormalization(epsilon=_EPSILON, name=f"{name}_bn")(x)
    return layers.ReLU(6.0, name=f"{name}_activation")(x)


def _set_convolution(model: keras.Model, name: str, kernel: NDArray[Any]) -> None:
    model.get_layer(name).set_weights([kernel.transpose(2, 3, 1, 0)])


def _set_normalization(
    model: keras.Model, name: str, tensors: Mapping[str, NDArray[Any]], at: str
) -> None:
    parts = ("weight", "bias", "running_mean", "running_var")
    model.get_layer(name).set_weights([tensors[f"{at}.{part}"] for part in parts])
