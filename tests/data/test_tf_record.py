import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from ftkeras.data.content_digest import content_digest
from ftkeras.data.sources.tf_record import build
from ftkeras.errors import UserError


def feature(value):
    values = value if isinstance(value, list) else [value]
    if isinstance(values[0], bytes):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
    if isinstance(values[0], float):
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def write(path, records, compression=None):
    options = tf.io.TFRecordOptions(compression_type=compression or "")
    with tf.io.TFRecordWriter(str(path), options) as writer:
        for record in records:
            made = tf.train.Features(feature={key: feature(value) for key, value in record.items()})
            writer.write(tf.train.Example(features=made).SerializeToString())
    return str(path)


def png(pixels):
    stored = io.BytesIO()
    Image.fromarray(pixels).save(stored, "PNG")
    return stored.getvalue()


REVIEWS = [{"review": "Größer gut".encode(), "stars": 5, "price": 1.5},
           {"review": b"a bore", "stars": 1, "price": 2.0}]  # fmt: skip


def test_texts_labels_and_columns_are_read_file_by_file(tmp_path):
    write(tmp_path / "b.tfrecord.gz", REVIEWS[1:], "GZIP")
    write(tmp_path / "a.tfrecord", REVIEWS[:1])
    for path in (tmp_path, tmp_path / "*.tfrecord*"):
        dataset = build(str(path), text="review", label="stars")
        assert dataset.inputs.tolist() == ["Größer gut", "a bore"]
        assert dataset.labels.tolist() == [5, 1]
        assert dataset.columns["price"].tolist() == [1.5, 2.0]
        assert dataset.locations.tolist() == ["a.tfrecord, record 0", "b.tfrecord.gz, record 0"]
        assert dataset.ids[1] == content_digest("text", "a bore")


def test_images_are_decoded_and_bad_ones_are_named(tmp_path):
    pixels = np.arange(48, dtype="uint8").reshape(4, 4, 3)
    records = [{"image": png(pixels), "label": b"cat"}, {"image": b"\x89PNG nonsense", "label": b"dog"}]  # fmt: skip
    path = write(tmp_path / "pets.tfrecord", records)
    with pytest.raises(UserError, match=r"pets\.tfrecord, record 1: `image` is no image"):
        build(path, image="image")
    dataset = build(path, image="image", on_bad_row="skip")
    np.testing.assert_array_equal(dataset.inputs[0], pixels)
    assert (dataset.modality, dataset.labels.tolist()) == ("image", ["cat"])
    assert [row.location for row in dataset.rejected] == ["pets.tfrecord, record 1"]


def test_two_texts_and_several_labels(tmp_path):
    path = write(tmp_path / "pairs.tfrecord", [{"q": b"why?", "a": b"so", "tags": [b"x", b"y"]},
                                               {"q": b"who?", "a": b"me", "tags": [b"x"] * 2}])  # fmt: skip
    dataset = build(path, text=("q", "a"), label="tags")
    assert dataset.modality == "text_pair"
    assert dataset.inputs.tolist() == [("why?", "so"), ("who?", "me")]
    assert [list(names) for names in dataset.labels] == [["x", "y"], ["x", "x"]]


def test_damage_and_wrong_names_are_told(tmp_path):
    path = write(tmp_path / "r.tfrecord", REVIEWS)
    with pytest.raises(UserError, match=r"feature `reviews`.*Did you mean 'review'"):
        build(path, text="reviews", label="stars")
    with pytest.raises(UserError, match=r"name of a text .*price, review, stars"):
        build(path)
    with pytest.raises(UserError, match="there are none"):
        build(str(tmp_path / "no*"), text="review")
    lacking = write(tmp_path / "l.tfrecord", [REVIEWS[0], {"review": b"x"}])
    with pytest.raises(UserError, match=r"record 1: `stars` is missing"):
        build(lacking, text="review", label="stars")
    content = (tmp_path / "r.tfrecord").read_bytes()
    (tmp_path / "cut.tfrecord").write_bytes(content[:-5])
    with pytest.raises(UserError, match=r"cut\.tfrecord, record 1: the record is damaged"):
        build(str(tmp_path / "cut.tfrecord"), text="review", label="stars")
    with tf.io.TFRecordWriter(str(tmp_path / "other.tfrecord")) as writer:
        writer.write(b"\xff\xff\xff no example")
    with pytest.raises(UserError, match=r"other\.tfrecord, record 0 the record is no"):
        build(str(tmp_path / "other.tfrecord"), text="review", label="stars")
