import encodings.aliases
import io
import json
import os
import pathlib
import pickle
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hostile_files import image_bytes, npy_bytes, npz_bytes, outcome, png_of
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from ftkeras.data import image_file
from ftkeras.data.predictions import csv as csv_predictions
from ftkeras.data.predictions import parquet as parquet_predictions
from ftkeras.data.sources import csv, image_folder, image_table, json_lines, npz, parquet
from ftkeras.errors import UserError

FUZZ = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
POLICIES = st.sampled_from(["error", "skip", "quarantine"])
ENCODINGS = sorted({*encodings.aliases.aliases.values(), "utf-8", "idna", "undefined", "no\0", ""})
EDITS = st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), max_size=6)
CELLS = st.one_of(
    st.sampled_from(["", "nan", "1", "007", "a", '"', "\0", "\ufeff", "a,b", "\n", "٣", "1e999"]),
    st.text(max_size=6),
)


def damaged(content, edits, cut):
    content = bytearray(content)
    for place, value in edits:
        content[place % len(content)] = value
    return bytes(content[: max(0, len(content) - cut)])


# Tables of text


@FUZZ
@given(data=st.binary(max_size=200), policy=POLICIES, quoted=st.booleans())
@example(data=b"text,label\n" + b"\xff\xfe", policy="skip", quoted=True)
@example(data=b'text,label\n"a', policy="skip", quoted=True)
@example(data=b"", policy="skip", quoted=True)
@example(data=b"\n\n\n", policy="skip", quoted=True)
@example(data=b"text,text,label\na,b,c\n", policy="skip", quoted=True)
@example(data=b"column_2,,text,label\na,b,c,d\n", policy="skip", quoted=True)
def test_any_bytes_as_csv(tmp_path, data, policy, quoted):
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    outcome(csv.build, str(path), quoted=quoted, on_bad_row=policy, named="t.csv")


@FUZZ
@given(
    rows=st.lists(st.lists(CELLS, max_size=4), max_size=6),
    encoding=st.sampled_from(ENCODINGS),
    read_as=st.sampled_from(ENCODINGS),
    separator=st.sampled_from([None, ",", "\t", "", "\n", "\0", '"', "ab", "é", " "]),
    policy=POLICIES,
)
def test_any_table_in_any_encoding_as_csv(tmp_path, rows, encoding, read_as, separator, policy):
    path = tmp_path / "t.csv"
    text = "\n".join([",".join(["text", "label", "note"]), *(",".join(row) for row in rows)])
    try:
        path.write_bytes(text.encode(encoding, "replace"))
    except (LookupError, ValueError):
        path.write_bytes(text.encode("utf-8", "replace"))
    outcome(csv.build, str(path), encoding=read_as, separator=separator, on_bad_row=policy)


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4),
        st.sampled_from(["\ud800", 2**70, -(2**63), float("inf")]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)  # fmt: skip
KEYS = st.sampled_from(["text", "label", "note", "", "\ud800", "a"])


@FUZZ
@given(
    lines=st.lists(st.one_of(JSON, st.dictionaries(KEYS, JSON, max_size=4)), max_size=5),
    edits=EDITS,
    policy=POLICIES,
)
@example(lines=[{"text": "a", "label": 1, "note": "\ud800"}], edits=[], policy="error")
@example(lines=[{"text": "a", "label": 1, "\ud800": "x"}], edits=[], policy="error")
@example(lines=[{"text": "a", "label": 1, "note": 2**70}], edits=[], policy="error")
def test_any_json_lines(tmp_path, lines, edits, policy):
    path = tmp_path / "t.jsonl"
    content = "\n".join(json.dumps(line) for line in lines).encode()
    path.write_bytes(damaged(content, edits if content else [], 0))
    inside = outcome(json_lines.build, str(path), on_bad_row=policy, named="t.jsonl")
    outside = outcome(json_lines.build, str(path), on_bad_row=policy, rows_in_memory=0, named="t.jsonl")  # fmt: skip
    if inside is not None and outside is not None:
        assert outside.inputs.tolist() == inside.inputs.tolist()
        assert outside.ids.tolist() == inside.ids.tolist()


