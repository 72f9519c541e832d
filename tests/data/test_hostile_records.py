"""Sounds, records of libraries, pairs, rows of tables and several inputs at once, all hostile."""

import gzip
import io
import json
import os
import pathlib
import pickle
import struct
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile
import tensorflow as tf
from hostile_files import image_bytes, outcome, png_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ftkeras import sound
from ftkeras.data.from_arrays import from_arrays
from ftkeras.data.normal_form import normal_forms
from ftkeras.data.sources import (
    audio_folder,
    audio_table,
    csv,
    hugging_face,
    json_lines,
    parquet,
    tensorflow_datasets,
    tf_record,
)
from ftkeras.errors import UserError

FUZZ = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
FEW = settings(FUZZ, max_examples=25)
POLICIES = st.sampled_from(["error", "skip", "quarantine"])
EDITS = st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), max_size=6)
RATE = 8000


def damaged(content, edits, cut):
    content = bytearray(content)
    for place, value in edits:
        content[place % len(content)] = value
    return bytes(content[: max(0, len(content) - cut)])


def sound_bytes(kind, channels=1, rate=RATE, frames=200):
    noise = np.random.default_rng(0).normal(scale=0.1, size=(frames, channels))
    data = io.BytesIO()
    soundfile.write(data, noise, rate, format=kind)
    return data.getvalue()


def wav_of(samples=b"\0" * 40, *, channels=1, rate=RATE, bits=16, declared=None, kind=1):
    """Returns a WAV file whose header promises whatever it is told to."""
    declared = len(samples) if declared is None else declared
    block = channels * bits // 8
    about = struct.pack("<HHIIHH", kind, channels, rate, rate * block % 2**32, block % 2**16, bits)
    return (
        b"RIFF" + struct.pack("<I", min(2**32 - 1, 36 + declared)) + b"WAVEfmt "
        + struct.pack("<I", len(about)) + about
        + b"data" + struct.pack("<I", declared) + samples
    )  # fmt: skip


def flac_that_promises(frames):
    """Returns a FLAC file whose header promises so many frames, 36 bits of them."""
    content = bytearray(sound_bytes("FLAC"))
    low = int.from_bytes(content[18 + 4 : 18 + 8], "big")
    upper = content[18 + 3] & 0xF0 | (frames >> 32) & 0x0F
    assert low == 200  # the field is where it should be
    content[18 + 3] = upper
    content[18 + 4 : 18 + 8] = (frames & 0xFFFFFFFF).to_bytes(4, "big")
    return bytes(content)


# Sounds


@FUZZ
@given(
    kind=st.sampled_from(["WAV", "FLAC", "OGG"]),
    channels=st.integers(1, 3),
    edits=EDITS,
    cut=st.integers(0, 300),
    policy=POLICIES,
)
def test_any_file_of_sound(tmp_path, kind, channels, edits, cut, policy):
    (tmp_path / "cat").mkdir(exist_ok=True)
    file = tmp_path / "cat" / "a.wav"
    file.write_bytes(damaged(sound_bytes(kind, channels), edits, 0 if cut > 150 else cut))
    found = outcome(audio_folder.build, str(tmp_path), on_bad_row=policy)
    if found is not None:  # what was good once can be read later, in whole
        normal_forms(found)
        assert np.isfinite(sound.read(str(file)).samples).all()


@FUZZ
@given(
    content=st.binary(max_size=60),
    channels=st.sampled_from([0, 1, 2, 65, 65535]),
    rate=st.sampled_from([0, 1, 8000, 44100, 2**32 - 1]),
    bits=st.sampled_from([0, 1, 8, 16, 24, 32, 64]),
    declared=st.sampled_from([None, 0, 7, 2**31, 2**32 - 1]),
    kind=st.sampled_from([0, 1, 3, 7, 0xFFFE]),
    with_soundfile=st.booleans(),
)
def test_any_header_of_a_wav(
    tmp_path, content, channels, rate, bits, declared, kind, with_soundfile
):
    (tmp_path / "cat").mkdir(exist_ok=True)
    file = tmp_path / "cat" / "a.wav"
    file.write_bytes(
        wav_of(content, channels=channels, rate=rate, bits=bits, declared=declared, kind=kind)
    )
    with pytest.MonkeyPatch.context() as patch:
        if not with_soundfile:
            patch.setitem(sys.modules, "soundfile", None)
        outcome(audio_folder.build, str(tmp_path), on_bad_row="skip")
        outcome(audio_folder.build, str(tmp_path))


