"""A folder of images beside a folder of masks with the same names."""

from collections.abc import Iterator
from pathlib import Path

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.split import PARTS
from ftkeras.data import image_file, mask_file
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.repeats import ALIASES
from ftkeras.data.sources import _class_folders, _masked_images
from ftkeras.data.sources._masked_images import Pair
from ftkeras.errors import UserError


def build(
    path: str,
    images: str = "images",
    masks: str = "masks",
    max_pixels: int = 50_000_000,
    on_bad_row: str = "error",
) -> Dataset:
    """Reads `<path>/images/<name>.jpg` and `<path>/masks/<name>.png`, for segmentation.

    An image and a mask belong together when their names are equal but for what follows the last
    point. A mask is a grey or palette picture (PNG, BMP, TIFF, PGM; GIF if grey) of the size of its
    image, upright, whose values are classes. Where `<path>` holds the folders `train`,
    `validation` (or `val`) and `test`, each with images and masks, they become the column `part`,
    for `split=given(column='part')`. Hidden files and those that are no pictures by their suffix
    are passed over.

    Args:
        path: The folder.
        images: Name of the folder of images in it.
        masks: Name of the folder of masks in it.
        max_pixels: Larger images and masks are bad: a small file can unfold to gigabytes.
        on_bad_row: `"error"` refuses the folder and names the files; `"skip"` and
            `"quarantine"` leave them out.

    Raises:
        UserError: There are no such folders or no pairs in them; an image has no mask or a mask no
            image; one of them is damaged, too large, or leads out of the folder; a mask holds
            colours, or has not the size of its image.

    Example:
        >>> import tempfile
        >>> from PIL import Image
        >>> folder = Path(tempfile.mkdtemp())
        >>> for name, mode in (("images", "RGB"), ("masks", "L")):
        ...     (folder / name).mkdir()
        ...     Image.new(mode, (8, 6)).save(folder / name / "1.png")
        >>> dataset = build(str(folder))
        >>> dataset.locations.tolist(), dataset.labels[0][1:4]
        (['images/1.png'], b'PNG')
    """
    root = _class_folders.root_of(path, "mask_folder")
    for name, value in (("images", images), ("masks", masks)):
        if not value or "\0" in value or not _within(root / value, root):
            raise UserError(
                f"Expected `{name}` to be the name of a folder in {root}. Received: "
                f"{name}={value[:200]!r}."
            )
    bad = BadRows(on_bad_row, root.name)
    pairs, parts = [], []
    for part, folder in _parts(root, images, masks):
        for pair in _pairs(root, folder / images, folder / masks, bad):
            pairs.append(pair)
            parts.append(part)
    if not pairs:
        bad.settle()
        raise UserError(
            f"Expected pictures in {images}/ and masks of equal names in {masks}/. Received: "
            f"path={path[:300]!r} without a pair. Name the folders, as in images='jpg'."
        )
    columns = {"part": parts} if parts[0] else {}
    return _masked_images.dataset(pairs, root, max_pixels, bad, columns)


def _parts(root: Path, images: str, masks: str) -> list[tuple[str, Path]]:
    """Name (or an empty string) and folder of each part."""
    if (root / images).is_dir() or (root / masks).is_dir():
        return [("", root)]
    found = [
        (ALIASES.get(folder.name.lower(), folder.name.lower()), folder)
        for folder in _listed(root)
        if (folder / images).is_dir() and _within(folder, root)
    ]
    if not found or {part for part, _ in found} - set(PARTS) or len(dict(found)) != len(found):
        raise UserError(
            f"Expected the folders {images}/ and {masks}/ in {root}, or parts (train, validation, "
            f"test) that hold them. Received: {', '.join(part for part, _ in found) or 'neither'}."
            " Name them, as in images='jpg', masks='png'."
        )
    return found


def _pairs(root: Path, images: Path, masks: Path, bad: BadRows) -> Iterator[Pair]:
    """The pairs of two folders by name; what has no partner, or two, is bad."""
    pictures = _by_stem(images, image_file.SUFFIXES, root, bad)
    answers = _by_stem(masks, mask_file.SUFFIXES, root, bad)
    for stem, image in pictures.items():
        if stem in answers:
            yield Pair(image, answers[stem], image)
        else:
            bad.add(image, f"has no mask of its name in {_said(masks, root)}/", column="mask")
    for stem in sorted(answers.keys() - pictures.keys()):
        reason = f"is the mask of no image in {_said(images, root)}/"
        bad.add(answers[stem], reason, column="image")


def _by_stem(folder: Path, suffixes: tuple[str, ...], root: Path, bad: BadRows) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in _listed(folder):
        if file.name[0] == "." or file.suffix.lower() not in suffixes:
            continue
        place = _said(file, root)
        if place != file.relative_to(root).as_posix():
            bad.add(place, "has a name, or lies in a folder, that is no UTF-8")
        elif file.stem in found:
            bad.add(place, f"has the name of {found[file.stem]}, and which is meant is not said")
        else:
            found[file.stem] = place
    return found


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        told = str(folder).encode("utf-8", "replace").decode()
        raise UserError(
            f"Expected a folder that can be read. Received: {told} ({error.strerror})."
        ) from None


def _within(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # links in a circle lead nowhere
        return False


def _said(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix().encode("utf-8", "replace").decode()