@pytest.mark.parametrize("depth", [10, 400, *range(850, 1000, 10), 100_000])
def test_json_may_be_nested_to_any_depth(tmp_path, depth):
    path = tmp_path / "t.jsonl"
    deep = "[" * depth + "]" * depth
    good = '{"text": "a", "label": 1}'
    for line in (
        f'{{"text": "b", "label": {deep}}}',
        f'{{"text": {deep}, "label": 1}}',
        f'{{"text": "b", "label": 1, "note": {deep}}}',
        deep,
    ):
        path.write_text(f"{good}\n{line}\n")
        found = outcome(json_lines.build, str(path), on_bad_row="skip")
        assert "a" in found.inputs.tolist()
        with_error = outcome(json_lines.build, str(path), named="t.jsonl")
        assert (with_error is None) == bool(found.rejected)
        if found.rejected:
            assert found.rejected[0].location == "t.jsonl, line 2"


def test_lines_of_ever_new_keys_do_not_become_a_square(tmp_path):
    path = tmp_path / "t.jsonl"
    lines = [json.dumps({"text": f"t{row}", "label": 1, f"key {row}": 1}) for row in range(20_000)]
    path.write_text("\n".join(lines))
    assert outcome(json_lines.build, str(path), named="t.jsonl") is None


@pytest.mark.parametrize("column", ["text", "label", "note"])
def test_a_cell_of_ten_megabytes_is_told_in_few_words(tmp_path, column):
    huge = "long " * 2_000_000
    cells = {"text": "a", "label": "x", "note": "n"}
    path = tmp_path / "t.csv"
    path.write_text(f"text,label,note\nb,y,m\n{','.join({**cells, column: huge}.values())}\n")
    found = outcome(csv.build, str(path), on_bad_row="quarantine")
    assert len(found) == (2 if column == "note" else 1)
    assert [row.location for row in found.rejected] == ([] if len(found) == 2 else ["t.csv, row 3"])
    assert all(len(row.content) < 500 and row.column == column for row in found.rejected)
    path.with_suffix(".jsonl").write_text(json.dumps({**cells, column: huge}))
    outcome(json_lines.build, str(path.with_suffix(".jsonl")), named="t.jsonl")
    path.write_text(f"text,label,{huge}\nb,y,m\n")
    outcome(csv.build, str(path), text="txt", named="t.csv")


def test_a_table_of_very_many_columns_is_told_in_few_words(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(",".join(f"column {index}" for index in range(100_000)) + "\n")
    assert outcome(csv.build, str(path), named="t.csv") is None
    path.write_text(",".join(["text", "label", *["same"] * 100_000]) + "\n")
    assert outcome(csv.build, str(path), named="t.csv") is None


# Parquet

TYPES = st.sampled_from(
    [
        pa.array(["a", None, "b"]),
        pa.array(["a", "\0", "c"], pa.large_string()),
        pa.array([1, 2, None], pa.int64()),
        pa.array([2**64 - 1, 1, 2], pa.uint64()),
        pa.array([1.5, float("nan"), float("inf")], pa.float32()),
        pa.array([np.float16(1), np.float16(2), None], pa.float16()),
        pa.array([True, None, False]),
        pa.array([[1], None, []], pa.list_(pa.int32())),
        pa.array([[[1]], None, []], pa.list_(pa.list_(pa.int32()))),
        pa.array([{"x": {"y": 1}}, None, {"x": None}]),
        pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int32())),
        pa.array([b"a", b"\xff", None], pa.binary()),
        pa.array([b"aaaa", b"bbbb", None], pa.binary(4)),
        pa.array([0, 2**40, None], pa.timestamp("ns", tz="UTC")),
        pa.array([0, -(2**62), 2**62], pa.timestamp("ms")),
        pa.array([0, 1, 2], pa.date32()),
        pa.array([0, 1, 2], pa.time64("us")),
        pa.array([0, 1, 2], pa.duration("ms")),
        pa.array([None, None, None], pa.null()),
        pa.array(["a", "b", None]).dictionary_encode(),
        pa.array([1, 2, 3], pa.int64()).cast(pa.decimal128(21, 2)),
    ]
)


@FUZZ
@given(
    columns=st.lists(TYPES, min_size=2, max_size=4),
    names=st.permutations(["text", "label", "note", "note", ""]),
    edits=EDITS,
    cut=st.integers(0, 40),
    policy=POLICIES,
)
def test_any_parquet(tmp_path, columns, names, edits, cut, policy):
    path = tmp_path / "t.parquet"
    content = pa.Table.from_arrays(columns, names=names[: len(columns)])
    data = io.BytesIO()
    pq.write_table(content, data)
    path.write_bytes(damaged(data.getvalue(), edits, 0 if cut > 20 else cut))
    outcome(parquet.build, str(path), on_bad_row=policy, named="t.parquet")


