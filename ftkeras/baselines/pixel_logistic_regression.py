"""Colour and place of a pixel with logistic regression: what deep models must beat on masks."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from threadpoolctl import threadpool_limits

from ftkeras.baselines import _masks
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset
from ftkeras.mask import IGNORED, decode, encode

# Pixels that are learnt from, in all and of one picture.
_MOST, _OF_ONE = 100_000, 400
# Larger pictures are shrunk to this, and the answer is enlarged.
_LONGEST = 256
_BLUR = 3


@dataclass(frozen=True)
class PixelLogisticRegression:
    """Fits logistic regression on what one pixel and its surroundings look like.

    Of each pixel it knows red, green and blue, the same of the picture blurred by 3 pixels, and
    where it stands (x and y in [0, 1]), with all products of two of these eight numbers. It is
    fitted on up to 400 random pixels of a picture and 100,000 in all. Pictures of more than 256
    pixels are shrunk to that first, and their answers enlarged.
    """

    modalities = ("image",)
    kinds = ("masks",)

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns the fitted model; see `contracts.baseline`."""
        generator = np.random.default_rng(seed)
        each = max(1, min(_OF_ONE, _MOST // max(len(train), 1)))
        rows = generator.permutation(len(train))[:_MOST]
        drawn = [_drawn(train.inputs[row], labels[row], each, generator) for row in rows]
        features = np.concatenate([pixels for pixels, _ in drawn])
        classes = np.concatenate([answers for _, answers in drawn])
        model = make_pipeline(
            StandardScaler(),
            PolynomialFeatures(2, include_bias=False),
            StandardScaler(),
            LogisticRegression(max_iter=1000),
        )
        # One thread: sums keep one order on every machine. Not quite at the optimum is no matter.
        with warnings.catch_warnings(), threadpool_limits(limits=1):
            warnings.simplefilter("ignore", ConvergenceWarning)
            if len(np.unique(classes)) > 1:
                model.fit(features, classes)
            else:
                model = None

        def answer(examples: Dataset) -> NDArray[Any]:
            found = np.empty(len(examples), object)
            for row, image in enumerate(examples.inputs):
                found[row] = encode(_answered(model, image, int(classes[0])))
            return found

        return answer


def _drawn(
    image: _masks.Stored, label: bytes, count: int, generator: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Features and classes of random pixels that are not left out."""
    picture = _shrunk(_masks.upright(image))
    mask = Image.fromarray(decode(label)).resize(picture.size, Image.Resampling.NEAREST)
    classes = np.asarray(mask).ravel()
    known = np.flatnonzero(classes != IGNORED)
    chosen = generator.choice(known, min(count, len(known)), replace=False)
    return _features(picture)[chosen], classes[chosen].astype("int64")


def _answered(model: Pipeline | None, image: _masks.Stored, only: int) -> NDArray[np.uint8]:
    upright = _masks.upright(image)
    if model is None:  # the training part has one class
        return np.full((upright.height, upright.width), only, np.uint8)
    picture = _shrunk(upright)
    with threadpool_limits(limits=1):
        classes = model.predict(_features(picture)).astype(np.uint8)
    small = Image.fromarray(classes.reshape(picture.height, picture.width))
    return np.asarray(small.resize(upright.size, Image.Resampling.NEAREST))


def _shrunk(picture: Image.Image) -> Image.Image:
    scale = min(1.0, _LONGEST / max(picture.size))
    width, height = (max(1, round(side * scale)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.BILINEAR)


def _features(picture: Image.Image) -> NDArray[np.float32]:
    """Returns `(pixels, 8)`."""
    blurred = picture.filter(ImageFilter.GaussianBlur(_BLUR))
    down, across = np.mgrid[: picture.height, : picture.width].astype("float32")
    place = np.stack([across / picture.width, down / picture.height], axis=-1)
    colours = [np.asarray(each, "float32") / 255 for each in (picture, blurred)]
    return np.concatenate([*colours, place], axis=-1).reshape(-1, 8)
