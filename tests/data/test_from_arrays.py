import numpy as np
import pytest

from ftkeras.data.checks.empty_inputs import EmptyInputs
from ftkeras.data.deduplicate import deduplicate
from ftkeras.data.from_arrays import from_arrays
from ftkeras.data.sources import csv
from ftkeras.errors import UserError


def test_a_text_has_the_same_id_in_memory_and_in_a_file(tmp_path):
    (tmp_path / "one.csv").write_text("text,label\nfine,a\n")
    assert from_arrays(["fine"], ["a"]).ids.tolist() == csv.build(str(tmp_path / "one.csv")).ids


def test_images_of_different_sizes_are_kept_as_they_are():
    images = [np.zeros((3, 4), "uint8"), np.ones((5, 6, 3), "uint8")]
    dataset = from_arrays(images, [1, 0], columns={"camera": ["a", "b"]})
    assert [image.shape for image in dataset.inputs] == [(3, 4), (5, 6, 3)]
    assert dataset.columns["camera"].tolist() == ["a", "b"]
    assert len(set(dataset.ids.tolist())) == 2


def test_images_in_memory_are_checked_and_deduplicated():
    noise = np.random.default_rng(0).integers(0, 256, (4, 4), dtype="uint8")
    same_in_colour = np.stack([noise] * 3, axis=-1)
    dataset = from_arrays([noise, same_in_colour, noise[:, :, None], noise * 0], [1, 1, 1, 0])
    kept, report = deduplicate(dataset)
    assert report.repeated == 2
    assert len(kept) == 2
    assert [finding.count for finding in EmptyInputs()(dataset)] == [1]


@pytest.mark.parametrize("wrong", [None, "a", 3])
def test_what_has_no_parts_among_inputs_of_several_is_named_or_skipped(wrong):
    inputs = [{"text": "a", "tabular": {"x": 1.0}}, wrong]
    with pytest.raises(UserError, match="row 1"):
        from_arrays(inputs, ["yes", "no"])
    found = from_arrays(inputs, ["yes", "no"], on_bad_row="skip")
    assert found.modality == "multimodal"
    assert found.labels.tolist() == ["yes"]


def test_bad_examples_are_named_or_skipped():
    with pytest.raises(UserError, match="mine, row 1: `input` is missing, not a text"):
        from_arrays(["a", None], [0, 1], name="mine")
    dataset = from_arrays(["a", "", "c"], [0, 1, None], on_bad_row="skip")
    assert dataset.inputs.tolist() == ["a"]
    assert [row.reason for row in dataset.rejected] == ["`input` is empty", "`label` is missing"]


@pytest.mark.parametrize("label", [float("inf"), 10**400, [1, [0]], b"x", "x\ud800", "x" * 1001])
def test_what_cannot_be_a_label_is_refused(label):
    with pytest.raises(UserError, match="row 1: `label`"):
        from_arrays(["a", "b"], [1, label])