@pytest.mark.parametrize("column", ["text", "label", "note"])
@pytest.mark.parametrize("as_categories", [True, False])
def test_a_parquet_file_that_repeats_a_long_text_ever_again_is_refused(
    tmp_path, column, as_categories
):
    rows = 40_000  # twenty gigabytes of text in a few kilobytes
    long = pa.DictionaryArray.from_arrays(np.zeros(rows, "int32"), ["x" * 500_000])
    columns = {name: pa.array(["a"] * rows) for name in ("text", "label", "note")}
    path = tmp_path / "t.parquet"
    table = pa.table({**columns, column: long})
    pq.write_table(table, path, compression="zstd", store_schema=as_categories)
    assert path.stat().st_size < 500_000
    assert outcome(parquet.build, str(path), named="t.parquet") is None
    assert outcome(parquet.build, str(path), rows_in_memory=0, named="t.parquet") is None


# Archives of arrays

ARRAYS = st.sampled_from(
    [
        np.zeros((3, 4, 4), "uint8"),
        np.zeros((3, 4, 4, 3), "uint8"),
        np.zeros((3, 0, 4), "uint8"),
        np.zeros((0, 4, 4), "uint8"),
        np.zeros((3, 4, 4)),
        np.array(["a", "", "c"]),
        np.array([b"a", b"b", b"c"]),
        np.array(5),
        np.array("a"),
        np.array([1, 2, 3]),
        np.array([1.0, np.nan, np.inf]),
        np.array([1j, 2j, 3j]),
        np.array([True, False, True]),
        np.array([[1], [2], [3]]),
        np.array([[1, 2], [2, 3], [3, 4]]),
        np.array(["2020-01-01", "NaT", "2020-01-03"], "datetime64[D]"),
        np.zeros(3, [("a", "i4"), ("b", "U3")]),
        np.zeros(3, "V7"),
        np.zeros(3, "U0"),
        np.array([1, 2, 2**64 - 1], "uint64"),
    ]
)


@FUZZ
@given(x=ARRAYS, y=ARRAYS, edits=EDITS, cut=st.integers(0, 40), policy=POLICIES)
def test_any_npz(tmp_path, x, y, edits, cut, policy):
    path = tmp_path / "t.npz"
    content = npz_bytes({"x.npy": npy_bytes(x), "y.npy": npy_bytes(y)})
    path.write_bytes(damaged(content, edits, 0 if cut > 20 else cut))
    outcome(npz.build, str(path), on_bad_row=policy, named="t.npz")


def _header(shape, descr="|u1"):
    text = repr({"descr": descr, "fortran_order": False, "shape": shape}).encode()
    return b"\x93NUMPY\x01\x00" + (len(text) + 1).to_bytes(2, "little") + text + b"\n"


Y = npy_bytes(np.array([1, 2]))
ABSURD = {
    "not an array": {"x.npy": b"hello", "y.npy": Y},
    "labels that are no array": {"x.npy": npy_bytes(np.zeros((2, 2, 2), "u1")), "y.npy": b"12"},
    "a petabyte promised": {"x.npy": _header((10**12, 32, 32)), "y.npy": Y},
    "texts of a terabyte promised": {"x.npy": _header((10**6,), "<U1000000"), "y.npy": Y},
    "a negative shape": {"x.npy": _header((-1, 8, 8)), "y.npy": Y},
    "a header that is code": {"x.npy": _header("__import__('os').getpid()"), "y.npy": Y},
    "many members": {f"{index}.npy": Y for index in range(3000)},
    "paths upward": {"../x.npy": Y, "/etc/passwd": b"x"},
    "nothing": {},
}


@pytest.mark.parametrize("members", ABSURD.values(), ids=ABSURD)
def test_absurd_archives(tmp_path, members):
    path = tmp_path / "t.npz"
    path.write_bytes(npz_bytes(members))
    assert outcome(npz.build, str(path), named="t.npz") is None