def test_headers_that_promise_hours_cost_no_memory(tmp_path):
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "good.wav").write_bytes(sound_bytes("WAV"))
    (tmp_path / "cat" / "promise.flac").write_bytes(flac_that_promises(2**36 - 1))
    (tmp_path / "cat" / "promise.wav").write_bytes(wav_of(declared=2**32 - 1))
    found = outcome(audio_folder.build, str(tmp_path), on_bad_row="skip")
    for value in found.inputs:
        assert sound.read(value).samples.nbytes < 10_000
    assert "cat/good.wav" in found.locations.tolist()


def test_sounds_that_cannot_be_are_named(tmp_path):
    (tmp_path / "cat").mkdir()
    nan = np.array([0.1, np.nan, np.inf], "float32")
    bad = {
        "channels.wav": wav_of(channels=0), "empty.wav": b"", "fast.wav": wav_of(rate=2**31),
        "many.wav": wav_of(b"\0" * 400, channels=100), "nothing.wav": wav_of(b""),
        "nan.wav": wav_of(nan.tobytes(), bits=32, kind=3), "text.wav": b"no sound at all",
        "pickle.wav": pickle.dumps([1, 2]),
    }  # fmt: skip
    for name, content in {**bad, "good.wav": sound_bytes("WAV")}.items():
        (tmp_path / "cat" / name).write_bytes(content)
    found = outcome(audio_folder.build, str(tmp_path), on_bad_row="quarantine")
    assert found.locations.tolist() == ["cat/good.wav"]
    assert sorted(row.location for row in found.rejected) == sorted(f"cat/{name}" for name in bad)
    assert outcome(audio_folder.build, str(tmp_path), named="cat/channels.wav") is None


def _lying_about(root):
    """Writes one good sound and everything else that may lie about in a folder."""
    cat = root / "cat"
    cat.mkdir(parents=True)
    (cat / "good.wav").write_bytes(sound_bytes("WAV"))
    (cat / "loop.wav").symlink_to("loop.wav")
    (cat / "folder.wav").mkdir()
    os.mkfifo(cat / "pipe.wav")
    (cat / "zero.wav").symlink_to("/dev/zero")
    (root.parent / "secret.wav").write_bytes(sound_bytes("WAV"))
    (cat / "out.wav").symlink_to(root.parent / "secret.wav")


def test_a_table_of_sounds_that_points_anywhere(tmp_path):
    root = tmp_path / "sounds"
    _lying_about(root)
    hostile = [
        "../secret.wav", "cat/../../secret.wav", str(tmp_path / "secret.wav"), "cat/out.wav",
        "/dev/zero", "/etc/passwd", "~/x.wav", "", ".", "cat", "cat/loop.wav", "cat/pipe.wav",
        "cat/zero.wav", "cat/folder.wav", "x" * 5000, "a\0b", "cat/good.wav/x",
        "file:///etc/passwd", "t.csv",
    ]  # fmt: skip
    rows = [*hostile, "cat/good.wav"]
    (root / "t.csv").write_text("audio,label\n" + "".join(f'"{row}",x\n' for row in rows))
    found = outcome(audio_table.build, str(root / "t.csv"), on_bad_row="quarantine")
    assert found.inputs.tolist() == [str(root / "cat/good.wav")]
    assert [row.location for row in found.rejected] == [
        f"t.csv, row {row + 2}" for row in range(len(hostile))
    ]
    assert {row.column for row in found.rejected} == {"audio"}
    assert outcome(audio_table.build, str(root / "t.csv"), named="t.csv, row 2") is None


def test_places_that_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "empty").write_bytes(b"")
    for build in (audio_table.build, lambda path: tf_record.build(path, text="text")):
        for place in ("pipe", "loop", "empty", "missing", "a\0b", "x" * 3000, "empty/x"):
            assert outcome(build, str(tmp_path / place)) is None
        for place in ("/dev/zero", "/dev/null", "", "~nobody/x"):
            assert outcome(build, place) is None


# TFRecord

VALUES = st.one_of(
    st.none(),
    st.lists(st.binary(max_size=5), max_size=3),
    st.lists(st.floats(width=32), max_size=3),
    st.lists(st.integers(-(2**63), 2**63 - 1), max_size=3),
    st.sampled_from([[b"\xff\xfe"], [b"good"], [image_bytes("PNG")], [sound_bytes("WAV")],
                     [png_of(60_000, 60_000)], [b"\x80\x04K\x01."]]),
)  # fmt: skip
NAMES = ("text", "label", "image", "audio", "note")


