"""`keras://`: a model in a `.keras` file, its classifier cut off."""

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import keras

from ftkeras.backbones import _blocks, _finished_run, _image_graph, _pyramid, layers
from ftkeras.backbones._fingerprint import fingerprint
from ftkeras.backbones.preprocessing.image import Image
from ftkeras.contracts.backbone import Backbone
from ftkeras.errors import UserError
from ftkeras.handles import Handle

# Loading finds these by their registered names.
CUSTOM_LAYERS = (layers.ClassToken, layers.MeanPooling)


def build(
    handle: Handle,
    *,
    image_size: int | Sequence[int] | None = None,
    interpolation: str = "bilinear",
    fit: str = "crop",
    pixel_range: Sequence[float] | None = None,
    classifier: bool = False,
) -> Backbone:
    """Loads a `.keras` file in Keras' safe mode: an image model, or what a run wrote.

    A finished run's `model.keras` (of texts or images) is taken with the preprocessing that lies
    beside it, and its tap is the one the run used; the other arguments are the run's then.

    Of an image model the taps are `pooled` (global average), `feature_map` (the last tensor with
    height and width) and `pyramid_P1`, `pyramid_P2` and so on: the last feature maps in which a
    place stands for about 2, 4, … pixels. What comes behind, such as a classifier of 1000 classes,
    is left out: its answers are about other labels.

    Args:
        handle: `keras://file.keras`.
        image_size: Height and width in pixels, or one number for both; `None` takes the model's
            own size.
        interpolation: How images are resized: `nearest`, `bilinear`, `bicubic` or `lanczos`.
        fit: What becomes of another aspect ratio: `crop`, `stretch` or `pad`.
        pixel_range: Smallest and largest pixel value the model wants, for example `(-1, 1)`. A
            model that scales its input itself wants `(0, 255)` and need not be told.
        classifier: Whether its classifier is kept, if it has one, as the tap `class_probabilities`:
            what LEEP asks for.

    Raises:
        UserError: The file is missing or damaged or holds code, or the model is neither one of
            images nor a finished run's.
    """
    path = Path(handle.path).expanduser()
    loaded = _load(path)
    directory = _finished_run.preprocessing_beside(path)
    if directory is not None:
        if image_size is not None or pixel_range is not None:
            raise UserError(
                f"Expected no image_size and no pixel_range, for {handle} is a finished run's. "
                f"Received: image_size={image_size!r}, pixel_range={pixel_range!r}. Leave them out."
            )
        return _finished_run.continued(handle, loaded, directory)
    _expect_images(loaded, handle)
    model = keras.Model(loaded.inputs[0], loaded.outputs[0], name=loaded.name)
    own_range = any(_scales(layer) for layer in _leaves(model))
    if pixel_range is None and not own_range:
        raise UserError(
            "Expected to be told what pixel values the model was trained on, for it does not scale "
            f"them itself. Received: backbone={handle}, pixel_range=None. Give pixel_range=(0, 1), "
            "(-1, 1) or (0, 255); or save the model with a Rescaling layer in front."
        )
    low, high = _expect_range(pixel_range or (0, 255))
    preprocess = Image(
        image_size or _own_size(model, handle),
        interpolation=interpolation,
        fit=fit,
        input=_image_graph.INPUT,
    )
    resized = _image_graph.at_size(_image_graph.tapped(model, classifier), preprocess.size)
    inner = _pyramid.with_pyramid(resized)
    whole = _image_graph.from_pixels(inner, (high - low) / 255, low)
    return Backbone(
        handle=handle,
        model=whole,
        preprocess=preprocess,
        taps=tuple(whole.output),
        blocks=_blocks.group(whole, first="stem"),
        fingerprint=fingerprint(whole),
    )


def _load(path: Path) -> keras.Model:
    if not path.is_file():
        raise UserError(
            f"Expected a `.keras` file. Received: backbone={path}, which does not exist. "
            "Correct the path."
        )
    if path.suffix == ".keras" and not zipfile.is_zipfile(path):
        raise UserError(
            f"Expected a `.keras` file. Received: backbone={path}, which is no archive: it is "
            "damaged, or not whole. Copy or save it again."
        )
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except UserError:  # of a SavedModel inside that is not trusted; it says what to do
        raise
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        reason = str(error).strip().split("\n")[0][:300]
        raise UserError(
            f"Expected a model that Keras can load in safe mode. Received: {path} "
            f"({type(error).__name__}: {reason}). Lambda layers and classes that are not imported "
            "cannot be loaded: replace them by Keras' own layers and save again."
        ) from error
    return model


def _expect_images(model: keras.Model, handle: Handle) -> None:
    try:
        shapes = [tuple(tensor.shape) for tensor in model.inputs]
        outputs = len(model.outputs)
    except (AttributeError, ValueError, TypeError):
        shapes, outputs = [], 0  # a subclassed model has neither
    if len(shapes) != 1 or len(shapes[0]) != 4 or shapes[0][3] != 3 or outputs != 1:
        raise UserError(
            "Expected a functional model with one input (batch, height, width, 3) and one output. "
            f"Received: {handle} with inputs {shapes} and {outputs} outputs. "
            "Choose an image model; texts are loaded by preset://."
        )


def _leaves(model: keras.Model) -> Iterator[keras.layers.Layer]:
    for layer in model.layers:
        yield from _leaves(layer) if isinstance(layer, keras.Model) else (layer,)


def _scales(layer: keras.layers.Layer) -> bool:
    return isinstance(layer, keras.layers.Rescaling | keras.layers.Normalization)


def _own_size(model: keras.Model, handle: Handle) -> tuple[int, int]:
    height, width = model.input.shape[1:3]
    if height is None or width is None:
        raise UserError(
            f"Expected `image_size`, for {handle} takes images of any size. Received: "
            "image_size=None. Give the size it was trained at; smaller is faster."
        )
    return height, width


def _expect_range(pixel_range: Sequence[float]) -> tuple[float, float]:
    pair = tuple(pixel_range)
    if len(pair) != 2 or not pair[0] < pair[1]:
        raise UserError(
            "Expected `pixel_range` to be the smallest and the largest pixel value. "
            f"Received: pixel_range={pixel_range!r}. Give for example (0, 1)."
        )
    return pair[0], pair[1]