def test_encrypted_doubled_and_disguised_archives(tmp_path):
    path = tmp_path / "t.npz"
    content = bytearray(npz_bytes({"x.npy": Y, "y.npy": Y}))
    for start in (6, content.index(b"PK\x01\x02") + 8):  # the flag "encrypted"
        content[start] |= 1
    path.write_bytes(content)
    assert outcome(npz.build, str(path), named="t.npz") is None
    path.write_bytes(Y + npz_bytes({"x.npy": Y, "y.npy": Y}))
    assert outcome(npz.build, str(path), named="t.npz") is None
    path.write_bytes(npz_bytes({"x.npy": b"\0" * 10_000_000, "y.npy": Y}, zipfile.ZIP_LZMA))
    assert outcome(npz.build, str(path), max_bytes=1000, named="t.npz") is None


class _Bomb:
    def __reduce__(self):
        return (os.mkdir, ("exploded",))


@pytest.mark.parametrize("pickled", ["x", "y", "file"])
def test_no_pickle_is_ever_loaded(tmp_path, monkeypatch, pickled):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "t.npz"
    arrays = {"x": np.array(["a", "b"]), "y": np.array([1, 2])}
    if pickled == "file":
        path.write_bytes(pickle.dumps(_Bomb()))
    else:
        arrays[pickled] = np.array([_Bomb(), _Bomb()], object)
        path.write_bytes(npz_bytes({f"{k}.npy": npy_bytes(v, True) for k, v in arrays.items()}))
    assert outcome(npz.build, str(path), named="t.npz") is None
    assert not (tmp_path / "exploded").exists()


# Images

KINDS = ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM"]


@FUZZ
@given(
    kind=st.sampled_from(KINDS),
    mode=st.sampled_from(["RGB", "L", "RGBA", "P", "CMYK", "LAB", "I;16", "F", "1", "LA"]),
    edits=EDITS,
    cut=st.integers(0, 60),
)
def test_an_image_without_a_problem_can_be_decoded_later(tmp_path, kind, mode, edits, cut):
    try:
        content = image_bytes(kind, mode)
    except (OSError, ValueError):  # not every kind stores every mode
        return
    path = tmp_path / "image"
    path.write_bytes(damaged(content, edits, 0 if cut > 30 else cut))
    if not image_file.for_each(lambda file: image_file.problem(file.read_bytes(), 10**6), [path])[
        0
    ]:
        image_file.for_each(image_file.canonical_pixels, [str(path)])


def test_images_that_unfold_are_refused_by_their_header(tmp_path):
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "bomb.png").write_bytes(png_of(60_000, 60_000))
    (tmp_path / "cat" / "flat.png").write_bytes(png_of(0, 0))
    (tmp_path / "cat" / "good.png").write_bytes(image_bytes("PNG"))
    found = outcome(image_folder.build, str(tmp_path), on_bad_row="skip")
    assert [row.location for row in found.rejected] == ["cat/bomb.png", "cat/flat.png"]
    assert outcome(image_folder.build, str(tmp_path), named="cat/bomb.png") is None


def _nasty_folder(root):
    """Writes one good image and everything else that may lie about in a folder."""
    cat = root / "cat"
    cat.mkdir(parents=True)
    (cat / "good.png").write_bytes(image_bytes("PNG"))
    (cat / "empty.png").write_bytes(b"")
    (cat / "truncated.jpg").write_bytes(image_bytes("JPEG")[:-200])
    (cat / "text.png").write_text("no image")
    (cat / "loop.png").symlink_to("loop.png")
    (cat / "dangling.png").symlink_to("nowhere.png")
    (cat / "folder.png").mkdir()
    os.mkfifo(cat / "pipe.png")
    (cat / "zero.png").symlink_to("/dev/zero")
    (root / "around").symlink_to(root, target_is_directory=True)
    (root / "loop").symlink_to("loop")


def test_a_folder_of_everything_that_can_lie_about(tmp_path):
    root = tmp_path / "images"
    _nasty_folder(root)
    assert outcome(image_folder.build, str(root), named="images") is None
    (root / "around").unlink()
    (root / "cat" / "zero.png").unlink()
    found = outcome(image_folder.build, str(root), on_bad_row="quarantine")
    assert found.locations.tolist() == ["cat/good.png"]
    told = {pathlib.Path(row.location).name for row in found.rejected}
    expected = {"empty", "truncated", "text", "loop", "dangling", "folder", "pipe"}
    assert {pathlib.Path(name).stem for name in told} == expected