def example_of(features):
    made = {}
    for name, values in features.items():
        if values is None:
            made[name] = tf.train.Feature()
        elif values and isinstance(values[0], bytes):
            made[name] = tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
        elif values and isinstance(values[0], float):
            made[name] = tf.train.Feature(float_list=tf.train.FloatList(value=values))
        else:
            made[name] = tf.train.Feature(int64_list=tf.train.Int64List(value=values))
    return tf.train.Example(features=tf.train.Features(feature=made)).SerializeToString()


def write_records(path, contents):
    packed = tf.io.TFRecordOptions("GZIP" if path.suffix == ".gz" else "")
    with tf.io.TFRecordWriter(str(path), packed) as writer:
        for content in contents:
            writer.write(content)
    return path


@FUZZ
@given(
    records=st.lists(st.dictionaries(st.sampled_from(NAMES), VALUES), min_size=1, max_size=4),
    asked=st.sampled_from([{"text": "text"}, {"text": ("text", "note")}, {"image": "image"},
                           {"audio": "audio"}, {"audio": "audio", "sampling_rate": 8000}]),
    edits=EDITS,
    cut=st.integers(0, 60),
    policy=POLICIES,
)  # fmt: skip
def test_any_tf_record(tmp_path, records, asked, edits, cut, policy):
    path = write_records(tmp_path / "t.tfrecord", map(example_of, records))
    path.write_bytes(damaged(path.read_bytes(), edits[:2], 0 if cut > 15 else cut))
    outcome(tf_record.build, str(path), **asked, on_bad_row=policy, named="t.tfrecord")


GOOD = {"text": [b"good"], "label": [1]}


def test_each_bad_record_is_named_and_the_others_are_kept(tmp_path):
    contents = [example_of(GOOD), b"\xff\xff no example", example_of({"text": [b"x"]}),
                example_of({"text": [b"\xff"], "label": [1]}),
                example_of({"text": [7], "label": [1]}),
                example_of({"text": [b"a", b"b"], "label": [1]}),
                example_of({"text": [b"y"], "label": [float("nan")]}), example_of(GOOD)]  # fmt: skip
    path = write_records(tmp_path / "t.tfrecord", contents)
    found = outcome(tf_record.build, str(path), text="text", on_bad_row="quarantine")
    assert found.locations.tolist() == ["t.tfrecord, record 0", "t.tfrecord, record 7"]
    assert [(row.location, row.column) for row in found.rejected] == [
        ("t.tfrecord, record 1", ""), ("t.tfrecord, record 2", "label"),
        ("t.tfrecord, record 3", "text"), ("t.tfrecord, record 4", "text"),
        ("t.tfrecord, record 5", "text"), ("t.tfrecord, record 6", "label"),
    ]  # fmt: skip
    with pytest.raises(UserError, match=r"6 bad: t\.tfrecord, record 1"):
        tf_record.build(str(path), text="text")


def test_records_behind_damage_are_lost_and_said_to_be(tmp_path):
    path = write_records(tmp_path / "t.tfrecord", [example_of(GOOD)] * 5)
    content = bytearray(path.read_bytes())
    size = len(content) // 5
    for place, told in ((2 * size + 20, "checksum"), (2 * size + 2, "length"), (None, "cut off")):
        broken = bytearray(content)
        if place is None:
            broken = broken[: 2 * size + 30]
        else:
            broken[place] ^= 0xFF
        path.write_bytes(broken)
        found = outcome(tf_record.build, str(path), text="text", on_bad_row="skip")
        assert len(found) == 2
        [row] = found.rejected
        assert row.location == "t.tfrecord, record 2"
        assert told in row.reason
        assert "all behind it" in row.reason
        assert outcome(tf_record.build, str(path), text="text", named="record 2") is None


def _crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


@pytest.mark.parametrize("length", [10**6, 10**15, 2**64 - 1])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_record_that_promises_a_petabyte_ends_no_process(tmp_path, length, suffix):
    header = struct.pack("<Q", length)
    path = write_records(tmp_path / "t.tfrecord", [example_of(GOOD)])
    content = path.read_bytes() + header + struct.pack("<I", _crc32c(header)) + b"abc"
    path = tmp_path / f"t.tfrecord{suffix}"
    path.write_bytes(gzip.compress(content) if suffix else content)
    found = outcome(tf_record.build, str(path), text="text", on_bad_row="skip")
    assert len(found) == len(found.rejected) == 1


