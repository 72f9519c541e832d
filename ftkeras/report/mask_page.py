"""What the page says of masks: worst pictures beside truth and answer, and each class by itself."""

import base64
import colorsys
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ftkeras.mask import IGNORED, Mask
from ftkeras.records.run_record import Measurement
from ftkeras.report import score_table
from ftkeras.report.answers import Answers
from ftkeras.report.plots._canvas import ACCENT, CYCLE, MODEL

_SHOWN = 20
_SIDE = 192
_TINT = 0.62
_LEFT_OUT = (70, 70, 70)
# A step around the circle of hues that never comes back to where it was.
_GOLDEN = 0.618034
_FIRST_HUE = 0.3


@dataclass(frozen=True)
class MaskError:
    """A picture with wrong pixels.

    Args:
        id: The example's id.
        picture: The picture as a `data:` URL; empty where no preview was kept.
        truth: The same in grey, with the true classes in colour.
        answer: The same with what was answered.
        overlap: Mean over its classes of the intersection over union, in [0, 1].
        wrong: Share of wrong pixels, in [0, 1].
        classes: Names of the classes that are true or were answered, each with its colour.
    """

    id: str
    picture: str
    truth: str
    answer: str
    overlap: float
    wrong: float
    classes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ClassRow:
    """How well one class is told from all others.

    Args:
        name: The class.
        colour: What it is drawn in; empty for the most frequent class, which is not tinted.
        pictures: Test pictures it is true of.
        true: Its share of the pixels, in [0, 1].
        answered: Its share of what was answered, in [0, 1].
        cells: Intersection over union and Dice coefficient, with intervals.
    """

    name: str
    colour: str
    pictures: int
    true: float
    answered: float
    cells: tuple[score_table.Cell, ...]


def errors(answers: Answers, count: int = _SHOWN) -> list[MaskError]:
    """Returns the pictures of which least is right, worst first.

    Args:
        answers: The model on test.
        count: How many at most.
    """
    wrong = np.flatnonzero(~answers.correct)
    order = wrong[np.argsort(-answers.losses[wrong], kind="stable")][:count]
    plain = _most_frequent(answers)
    return [_error(answers, int(row), plain) for row in order]


def classes(found: dict[str, Any] | None) -> list[ClassRow]:
    """Returns a row a class.

    Args:
        found: `analyses["pixel_classes"]` of the record.
    """
    rows = (found or {}).get("classes", [])
    total = max(1, sum(each["true"] for each in rows))
    said = max(1, sum(each["answered"] for each in rows))
    plain = max(range(len(rows)), key=lambda k: rows[k]["true"], default=-1)
    return [
        ClassRow(
            name=each["name"],
            colour="" if index == plain else colour(index),
            pictures=each["pictures"],
            true=each["true"] / total,
            answered=each["answered"] / said,
            cells=tuple(
                score_table.cell(Measurement(**each[score])) for score in ("overlap", "dice")
            ),
        )
        for index, each in enumerate(rows)
    ]


def colour(index: int) -> str:
    """Returns the colour that a class is drawn in, as `#rrggbb`.

    Example:
        >>> colour(0), colour(8) != colour(9)
        ('#D55E00', True)
    """
    first = (ACCENT, MODEL, *CYCLE[2:])
    if index < len(first):
        return first[index]
    red, green, blue = colorsys.hsv_to_rgb((index * _GOLDEN + _FIRST_HUE) % 1, 0.75, 0.85)
    return f"#{round(red * 255):02X}{round(green * 255):02X}{round(blue * 255):02X}"


def _most_frequent(answers: Answers) -> int:
    """The class of most pixels, usually the background."""
    found: Any = np.zeros(IGNORED + 1, "int64")
    for label in answers.labels:
        found += np.bincount(Mask(label).classes.ravel(), minlength=IGNORED + 1)
    return int(found[:IGNORED].argmax())


def _error(answers: Answers, row: int, plain: int) -> MaskError:
    truth, answer = Mask(answers.labels[row]), Mask(answers.predicted[row])
    true, said = truth.classes, answer.classes
    counted = true != IGNORED
    seen = "" if answers.previews is None else str(answers.previews[row] or "")
    base = _opened(seen, true.shape)
    named = sorted({*truth, *answer} - {plain})
    return MaskError(
        id=str(answers.ids[row]),
        picture=seen if base is not None else "",
        truth=_drawn(base, true, plain),
        answer=_drawn(base, said, plain),
        overlap=1 - float(answers.losses[row]),
        wrong=float((true != said)[counted].mean()) if counted.any() else 0.0,
        classes=tuple((answers.class_names[k], colour(k)) for k in named),
    )


def _opened(preview: str, shape: tuple[int, ...]) -> Image.Image | None:
    """The picture that was kept, if it is one of the mask's shape."""
    try:
        content = base64.b64decode(preview.partition(";base64,")[2], validate=True)
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as stored:
            picture = stored.convert("RGB")
    except (OSError, ValueError):
        return None
    width, height = picture.size
    alike = abs(height * shape[1] - width * shape[0]) <= 2 * max(*shape, width, height)
    return picture if alike else None


def _drawn(base: Image.Image | None, mask: NDArray[np.uint8], plain: int) -> str:
    height, width = mask.shape
    scale = min(1.0, _SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if base is None:
        base = Image.new("RGB", size, (235, 235, 235))
    grey = np.asarray(base.convert("L").convert("RGB"), "float32")
    small = np.asarray(Image.fromarray(mask).resize(base.size, Image.Resampling.NEAREST))
    palette = np.array([_rgb(colour(k)) for k in range(IGNORED)] + [_LEFT_OUT], "float32")
    share = np.where(small == plain, 0.0, _TINT).astype("float32")[..., None]
    blended = (1 - share) * grey + share * palette[small]
    content = io.BytesIO()
    picture = Image.fromarray(blended.astype(np.uint8))
    picture.save(content, format="JPEG", quality=88, subsampling=0)
    return "data:image/jpeg;base64," + base64.b64encode(content.getvalue()).decode()


def _rgb(name: str) -> tuple[int, int, int]:
    return int(name[1:3], 16), int(name[3:5], 16), int(name[5:7], 16)
