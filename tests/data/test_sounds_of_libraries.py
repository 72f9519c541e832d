"""Sounds from records: files inside TFRecords and data sets of libraries, and bare samples."""

import io
import json

import numpy as np
import pytest
import soundfile
import tensorflow as tf

from ftkeras import sound
from ftkeras.data.from_arrays import from_arrays
from ftkeras.data.normal_form import normal_forms
from ftkeras.data.sources import hugging_face, tensorflow_datasets, tf_record
from ftkeras.errors import UserError

RATE = 8000
# Multiples of 1 / 32768, so that 16 bits hold them to the last digit.
SAMPLES = [
    np.random.default_rng(seed).integers(-9000, 9000, 400).astype("int16") for seed in range(3)
]
FLOATS = [samples / np.float32(32768) for samples in SAMPLES]
LABELS = ["bark", "meow", "bark"]


def flac(samples):
    data = io.BytesIO()
    soundfile.write(data, samples, RATE, format="FLAC", subtype="PCM_16")
    return data.getvalue()


def expect_the_sounds(dataset):
    assert dataset.modality == "audio"
    assert dataset.labels.tolist() == LABELS
    for value, floats in zip(dataset.inputs, FLOATS, strict=True):
        heard = sound.read(value)
        assert heard.sampling_rate == RATE
        np.testing.assert_array_equal(heard.samples, floats)


def write_records(path, examples):
    with tf.io.TFRecordWriter(str(path)) as writer:
        for features in examples:
            made = tf.train.Example(features=tf.train.Features(feature=features))
            writer.write(made.SerializeToString())
    return str(path)


def of_bytes(value):
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


def test_tf_records_hold_files_or_samples(tmp_path):
    of_files = [
        {"audio": of_bytes(flac(samples)), "label": of_bytes(label.encode())}
        for samples, label in zip(SAMPLES, LABELS, strict=True)
    ]
    files = tf_record.build(write_records(tmp_path / "files.tfrecord", of_files), audio="audio")
    expect_the_sounds(files)
    of_samples = [
        {"wave": tf.train.Feature(float_list=tf.train.FloatList(value=floats)),
         "label": of_bytes(label.encode())}
        for floats, label in zip(FLOATS, LABELS, strict=True)
    ]  # fmt: skip
    path = write_records(tmp_path / "samples.tfrecord", of_samples)
    samples = tf_record.build(path, audio="wave", sampling_rate=RATE)
    expect_the_sounds(samples)
    assert normal_forms(files).tolist() == normal_forms(samples).tolist()
    with pytest.raises(UserError, match="do not say how fast they are"):
        tf_record.build(path, audio="wave")


def test_hugging_face_holds_files(tmp_path):
    datasets = pytest.importorskip("datasets")
    plain = {"bytes": datasets.Value("binary"), "path": datasets.Value("string")}
    made = datasets.Dataset.from_dict(
        {"sound": [{"bytes": flac(samples), "path": None} for samples in SAMPLES],
         "label": LABELS},
        features=datasets.Features({"sound": plain, "label": datasets.Value("string")}),
    )  # fmt: skip
    made.save_to_disk(str(tmp_path / "made"))
    about = tmp_path / "made" / "dataset_info.json"
    told = json.loads(about.read_text())
    told["features"]["sound"] = {"_type": "Audio"}
    about.write_text(json.dumps(told))
    expect_the_sounds(hugging_face.build(str(tmp_path / "made"), audio="sound"))
    with pytest.raises(UserError, match="Expected a column of sounds"):
        hugging_face.build(str(tmp_path / "made"), audio="label", label="label")


def test_tensorflow_datasets_hold_samples(tmp_path):
    tfds = pytest.importorskip("tensorflow_datasets")
    for name, rate in (("said", RATE), ("unsaid", None)):
        kinds = {
            "sound": tfds.features.Audio(sample_rate=rate),
            "label": tfds.features.ClassLabel(names=["bark", "meow"]),
        }
        builder = tfds.dataset_builders.store_as_tfds_dataset(
            name=name, version="1.0.0", features=tfds.features.FeaturesDict(kinds),
            split_datasets={"train": tf.data.Dataset.from_tensor_slices(
                {"sound": np.stack(SAMPLES).astype("int64"), "label": [0, 1, 0]})},
            data_dir=str(tmp_path),
        )  # fmt: skip
        place, said = str(builder.data_dir), {} if rate else {"sampling_rate": RATE}
        dataset = tensorflow_datasets.build(place, audio="sound", **said)
        found = [value[0].tobytes() for value in dataset.inputs]
        assert sorted(found) == sorted(floats.tobytes() for floats in FLOATS)
        assert {value[1] for value in dataset.inputs} == {RATE}
    with pytest.raises(UserError, match="sampling_rate"):
        tensorflow_datasets.build(place, audio="sound")


def test_sounds_in_memory():
    dataset = from_arrays([(floats, RATE) for floats in FLOATS], LABELS)
    expect_the_sounds(dataset)
    assert len(set(dataset.ids.tolist())) == 3
    again = from_arrays([(FLOATS[0][:, None], RATE), (FLOATS[0], 2 * RATE)], ["a", "b"])
    assert again.ids[0] == dataset.ids[0] != again.ids[1]