def test_a_packed_file_that_unfolds_is_refused(tmp_path):
    path = write_records(tmp_path / "t.tfrecord.gz", [example_of({"text": [b"a" * 10**6], "label": [1]})] * 50)  # fmt: skip
    assert path.stat().st_size < 10**6
    assert outcome(tf_record.build, str(path), text="text", max_bytes=10**7, named="more than") is None  # fmt: skip
    path.write_bytes(gzip.compress(b"\0" * 10**7)[:-5000])
    assert outcome(tf_record.build, str(path), text="text") is None


# Data sets of libraries

CELLS = st.one_of(
    st.none(), st.text(max_size=4), st.sampled_from(["nan", "\0", "\ud800"[:0], "x" * 2000])
)


@FEW
@given(
    rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5),
    edits=EDITS,
    cut=st.integers(0, 60),
    policy=POLICIES,
)
def test_any_data_set_of_hugging_face(tmp_path_factory, rows, edits, cut, policy):
    datasets = pytest.importorskip("datasets")
    place = tmp_path_factory.mktemp("hugging_face") / "made"
    columns = {"text": [row[0] for row in rows], "label": [row[1] for row in rows]}
    kinds = datasets.Features({name: datasets.Value("string") for name in columns})
    datasets.Dataset.from_dict(columns, features=kinds).save_to_disk(str(place))
    [stored] = place.glob("*.arrow")
    stored.write_bytes(damaged(stored.read_bytes(), edits[:2], 0 if cut > 15 else cut))
    outcome(hugging_face.build, str(place), text="text", on_bad_row=policy, named="made")


@pytest.mark.parametrize("kind", ["image", "audio"])
def test_paths_in_a_data_set_that_lead_out_of_it_are_not_read(tmp_path, kind):
    datasets = pytest.importorskip("datasets")
    content = image_bytes("PNG") if kind == "image" else sound_bytes("WAV")
    (tmp_path / "secret").write_bytes(content)
    cells = [
        {"bytes": content, "path": None}, {"bytes": None, "path": str(tmp_path / "secret")},
        {"bytes": None, "path": "/etc/passwd"}, {"bytes": b"nonsense", "path": "/etc/passwd"}, None,
        {"bytes": None, "path": f"{tmp_path}/made/../secret"},
        {"bytes": None, "path": str(tmp_path / "made" / "inside")},
    ]  # fmt: skip
    plain = {"bytes": datasets.Value("binary"), "path": datasets.Value("string")}
    made = datasets.Dataset.from_dict(
        {kind: cells, "label": ["x"] * len(cells)},
        features=datasets.Features({kind: plain, "label": datasets.Value("string")}),
    )
    made.save_to_disk(str(tmp_path / "made"))
    about = tmp_path / "made" / "dataset_info.json"  # the library itself would copy the files in
    told = json.loads(about.read_text())
    told["features"][kind] = {"_type": kind.capitalize()}
    about.write_text(json.dumps(told))
    (tmp_path / "made" / "inside").write_bytes(content)
    found = outcome(
        hugging_face.build, str(tmp_path / "made"), **{kind: kind}, on_bad_row="quarantine"
    )
    assert [int(place.rpartition(" ")[2]) for place in found.locations] == [0, 6]
    assert [int(row.location.rpartition(" ")[2]) for row in found.rejected] == [1, 2, 3, 4, 5]
    assert sum("leads out" in row.reason for row in found.rejected) == 3
    assert len(normal_forms(found)) == 2


