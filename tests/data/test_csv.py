import csv as standard_csv
import hashlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ftkeras import call_string, catalog
from ftkeras.data.sources import csv
from ftkeras.errors import UserError


def write(tmp_path, content, name="reviews.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return str(path)


def test_the_catalogue_builds_it_from_a_call_string(tmp_path):
    path = write(tmp_path, "review,sentiment\nfine,1\n")
    call = call_string.parse(f"csv(path={path!r}, text='review', label='sentiment')")
    assert list(catalog.build("data/sources", call).inputs) == ["fine"]


def test_rows_keep_their_order_place_and_further_columns(tmp_path):
    path = write(tmp_path, "text,label,stars,source\na b,1,4.5,web\nc,0,,shop\n")
    dataset = csv.build(path)
    assert list(dataset.inputs) == ["a b", "c"]
    assert dataset.labels.tolist() == ["1", "0"]
    assert list(dataset.locations) == ["reviews.csv, row 2", "reviews.csv, row 3"]
    assert dataset.columns["source"].tolist() == ["web", "shop"]
    np.testing.assert_array_equal(dataset.columns["stars"], [4.5, np.nan])


def test_ids_are_the_digest_of_modality_and_text(tmp_path):
    dataset = csv.build(write(tmp_path, "text,label\ngrün,a\n"))
    assert dataset.ids[0] == hashlib.sha256("text\ngrün".encode()).hexdigest()[:32]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_from_the_header(tmp_path, separator):
    content = separator.join(["text", "label"]) + "\n" + separator.join(["x y", "1"]) + "\n"
    assert list(csv.build(write(tmp_path, content)).inputs) == ["x y"]


def test_a_cell_may_hold_separators_line_breaks_and_ten_megabytes(tmp_path):
    long = "word " * 2_000_000
    path = write(tmp_path, f'text,label\n"a,\nb",1\n"{long}",0\n')
    dataset = csv.build(path, max_characters=20_000_000)
    assert list(dataset.inputs) == ["a,\nb", long]
    assert dataset.locations[1] == "reviews.csv, row 3 (line 4)"
    assert standard_csv.field_size_limit() < 1 << 20, "the process-wide limit must be put back"


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    path = write(tmp_path, "text,label\nx,1\n", encoding="utf-8-sig")
    assert list(csv.build(path).inputs) == ["x"]


def test_blank_lines_and_windows_line_ends_change_nothing(tmp_path):
    dataset = csv.build(write(tmp_path, "text,label\r\nx,1\r\n\r\ny,0\r\n\r\n"))
    assert list(dataset.inputs) == ["x", "y"]
    assert dataset.locations[1] == "reviews.csv, row 4"


def test_codes_with_leading_zeros_stay_text(tmp_path):
    dataset = csv.build(write(tmp_path, "text,label,zip,n,mixed\nx,1,007,3,-.5e1\ny,0,12,-4,two\n"))
    assert dataset.columns["zip"].tolist() == ["007", "12"]
    assert dataset.columns["n"].tolist() == [3, -4]
    assert dataset.columns["mixed"].tolist() == ["-.5e1", "two"]


def test_none_is_a_class_and_nan_is_a_missing_label(tmp_path):
    assert csv.build(write(tmp_path, "text,label\nx, none \n")).labels.tolist() == ["none"]
    with pytest.raises(UserError, match=r"reviews\.csv, row 2: `label` is missing"):
        csv.build(write(tmp_path, "text,label\nx,NaN\n"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"Expected a header row .* \(empty\)"),
        ("text,label\n", "at least one example. Received: no usable row of reviews.csv"),
        ("text,label\n ,1\n", r"reviews\.csv, row 2: `text` is empty"),
        ("text,label\n\u200b\u00a0,1\n", r"reviews\.csv, row 2: `text` is empty"),
        ("text,label\nx,\n", r"reviews\.csv, row 2: `label` is missing"),
        ("text,label\nx,1\ny\n", r"reviews\.csv, row 3: 1 cell where the header has 2"),
        ("text,label\nx,1,2\n", r"reviews\.csv, row 2: 3 cells where the header has 2"),
        ("text,label,text\nx,1,2\n", "text more than once"),
        ('text,label\n"x,1\ny,2\n', r"row 2 \(line 2\): unexpected end of data.*quoted=False"),
        ('text,label\n"x"y,1\n', r"row 2 \(line 2\): ',' expected after '\"'"),
        (b"text,label\nx,1\ncaf\xe9,1\n", "byte 0xe9 in line 3.*encoding='cp1252'"),
        ("text,label\nx,1\n".encode("utf-16"), "byte 0xff in line 1.*encoding='utf-16'"),
        ("txet,label\nx,1\n", r"a column `text` in reviews\.csv.*Did you mean 'txet'\?"),
        ("text label\nx 1\n", r"read with separator=','"),
    ],
)
def test_bad_content_ends_in_a_message_that_names_file_and_row(tmp_path, content, message):
    with pytest.raises(UserError, match=message):
        csv.build(write(tmp_path, content))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"text": "labels"}, r"text='labels'\. Did you mean 'label'\?"),
        ({"text": "label"}, "different columns"),
        ({"encoding": "utf-9"}, "encoding='utf-9'"),
        ({"encoding": "base64"}, "encoding='base64'"),
        ({"separator": "::"}, "separator='::'"),
        ({"separator": "\n"}, "separator"),
        ({"on_bad_row": "ignore"}, "on_bad_row='ignore'"),
        ({"max_characters": 0}, "row 2: `text` has 1 characters"),
    ],
)
def test_bad_arguments_are_named(tmp_path, arguments, message):
    with pytest.raises(UserError, match=message):
        csv.build(write(tmp_path, "text,label\nx,1\n"), **arguments)


