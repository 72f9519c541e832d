"""Pictures with exact masks, put together: handwritten digits on aerial photographs.

Neither part is made up: digits are MNIST's (of the asset `digits`), photographs those of the NEON
observatory (of the asset `trees`). What is made up is that they are in one picture. Each digit and
each photograph is used once; photographs that touch are in one part. Strokes are mixed with the
photograph in a random colour, and the rim of a stroke, which is neither, is left out (255).

    python -m experiments.assets trees digits
    python -m experiments.digit_masks.compose
"""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from experiments.assets.catalogue import FETCHED
from ftkeras.errors import UserError
from ftkeras.records.atomic import replacing_directory

TARGET = FETCHED / "digit_masks"
CLASSES = ("background", *map(str, range(10)))
_SIDE = 128
_DIGITS = 3
_SIDES = (36, 60)
_INSIDE, _OUTSIDE = 0.5, 0.15
_LEFT_OUT = 255
_SHARES = {"train": 0.65, "validation": 0.15, "test": 0.2}


def compose(target: Path = TARGET, seed: int = 0) -> None:
    """Writes `<part>/images` and `<part>/masks`, for `mask_folder`.

    Args:
        target: The folder; replaced if it is there.
        seed: Seed of everything that is drawn.
    """
    for asset in ("trees", "digits"):
        if not (FETCHED / asset).is_dir():
            raise UserError(
                f"Expected the asset {asset}. Received: none in {FETCHED}. Run "
                "python -m experiments.assets trees digits first."
            )
    generator = np.random.default_rng(seed)
    photographs = json.loads((FETCHED / "trees" / "trees.json").read_text(encoding="utf-8"))
    parts = _parts(photographs["images"], generator)
    digits = sorted((FETCHED / "digits").glob("*/*.png"))
    drawn = iter(generator.permutation(len(digits)).tolist())
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing_directory(target) as directory:
        for part, files in parts.items():
            for kind in ("images", "masks"):
                (directory / part / kind).mkdir(parents=True)
            for file in files:
                photograph = Image.open(FETCHED / "trees" / file).convert("RGB")
                pixels = np.asarray(photograph, "float64")
                mask = np.zeros((_SIDE, _SIDE), np.uint8)
                for _ in range(_DIGITS):
                    pixels, mask = _with_digit(pixels, mask, digits[next(drawn)], generator)
                shown = Image.fromarray(np.rint(pixels).astype(np.uint8))
                shown.save(directory / part / "images" / file)
                _in_palette(mask).save(directory / part / "masks" / file)


def _parts(
    photographs: list[dict[str, str]], generator: np.random.Generator
) -> dict[str, list[str]]:
    """Files of each part; a block of photographs that touch is in one of them."""
    blocks = sorted({each["block"] for each in photographs})
    generator.shuffle(blocks)
    ends = np.cumsum([share * len(blocks) for share in _SHARES.values()]).round().astype(int)
    found: dict[str, list[str]] = {}
    for part, first, end in zip(_SHARES, [0, *ends[:-1].tolist()], ends.tolist(), strict=True):
        of_part = set(blocks[first:end])
        found[part] = [each["file_name"] for each in photographs if each["block"] in of_part]
    return found


def _with_digit(
    pixels: NDArray[np.float64],
    mask: NDArray[np.uint8],
    digit: Path,
    generator: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    side = int(generator.integers(*_SIDES))
    stroke = Image.open(digit).resize((side, side), Image.Resampling.BILINEAR)
    cover = np.asarray(stroke, "float64") / 255
    top, left = generator.integers(0, _SIDE - side, 2).tolist()
    there = (slice(top, top + side), slice(left, left + side))
    colour = generator.uniform(0, 255, 3)
    strength = generator.uniform(0.6, 1.0) * cover[..., None]
    pixels, mask = pixels.copy(), mask.copy()
    pixels[there] = (1 - strength) * pixels[there] + strength * colour
    under = mask[there]
    rim = np.where((cover > _OUTSIDE) & (under == 0), _LEFT_OUT, under)
    mask[there] = np.where(cover >= _INSIDE, int(digit.parent.name) + 1, rim)
    return pixels, mask


def _in_palette(mask: NDArray[np.uint8]) -> Image.Image:
    """Indices are classes; the colours are for people."""
    picture = Image.fromarray(mask).convert("L")
    picture.putpalette(np.random.default_rng(1).integers(60, 256, 768).astype(np.uint8).tobytes())
    return picture


if __name__ == "__main__":
    compose()