def test_damaged_files_and_unpublished_labels_of_tensorflow_datasets(tmp_path):
    tfds = pytest.importorskip("tensorflow_datasets")
    kinds = {"text": tfds.features.Text(), "label": tfds.features.ClassLabel(names=["bad", "good"])}
    rows = {"text": [b"a", b"\xff", b"", b"d"], "label": np.array([0, 1, 1, -1])}
    builder = tfds.dataset_builders.store_as_tfds_dataset(
        name="made", version="1.0.0", features=tfds.features.FeaturesDict(kinds),
        split_datasets={"train": tf.data.Dataset.from_tensor_slices(rows)}, data_dir=str(tmp_path),
    )  # fmt: skip
    place = str(builder.data_dir)
    found = outcome(tensorflow_datasets.build, place, text="text", on_bad_row="skip")
    assert found.inputs.tolist() == ["a"]
    assert {row.column for row in found.rejected} == {"text", "label"}
    assert outcome(tensorflow_datasets.build, place, text="text", named="example") is None
    [stored] = pathlib.Path(place).glob("*.tfrecord*")
    content = bytearray(stored.read_bytes())
    for broken in (content[:-7], content[:20], b"", bytes([255]) + content[1:]):
        stored.write_bytes(broken)
        found = outcome(tensorflow_datasets.build, place, text="text", on_bad_row="skip")
        assert found is None or len(found) <= 4
    (pathlib.Path(place) / "features.json").write_text('{"pythonClassName": "os.system"}')
    assert outcome(tensorflow_datasets.build, place, text="text") is None


# Pairs, rows of tables, several inputs at once

ANY = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=4),
    st.sampled_from(["", "nan", "1e999", "a.png", "../a.png", "\0", "x" * 1500, 2**63]),
    st.lists(st.integers(), max_size=2),
)  # fmt: skip
COLUMNS = st.sampled_from(
    [
        {"text": "a", "second_text": "b"},
        {"numbers": "a,b"},
        {"categories": "a,b"},
        {"numbers": "a", "categories": "b"},
        {"text": "a", "image": "b"},
        {"text": "a", "numbers": "b"},
        {"text": "a", "second_text": "a", "categories": "b"},
        {"numbers": "a,a"},
        {"numbers": ",", "categories": "a"},
    ]
)


@FUZZ
@given(rows=st.lists(st.tuples(ANY, ANY, ANY), min_size=1, max_size=5), asked=COLUMNS, policy=POLICIES)  # fmt: skip
def test_any_pair_row_or_mixture(tmp_path, rows, asked, policy):
    (tmp_path / "a.png").write_bytes(image_bytes("PNG"))
    named = [dict(zip(("a", "b", "label"), row, strict=True)) for row in rows]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, named)))
    outcome(json_lines.build, str(tmp_path / "t.jsonl"), **asked, on_bad_row=policy)
    text = "\n".join(["a,b,label", *(",".join(str(cell).replace("\0", "") for cell in row) for row in rows)])  # fmt: skip
    (tmp_path / "t.csv").write_text(text)
    outcome(csv.build, str(tmp_path / "t.csv"), **asked, on_bad_row=policy)
    try:
        made = pa.table({name: [row[at] for row in rows] for at, name in enumerate(named[0])})
    except (pa.ArrowException, OverflowError, TypeError):
        return
    pq.write_table(made, tmp_path / "t.parquet")
    outcome(parquet.build, str(tmp_path / "t.parquet"), **asked, on_bad_row=policy)


PARTS = st.one_of(
    ANY,
    st.sampled_from([
        (np.zeros(8), 8000), (np.zeros(8), 0), (np.zeros(0), 8000), (np.full(8, np.nan), 8000),
        (np.zeros((8, 2)), 8000), (np.zeros(8, "int16"), 8000), (None, None), ("a", "b"),
        ("a", None), (1, 2, 3), np.zeros((4, 4), "uint8"), np.zeros((4, 4, 7), "uint8"),
        {"text": "a", "tabular": {"x": 1}}, {"text": 1, "tabular": 2}, {"x": 1, "y": "b"},
        {"x": []}, {}, {"text": "a", "image": np.zeros((2, 2), "uint8")},
    ]),
)  # fmt: skip


@FUZZ
@given(inputs=st.lists(PARTS, min_size=1, max_size=4), labels=st.lists(ANY, min_size=4, max_size=4), policy=POLICIES)  # fmt: skip
def test_anything_in_memory(inputs, labels, policy):
    outcome(from_arrays, inputs, labels[: len(inputs)], on_bad_row=policy, named="arrays")


def test_a_pickle_in_a_record_stays_bytes(tmp_path):
    """A record whose text is a pickle that would write a file."""
    bomb = b"cos\nmkdir\n(S'" + str(tmp_path / "exploded").encode() + b"'\ntR."
    for name, asked in (("text", {"text": "text"}), ("image", {"image": "image"}),
                        ("audio", {"audio": "audio"})):  # fmt: skip
        path = write_records(tmp_path / "t.tfrecord", [example_of({name: [bomb], "label": [1]})])
        outcome(tf_record.build, str(path), **asked)
    assert not (tmp_path / "exploded").exists()
