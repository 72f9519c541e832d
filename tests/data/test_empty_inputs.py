import numpy as np
from made_datasets import texts
from PIL import Image

from ftkeras.data.checks.empty_inputs import EmptyInputs
from ftkeras.data.sources import image_folder


def test_texts_without_a_visible_character_are_found():
    values = ["a", " ", "\u200b\u2060", "\ufeff", "\u00ad", "\x00", ".", "😀", "\u200d"]
    (finding,) = EmptyInputs()(texts(values, [0] * len(values)))
    assert finding.locations == tuple(f"made.csv, row {row}" for row in (3, 4, 5, 6, 7))
    assert finding.count == 6


def test_images_of_one_colour_are_found(tmp_path):
    (tmp_path / "x").mkdir()
    Image.new("RGB", (5, 5), (9, 8, 7)).save(tmp_path / "x" / "flat.png")
    pixels = np.full((5, 5), 3, "uint8")
    pixels[4, 4] = 4
    Image.fromarray(pixels).save(tmp_path / "x" / "dot.png")
    (finding,) = EmptyInputs()(image_folder.build(str(tmp_path)))
    assert finding.locations == ("x/flat.png",)