def test_names_that_are_no_text(tmp_path):
    folder = os.fsencode(tmp_path / "images")
    os.makedirs(folder + b"/\xff\xfe")
    os.makedirs(folder + b"/dog")
    for name in (b"/\xff\xfe/a.png", b"/dog/\xff.png", b"/dog/good.png"):
        with open(folder + name, "wb") as file:
            file.write(image_bytes("PNG"))
    found = outcome(image_folder.build, os.fsdecode(folder), on_bad_row="skip")
    assert found.labels.tolist() == ["dog"]
    assert len(found.rejected) == 2
    assert outcome(image_folder.build, os.fsdecode(folder)) is None


def test_a_table_of_images_that_points_anywhere(tmp_path):
    root = tmp_path / "images"
    _nasty_folder(root)
    (tmp_path / "secret.png").write_bytes(image_bytes("PNG"))
    (root / "cat" / "out.png").symlink_to(tmp_path / "secret.png")
    hostile = [
        "../secret.png", "cat/../../secret.png", str(tmp_path / "secret.png"), "cat/out.png",
        "around/../../secret.png", "/dev/zero", "/etc/passwd", "~/x.png", "", ".", "cat", "loop",
        "cat/loop.png", "cat/pipe.png", "cat/dangling.png", "cat/zero.png", "x" * 5000, "a\0b",
        "cat/" + "../" * 500 + "etc/passwd", "cat/good.png/x", "cat/text.png", "file:///etc/passwd",
    ]  # fmt: skip
    rows = [*hostile, "cat/good.png", "around/cat/good.png"]
    (root / "t.csv").write_text("image,label\n" + "".join(f'"{row}",x\n' for row in rows))
    found = outcome(image_table.build, str(root / "t.csv"), on_bad_row="quarantine")
    assert len(found) == 2
    assert [row.location for row in found.rejected] == [
        f"t.csv, row {row + 2}" for row in range(len(hostile))
    ]
    assert {row.column for row in found.rejected} == {"image"}
    assert outcome(image_table.build, str(root / "t.csv"), named="t.csv, row 2") is None


# Places that are no files


@pytest.mark.parametrize("build", [csv.build, json_lines.build, parquet.build, npz.build,
                                   image_table.build, csv_predictions.build,
                                   parquet_predictions.build])  # fmt: skip
def test_places_that_are_no_files(tmp_path, build):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    for place in ("pipe", "loop", "empty", "folder", "missing", "a\0b", "x" * 3000, "empty/x"):
        assert outcome(build, str(tmp_path / place)) is None
    for place in ("/dev/zero", "/dev/null", "", "~nobody/x"):
        assert outcome(build, place) is None


# Answers of others

ANSWERS = st.sampled_from(["0.5", "1", "nan", "", "-3", "1e999", "x", '"', "é", "0,5"])


@FUZZ
@given(
    header=st.permutations(["id", "label", "probability", "split", "text", "label"]),
    rows=st.lists(st.lists(ANSWERS, max_size=6), max_size=5),
    edits=EDITS,
)
def test_any_csv_of_answers(tmp_path, header, rows, edits):
    path = tmp_path / "t.csv"
    text = "\n".join([",".join(header[:4]), *(",".join(row) for row in rows)])
    path.write_bytes(damaged(text.encode(), edits, 0))
    outcome(csv_predictions.build, str(path), named="t.csv")


@FUZZ
@given(
    columns=st.lists(TYPES, min_size=2, max_size=4),
    names=st.permutations(["label", "probability", "id", "split", "logit_a", "label"]),
    edits=EDITS,
)
def test_any_parquet_of_answers(tmp_path, columns, names, edits):
    data = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, names=names[: len(columns)]), data)
    path = tmp_path / "t.parquet"
    path.write_bytes(damaged(data.getvalue(), edits, 0))
    outcome(parquet_predictions.build, str(path), named="t.parquet")


def test_a_label_of_ten_megabytes_among_answers_is_refused(tmp_path):
    path = tmp_path / "t.csv"
    rows = "".join(f"{row % 2},0.5\n" for row in range(1000))
    path.write_text(f"label,probability\n{rows}{'x' * 10_000_000},0.5\n")
    assert outcome(csv_predictions.build, str(path), named="t.csv") is None


def test_the_checker_itself_lets_nothing_else_pass():
    def crash():
        raise KeyError("x")

    def silent():
        raise UserError("No.")

    with pytest.raises(KeyError):
        outcome(crash)
    with pytest.raises(AssertionError):
        outcome(silent)
    assert Image.MAX_IMAGE_PIXELS  # Pillow's own guard is on
