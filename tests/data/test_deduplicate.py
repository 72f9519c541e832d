import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_datasets import texts
from PIL import Image

from ftkeras.data.deduplicate import deduplicate
from ftkeras.data.sources import image_folder
from ftkeras.errors import UserError

_SAME = [
    str,
    str.upper,
    lambda text: f"  {text}\n",
    lambda text: text.replace(" ", "\u00a0\t "),
    lambda text: text.replace("a", "\uff41"),
    lambda text: text.replace("é", "e\u0301"),
]


@settings(deadline=None)
@given(
    copies=st.lists(st.tuples(st.integers(0, 30), st.sampled_from(_SAME)), max_size=40),
    order=st.randoms(use_true_random=False),
)
def test_every_planted_repeat_is_found_and_nothing_else_goes(copies, order):
    originals = [f"a café story number {index}" for index in range(31)]
    planted = [change(originals[index]) for index, change in copies]
    rows = [
        *enumerate(originals),
        *((index, text) for (index, _), text in zip(copies, planted, strict=True)),
    ]
    order.shuffle(rows)
    kept, report = deduplicate(texts([text for _, text in rows], [i % 2 for i, _ in rows]))
    assert report.repeated == len(planted)
    assert len(kept) == 31
    assert len(np.unique(kept.ids)) == 31


def test_the_first_of_equals_is_kept():
    kept, _ = deduplicate(texts(["b", "a", "A", "B"], [0, 1, 1, 0]))
    assert kept.inputs.tolist() == ["b", "a"]


def test_equal_texts_with_different_labels_all_go():
    kept, report = deduplicate(texts(["x", "X", "x ", "y"], ["p", "n", "p", "n"]))
    assert kept.inputs.tolist() == ["y"]
    assert report.dropped == {"repeated": 0, "conflicting_labels": 3}
    assert "row 2 is p, made.csv, row 3 is n" in report.findings[0].message


def test_small_differences_in_words_are_kept():
    kept, report = deduplicate(texts(["good", "good!", "goo d", "not good"], [1, 1, 1, 0]))
    assert len(kept) == 4
    assert report.findings == ()


def test_findings_name_the_pairs():
    _, report = deduplicate(texts(["a", "b", "A"], [0, 1, 0]))
    (finding,) = report.findings
    assert finding.check == "exact_duplicates"
    assert "made.csv, row 4 repeats made.csv, row 2" in finding.message
    assert finding.count == 1


def test_with_given_parts_the_copy_in_test_is_kept():
    dataset = texts(
        ["a", "a ", "A", "b", "b "], [0] * 3 + [1] * 2,
        {"part": ["train", "test", "validation", "train", "validation"]},
    )  # fmt: skip
    kept, _ = deduplicate(dataset, part_column="part")
    assert kept.columns["part"].tolist() == ["test", "validation"]
    with pytest.raises(UserError, match="column of the data: part"):
        deduplicate(dataset, part_column="fold")


def test_an_image_saved_anew_without_loss_is_the_same_image(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (2, 8, 8), dtype="uint8")
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
    Image.fromarray(noise[0]).save(tmp_path / "x" / "1.png")
    Image.fromarray(noise[0]).convert("RGB").save(tmp_path / "x" / "2.bmp")
    Image.fromarray(noise[1]).save(tmp_path / "x" / "3.png")
    Image.fromarray(noise[0].reshape(4, 16)).save(tmp_path / "y" / "4.png")
    kept, report = deduplicate(image_folder.build(str(tmp_path)))
    assert kept.locations.tolist() == ["x/1.png", "x/3.png", "y/4.png"]
    assert report.repeated == 1


def test_images_that_differ_in_the_low_bits_of_16_are_different(tmp_path):
    (tmp_path / "x").mkdir()
    for value in (40_000, 40_001):
        Image.fromarray(np.full((4, 4), value, "uint16")).save(tmp_path / "x" / f"{value}.png")
    kept, _ = deduplicate(image_folder.build(str(tmp_path)))
    assert len(kept) == 2


def test_an_image_that_vanished_is_named(tmp_path):
    (tmp_path / "x").mkdir()
    Image.new("L", (4, 4)).save(tmp_path / "x" / "1.png")
    dataset = image_folder.build(str(tmp_path))
    (tmp_path / "x" / "1.png").unlink()
    with pytest.raises(UserError, match=r"1\.png"):
        deduplicate(dataset)
