"""`application://`: an image model of `keras.applications`, with its own preprocessing."""

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
from keras import applications
from numpy.typing import NDArray

from ftkeras.backbones import _blocks, _image_graph, _pyramid
from ftkeras.backbones._fingerprint import fingerprint
from ftkeras.backbones.preprocessing.image import Image
from ftkeras.catalog import nearest
from ftkeras.contracts.backbone import Backbone
from ftkeras.errors import UserError
from ftkeras.handles import Handle

_DEFAULT_SIZE = 224
# The sizes the weights were trained at, where that is not 224 (Keras' documentation).
_SIZES = {
    **{"InceptionResNetV2": 299, "InceptionV3": 299, "NASNetLarge": 331, "Xception": 299},
    **{"EfficientNetB1": 240, "EfficientNetB2": 260, "EfficientNetB3": 300, "EfficientNetB4": 380},
    **{"EfficientNetB5": 456, "EfficientNetB6": 528, "EfficientNetB7": 600},
    **{"EfficientNetV2B1": 240, "EfficientNetV2B2": 260, "EfficientNetV2B3": 300},
    **{"EfficientNetV2S": 384, "EfficientNetV2M": 480, "EfficientNetV2L": 480},
}


def build(
    handle: Handle,
    *,
    image_size: int | Sequence[int] | None = None,
    weights: str | None = "imagenet",
    interpolation: str = "bilinear",
    fit: str = "crop",
    classifier: bool = False,
) -> Backbone:
    """Loads an image model of `keras.applications` without its classifier.

    Its `preprocess_input` becomes part of the graph, so that the model takes pixels in [0, 255].
    The taps are `pooled`, `feature_map` and a feature map of each level, `pyramid_P1`, `pyramid_P2`
    and so on: at level n a place stands for about 2^n pixels.

    Args:
        handle: `application://MobileNetV2`; the path is a name in `keras.applications`, in any
            case, underscores or not.
        image_size: Height and width in pixels, or one number for both; `None` takes the size the
            weights were trained at.
        weights: `imagenet` (downloaded by Keras), the path of a weights file, or `None` for random
            weights.
        interpolation: How images are resized: `nearest`, `bilinear`, `bicubic` or `lanczos`.
        fit: What becomes of another aspect ratio: `crop`, `stretch` or `pad`.
        classifier: Whether its classifier is kept, as the tap `class_probabilities`: what LEEP asks
            for. It is bound to the size the weights were trained at; a weights file has to hold it.

    Raises:
        UserError: An unknown name, weights that cannot be had, or a size that cannot be.
    """
    name = _name(handle)
    preprocess = Image(
        image_size or _SIZES.get(name, _DEFAULT_SIZE),
        interpolation=interpolation,
        fit=fit,
        input=_image_graph.INPUT,
    )
    loaded = _load(handle, name, preprocess.size, weights, classifier)
    inner = _pyramid.with_pyramid(_image_graph.tapped(loaded, classifier))
    scale, offset, reverse = _affine(_preprocess_input(name))
    model = _image_graph.from_pixels(inner, scale, offset, reverse)
    return Backbone(
        handle=handle,
        model=model,
        preprocess=preprocess,
        taps=tuple(model.output),
        blocks=_blocks.group(model, first="stem"),
        fingerprint=fingerprint(model),
    )


def names() -> list[str]:
    """Returns the names that `application://` knows.

    Example:
        >>> "MobileNetV2" in names()
        True
    """
    return sorted(name for name, found in vars(applications).items() if inspect.isfunction(found))


def _name(handle: Handle) -> str:
    known = {name.lower(): name for name in names()}
    key = handle.path.replace("_", "").lower()
    if key not in known:
        raise UserError(
            f"Expected a model of keras.applications: {', '.join(known.values())}. "
            f"Received: backbone={handle}.{nearest(handle.path, list(known.values()))} They read "
            "images; models of texts are presets, such as preset://bert_base_en_uncased."
        )
    return known[key]


def _load(
    handle: Handle, name: str, size: tuple[int, int], weights: str | None, classifier: bool
) -> keras.Model:
    if weights not in ("imagenet", None) and not Path(str(weights)).is_file():
        raise UserError(
            "Expected `weights` to be 'imagenet', None or a weights file. "
            f"Received: weights={weights!r}, which does not exist. Correct the path."
        )
    make = getattr(applications, name)
    settings = (
        {"include_preprocessing": True} if "include_preprocessing" in _arguments(make) else {}
    )
    try:
        return make(include_top=classifier, weights=weights, input_shape=(*size, 3), **settings)
    except Exception as error:  # a failed download is a bare Exception in Keras
        raise UserError(
            f"Expected {name} at {size[0]} x {size[1]} pixels with weights={weights!r}. Received: "
            f"backbone={handle} ({type(error).__name__}: {str(error)[:300]}). Keras downloads "
            "imagenet weights once, from storage.googleapis.com; without network give the path of "
            f"a weights file {'with' if classifier else 'without'} its classifier."
        ) from error


def _preprocess_input(name: str) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    module = getattr(applications, name).__module__.rpartition(".")[2]
    found: Callable[[NDArray[np.float32]], NDArray[np.float32]] = getattr(
        applications, module
    ).preprocess_input
    return found


def _affine(
    function: Callable[[NDArray[np.float32]], NDArray[np.float32]],
) -> tuple[list[float], list[float], bool]:
    """Finds `scale`, `offset` and channel order of a `preprocess_input` by asking it."""

    def ask(red: float, green: float, blue: float) -> NDArray[np.float64]:
        pixel = np.full((1, 1, 1, 3), (red, green, blue), np.float32)
        return np.asarray(function(pixel), np.float64).reshape(3)

    offset = ask(0, 0, 0)
    scale = (ask(255, 255, 255) - offset) / 255
    reverse = bool(np.argmax(np.abs(ask(255, 0, 0) - offset)) == 2)
    return scale.tolist(), offset.tolist(), reverse


def _arguments(function: Callable[..., keras.Model]) -> set[str]:
    return set(inspect.signature(function).parameters)
