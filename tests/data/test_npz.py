import io
import pickle

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ftkeras import call_string, catalog
from ftkeras.data.sources import npz
from ftkeras.errors import UserError


class Explosive:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was loaded",))


def saved(tmp_path, **arrays):
    path = tmp_path / "data.npz"
    np.savez(path, **arrays)
    return str(path)


def test_images_and_labels_are_read(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (3, 5, 4), dtype="uint8")
    path = saved(tmp_path, pictures=pixels, classes=np.array([[2], [0], [1]]))
    call = call_string.parse(f"npz(path={path!r}, inputs='pictures', labels='classes')")
    dataset = catalog.build("data/sources", call)
    assert dataset.modality == "image"
    np.testing.assert_array_equal(np.stack(dataset.inputs), pixels)
    assert dataset.labels.tolist() == [2, 0, 1]
    assert dataset.locations[1] == "data.npz, row 1"


def test_texts_are_read(tmp_path):
    dataset = npz.build(saved(tmp_path, x=np.array(["a", "b"]), y=np.array(["p", "q"])))
    assert dataset.modality == "text"
    assert dataset.inputs.tolist() == ["a", "b"]


def test_a_pickle_is_never_loaded(tmp_path):
    objects = np.array([Explosive(), Explosive()], dtype=object)
    with pytest.raises(UserError, match="without pickled objects"):
        npz.build(saved(tmp_path, x=np.zeros((2, 3, 3), "uint8"), y=objects))
    (tmp_path / "data.npz").write_bytes(pickle.dumps(Explosive()))
    with pytest.raises(UserError, match="Expected a NumPy archive"):
        npz.build(str(tmp_path / "data.npz"))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": np.zeros((2, 3, 3), "uint8"), "label": np.zeros(2)}, "which has: x, label"),
        ({"x": np.zeros((2, 3, 3)), "y": np.zeros(2)}, "row 0: the input is of type float64"),
        ({"x": np.zeros((2, 3, 3, 7), "uint8"), "y": np.zeros(2)}, "7 channels"),
        ({"x": np.zeros((2, 3), "uint8"), "y": np.zeros(2)}, r"shape \(3,\)"),
        ({"x": np.zeros((2, 3, 3), "uint8"), "y": np.zeros(3)}, "2 inputs, 3 labels"),
        ({"x": np.zeros((0, 3, 3), "uint8"), "y": np.zeros(0)}, "0 inputs, 0 labels"),
        ({"x": np.array(["a", ""]), "y": np.zeros(2)}, "row 1: `input` is empty"),
        ({"x": np.array(["a", "b"]), "y": np.array([1, np.nan])}, "row 1: `label` is missing"),
    ],
)
def test_bad_arrays_end_in_a_message(tmp_path, arrays, message):
    with pytest.raises(UserError, match=message):
        npz.build(saved(tmp_path, **arrays))


def test_an_archive_that_unfolds_too_far_is_refused_unread(tmp_path):
    path = tmp_path / "bomb.npz"
    np.savez_compressed(path, x=np.zeros((1000, 100, 100), "uint8"), y=np.zeros(1000))
    assert path.stat().st_size < 30_000
    with pytest.raises(UserError, match="at most max_bytes=1000000 when unpacked"):
        npz.build(str(path), max_bytes=1_000_000)


def archive():
    content = io.BytesIO()
    np.savez(content, x=np.arange(32, dtype="uint8").reshape(2, 4, 4), y=np.array(["p", "q"]))
    return content.getvalue()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    edits=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=4),
    cut=st.integers(0, 100),
)
def test_any_damage_gives_a_dataset_or_a_user_error(tmp_path, edits, cut):
    content = bytearray(archive())
    for place, value in edits:
        content[place % len(content)] = value
    path = tmp_path / "noise.npz"
    path.write_bytes(bytes(content[: len(content) - cut]))
    try:
        dataset = npz.build(str(path))
    except UserError:
        return
    assert len(dataset) == 2