def test_a_missing_file_is_answered_with_the_nearest_one(tmp_path):
    write(tmp_path, "text,label\nx,1\n")
    with pytest.raises(UserError, match=r"does not exist\)\. Did you mean 'reviews\.csv'\?"):
        csv.build(str(tmp_path / "review.csv"))
    with pytest.raises(UserError, match="a directory"):
        csv.build(str(tmp_path))


@pytest.mark.parametrize("path", ["x" * 300, "a\0b", 5, "~nobody-of-this-name/x.csv"])
def test_a_path_that_is_none_is_refused(path):
    with pytest.raises(UserError, match="Expected `path` of `csv`"):
        csv.build(path)


def test_the_home_directory_is_found(tmp_path, monkeypatch):
    write(tmp_path, "text,label\nx,1\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert len(csv.build("~/reviews.csv")) == 1


def test_a_label_of_ten_megabytes_is_a_bad_row(tmp_path):
    path = write(tmp_path, f"text,label\nx,{'y' * 10_000_000}\n")
    with pytest.raises(UserError, match="row 2: `label` has 10000000 characters") as caught:
        csv.build(path)
    assert len(str(caught.value)) < 1000


def test_skipped_rows_are_listed_with_their_reason(tmp_path):
    path = write(tmp_path, "text,label\nx,1\n,1\ny\nz,0\n")
    dataset = csv.build(path, on_bad_row="skip")
    assert list(dataset.inputs) == ["x", "z"]
    assert {(row.location, row.reason) for row in dataset.rejected} == {
        ("reviews.csv, row 3", "`text` is empty"),
        ("reviews.csv, row 4", "1 cell where the header has 2"),
    }


def test_many_bad_rows_give_one_short_message(tmp_path):
    path = write(tmp_path, "text,label\n" + ",1\n" * 1000)
    with pytest.raises(UserError, match=r"1000 bad: .*; and 995 more"):
        csv.build(path)


_CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(st.tuples(_CELL, _CELL, _CELL), max_size=8), separator=st.sampled_from(",;\t|")
)
def test_whatever_the_standard_writer_wrote_is_read_back(tmp_path, rows, separator):
    path = tmp_path / "written.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = standard_csv.writer(file, delimiter=separator, quoting=standard_csv.QUOTE_ALL)
        writer.writerows([("text", "label", "extra"), *rows])
    written = [(text, label.replace("\0", "").strip()) for text, label, _ in rows]
    expected = [pair for pair in written if visible(pair[0]) and label_given(pair[1])]
    dataset, message = outcome(str(path), on_bad_row="skip")
    if dataset is None:
        assert not expected
        assert "at least one example" in message
    else:
        assert list(zip(dataset.inputs, dataset.labels.tolist(), strict=True)) == expected


def outcome(path, **arguments):
    try:
        return csv.build(path, **arguments), ""
    except UserError as error:
        return None, str(error)


def visible(text):
    return any(character.isprintable() and not character.isspace() for character in text)


def label_given(label):
    return visible(label) and label.casefold() != "nan"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    content=st.binary(max_size=200),
    encoding=st.sampled_from(["utf-8", "utf-16", "ascii", "cp1252", "shift_jis", "utf-7"]),
    quoted=st.booleans(),
    policy=st.sampled_from(["error", "skip"]),
)
def test_any_bytes_give_a_dataset_or_a_user_error(tmp_path, content, encoding, quoted, policy):
    path = tmp_path / "noise.csv"
    path.write_bytes("text,label\n".encode(encoding) + content)
    arguments = {"encoding": encoding, "quoted": quoted, "on_bad_row": policy}
    dataset, message = outcome(str(path), **arguments)
    if dataset is None:
        assert "Received" in message
    else:
        assert len(dataset.inputs) == len(dataset.labels) == len(dataset.locations) > 0
