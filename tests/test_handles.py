import pytest

from ftkeras import handles
from ftkeras.errors import UserError
from ftkeras.handles import Handle


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("preset://bert_tiny_en_uncased", Handle("preset", "bert_tiny_en_uncased")),
        ("hf://a/b", Handle("preset", "hf://a/b")),
        ("kaggle://a/b/c", Handle("preset", "kaggle://a/b/c")),
        ("keras://x/y.keras", Handle("keras", "x/y.keras")),
        ("x/y.keras", Handle("keras", "x/y.keras")),
    ],
)
def test_handles_are_read(text, expected):
    assert handles.parse(text) == expected


def test_a_written_handle_is_read_again():
    handle = Handle("preset", "hf://a/b")
    assert handles.parse(str(handle)) == handle


def test_a_directory_with_a_config_is_a_preset(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    assert handles.parse(str(tmp_path)) == Handle("preset", str(tmp_path))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("bert_tiny", "no file or directory"),
        ("presets://x", "Did you mean 'preset'"),
        ("preset://", "a path after"),
        ("", "no file or directory|a directory without"),
    ],
)
def test_what_cannot_be_recognised_is_refused(text, says):
    with pytest.raises(UserError, match=says):
        handles.parse(text)


def test_an_empty_directory_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"a directory without config\.json"):
        handles.parse(str(tmp_path))
