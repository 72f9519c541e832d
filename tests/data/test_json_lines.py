import json
from operator import attrgetter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ftkeras import call_string, catalog
from ftkeras.data.lazy_column import LazyColumn
from ftkeras.data.sources import json_lines
from ftkeras.errors import UserError


def write(tmp_path, content):
    path = tmp_path / "reviews.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def test_the_catalogue_builds_it_from_a_call_string(tmp_path):
    path = write(tmp_path, '{"t": "fine", "l": "a"}\n\n{"l": "b", "t": "x"}')
    call = call_string.parse(f"json_lines(path={path!r}, text='t', label='l')")
    dataset = catalog.build("data/sources", call)
    assert dataset.inputs.tolist() == ["fine", "x"]
    assert dataset.locations.tolist() == ["reviews.jsonl, line 1", "reviews.jsonl, line 3"]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([1, 0], [1, 0]),
        ([True, False], [True, False]),
        ([1, "b"], ["1", "b"]),
        ([0.5, 1], [0.5, 1]),
    ],
)
def test_labels_keep_their_type_when_they_share_one(tmp_path, labels, expected):
    lines = [json.dumps({"text": f"t{row}", "label": label}) for row, label in enumerate(labels)]
    assert json_lines.build(write(tmp_path, "\n".join(lines))).labels.tolist() == expected


def test_plain_values_become_columns_and_nested_ones_do_not(tmp_path):
    lines = [
        {"text": "a", "label": 1, "stars": 4, "tags": [1], "code": 12345678901234567890},
        {"text": "b", "label": 0, "source": "web", "code": 1},
    ]
    dataset = json_lines.build(write(tmp_path, "\n".join(map(json.dumps, lines))))
    assert set(dataset.columns) == {"stars", "source", "code"}
    assert dataset.columns["stars"].tolist()[0] == 4.0
    assert dataset.columns["source"].tolist() == ["", "web"]
    assert dataset.columns["code"].tolist() == ["12345678901234567890", "1"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"text": "b", "label": 1', "line 2: it is no JSON"),
        (b'["text", "label"]', "line 2: it is no JSON object"),
        (b'{"text": "b", "text": "c", "label": 1}', "line 2: it is no JSON .*every key once"),
        (b'{"text": "caf\xe9", "label": 1}', "line 2: byte 0xe9 is no UTF-8"),
        (b'{"text": "x\\ud800", "label": 1}', "line 2: `text` holds half of a surrogate"),
        (b'{"text": "b", "label": "x\\ud800"}', "line 2: `label` holds half of a surrogate"),
        (b'{"text": "b", "label": NaN}', "line 2: `label` is missing"),
        (b'{"text": "b", "label": null}', "line 2: `label` is missing"),
        (b'{"text": "b", "label": Infinity}', "line 2: `label` is inf, neither"),
        (b'{"text": "b", "label": [[1]]}', "line 2: `label` is .1., neither"),
        (b'{"text": "b", "label": 99999999999999999999}', "line 2: `label` is 9999.*64 bits"),
        (b'{"text": 5, "label": 1}', "line 2: `text` is 5, not a text"),
        (b'{"label": 1}', "line 2: `text` is missing"),
        (b"[" * 100_000, "line 2: the JSON is nested too deeply"),
    ],
)
def test_a_bad_line_is_named_and_may_be_skipped(tmp_path, line, message):
    path = write(tmp_path, b'{"text": "a", "label": 1}\n' + line + b"\n")
    with pytest.raises(UserError, match=message):
        json_lines.build(path)
    dataset = json_lines.build(path, on_bad_row="skip")
    assert dataset.inputs.tolist() == ["a"]
    assert len(dataset.rejected) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "one JSON object a line"),
        ("5\n6", "2 bad"),
        ('{"txt": "a", "label": 1}', r"Did you mean 'txt'\?"),
    ],
)
def test_files_without_examples_are_refused(tmp_path, content, message):
    with pytest.raises(UserError, match=message):
        json_lines.build(write(tmp_path, content))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    objects=st.lists(
        st.dictionaries(st.sampled_from(["text", "label", "extra"]), _VALUES), max_size=5
    ),
    noise=st.binary(max_size=30),
    policy=st.sampled_from(["error", "skip"]),
)
def test_any_content_gives_a_dataset_or_a_user_error(tmp_path, objects, noise, policy):
    content = "\n".join(map(json.dumps, objects)).encode() + b"\n" + noise
    try:
        dataset = json_lines.build(write(tmp_path, content), on_bad_row=policy)
    except UserError:
        return
    assert 0 < len(dataset) <= len(objects) + noise.count(b"\n") + 1


def test_lines_left_on_disk_are_those_in_memory(tmp_path):
    path = tmp_path / "t.jsonl"
    random = np.random.default_rng(0)
    lines = []
    for row in range(3000):
        record = {"text": f"größer {row}", "label": ["x", "y"][row % 2], "year": row % 7}
        if row % 3 == 0:
            record["late"] = float(random.random())
        if row % 5 == 0:
            record["list"] = [row]
        lines.append(json.dumps(record, ensure_ascii=False))
    lines[10], lines[20], lines[30] = "", "no json", json.dumps({"text": " ", "label": "x"})
    path.write_text("\n".join(lines) + "\n")
    inside, outside = (
        json_lines.build(str(path), rows_in_memory=limit, on_bad_row="skip")
        for limit in (10_000, 100)
    )
    assert isinstance(outside.inputs, LazyColumn)
    assert not isinstance(inside.inputs, LazyColumn)
    assert len(outside) == 2997
    assert outside.ids.tolist() == inside.ids.tolist()
    assert outside.inputs.tolist() == inside.inputs.tolist()
    assert outside.labels.tolist() == inside.labels.tolist()
    assert outside.locations.tolist() == inside.locations.tolist()
    assert list(outside.columns) == list(inside.columns) == ["year", "late"]
    for name, values in inside.columns.items():
        np.testing.assert_array_equal(values, outside.columns[name])
    key = attrgetter("location")
    assert sorted(outside.rejected, key=key) == sorted(inside.rejected, key=key)
    for limit in (10_000, 100):
        with pytest.raises(UserError, match=r"t\.jsonl, line 21"):
            json_lines.build(str(path), rows_in_memory=limit)
        with pytest.raises(UserError, match="txt"):
            json_lines.build(str(path), text="txt", rows_in_memory=limit)
