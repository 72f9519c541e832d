import numpy as np
import pyarrow.parquet as pq
import pytest

from ftkeras.errors import UserError
from ftkeras.records.predictions import Predictions


@pytest.fixture
def predictions():
    generator = np.random.default_rng(0)
    return Predictions(
        ids=np.array(["a", "b", "c"]),
        labels=np.array([0, 1, 2]),
        logits=generator.normal(size=(3, 3)).astype("float32"),
        splits=np.array(["validation", "test", "test"]),
        task="multiclass",
        class_names=("x", "y", "z"),
        columns={"length": np.array([3, 1, 2]), "language": np.array(["en", "de", "中文"])},
        previews=np.array(["one", "two", "ثلاثة"], dtype=object),
    )


def test_everything_written_is_read_again_to_the_bit(predictions, tmp_path):
    predictions.write(tmp_path / "p.parquet")
    again = Predictions.read(tmp_path / "p.parquet")
    assert again.logits.dtype == np.float32
    for name in ("ids", "labels", "logits", "splits", "previews"):
        np.testing.assert_array_equal(getattr(again, name), getattr(predictions, name))
    assert again.class_names == predictions.class_names
    assert again.columns["length"].tolist() == [3, 1, 2]
    assert again.columns["language"].tolist() == ["en", "de", "中文"]


def test_any_reader_of_parquet_finds_the_stated_columns(predictions, tmp_path):
    predictions.write(tmp_path / "p.parquet")
    frame = pq.read_table(tmp_path / "p.parquet").to_pandas()
    assert list(frame.columns[:4]) == ["id", "label", "logits", "split"]
    np.testing.assert_array_equal(np.stack(frame["logits"]), predictions.logits)


def test_a_part_holds_its_rows_only(predictions):
    part = predictions.part("test")
    assert part.ids.tolist() == ["b", "c"]
    assert part.columns["length"].tolist() == [1, 2]


def test_a_sliced_part_is_written_as_it_is(predictions, tmp_path):
    predictions.part("test").write(tmp_path / "p.parquet")
    again = Predictions.read(tmp_path / "p.parquet")
    np.testing.assert_array_equal(again.logits, predictions.logits[1:])


@pytest.mark.parametrize("content", [None, b"not parquet at all"])
def test_a_missing_or_foreign_file_is_refused(tmp_path, content):
    path = tmp_path / "p.parquet"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match="Received: path="):
        Predictions.read(path)
