"""Features that nobody had to train: the floor that a pretrained backbone has to rise above."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction import DictVectorizer
from sklearn.preprocessing import StandardScaler

from ftkeras.backbones.preprocessing.log_mel import LogMel
from ftkeras.contracts.dataset import Dataset
from ftkeras.data.input_parts import parts_of, texts_of
from ftkeras.statistics.weighted_terms import WeightedTerms

_COMPONENTS = 256
_SIDE = 32
_BANDS = 80


def floor(train: Dataset, seed: int) -> tuple[str, Callable[[], NDArray[np.float32]]]:
    """Returns the floor's name and what computes its `(examples, width)` features.

    Texts: TF-IDF of words and pairs, projected on at most 256 directions (latent semantic
    analysis), because the scores need dense features. Images: raw pixels, shrunk to 32 x 32.
    Sounds: mean and standard deviation over time of each of 80 bands of the log-mel spectrogram.
    Tables: standardised numbers, a column for each category. Of inputs of several parts the first
    of table, text and image counts.

    Args:
        train: The training part; labels are not looked at.
        seed: Seed of the projection.
    """
    parts = parts_of(train)
    if "tabular" in parts:
        return "standardised columns", lambda: _columns(parts["tabular"])
    train = texts_of(train) or parts.get("image", train)
    if train.modality == "image":
        return f"raw pixels ({_SIDE} x {_SIDE})", lambda: _pixels(train)
    if train.modality == "audio":
        return f"log-mel means and spreads ({_BANDS} bands)", lambda: _bands(train)
    return f"TF-IDF (at most {_COMPONENTS} directions)", lambda: _terms(train, seed)


def _terms(train: Dataset, seed: int) -> NDArray[np.float32]:
    terms = WeightedTerms().fit_transform([str(text) for text in train.inputs])
    count = min(_COMPONENTS, *(size - 1 for size in terms.shape))
    if count < 1:
        return np.asarray(terms.toarray(), "float32")
    projected = TruncatedSVD(count, random_state=seed).fit_transform(terms)
    return np.asarray(projected, "float32")


def _columns(train: Dataset) -> NDArray[np.float32]:
    matrix = DictVectorizer(sparse=False).fit_transform(train.inputs.tolist())
    return np.asarray(np.nan_to_num(StandardScaler().fit_transform(matrix)), np.float32)


def _bands(train: Dataset) -> NDArray[np.float32]:
    log_mel, rows = LogMel(num_mels=_BANDS), []
    for value in train.inputs:
        encoded = log_mel([value]).arrays
        there = encoded["padding_mask"][0] > 0
        frames = encoded["encoder_features"][0][there].reshape(-1, _BANDS)
        rows.append(np.concatenate([frames.mean(axis=0), frames.std(axis=0)]))
    return np.stack(rows).astype("float32")


def _pixels(train: Dataset) -> NDArray[np.float32]:
    rows = []
    for image in train.inputs:
        opened = Image.open(image) if isinstance(image, str) else _from_array(image)
        with opened as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            small = upright.resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
            rows.append(np.asarray(small, "float32").ravel() / 255)
    found = np.stack(rows).astype("float32")
    channels = found.reshape(len(found), -1, 3)
    grey = (channels == channels[:, :, :1]).all()
    return np.asarray(channels[:, :, 0] if grey else found, np.float32)


def _from_array(image: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(image[..., 0] if image.shape[2:] == (1,) else image)
