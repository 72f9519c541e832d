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
        ("kaggle://a/b/tensorFlow2/c/1", Handle("tfhub", "a/b/tensorFlow2/c/1")),
        ("a/b/TensorFlow2/c", Handle("tfhub", "a/b/TensorFlow2/c")),
        ("kaggle://a/b/keras/c", Handle("preset", "kaggle://a/b/keras/c")),
        ("http://tfhub.dev/a/b/1", Handle("tfhub", "http://tfhub.dev/a/b/1")),
        ("keras://x/y.keras", Handle("keras", "x/y.keras")),
        ("x/y.keras", Handle("keras", "x/y.keras")),
    ],
)
def test_handles_are_read(text, expected):
    assert handles.parse(text) == expected


def test_a_directory_that_is_named_like_a_model_of_kaggle_is_a_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a/b/tensorFlow2/c").mkdir(parents=True)
    (tmp_path / "a/b/tensorFlow2/c/config.json").write_text("{}")
    assert handles.parse("a/b/tensorFlow2/c") == Handle("preset", "a/b/tensorFlow2/c")


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


@pytest.mark.parametrize(
    ("text", "scheme", "path", "options"),
    [
        ("application://ResNet50(fit='pad')", "application", "ResNet50", {"fit": "pad"}),
        ("hf://a/b( sequence_length=8 )", "preset", "hf://a/b", {"sequence_length": 8}),
        ("x.keras(pixel_range=(0, 1))", "keras", "x.keras", {"pixel_range": (0, 1)}),
        ("two_towers://hf://a/b(sequence_length=8)", "two_towers", None, {}),
        ("keras://copy (1).keras", "keras", "copy (1).keras", {}),
        ("keras://copy(1)/x.keras", "keras", "copy(1)/x.keras", {}),
    ],
)
def test_options_belong_to_the_backbone_they_stand_behind(text, scheme, path, options):
    handle = handles.parse(text)
    assert (handle.scheme, handle.options) == (scheme, options)
    assert handle.path == (path or text.partition("://")[2])
    assert handles.parse(str(handle)) == handle


def test_a_file_whose_name_looks_like_options_is_a_file(tmp_path):
    file = tmp_path / "x(fit='pad')"
    file.mkdir()
    (file / "config.json").write_text("{}")
    assert handles.parse(str(file)) == Handle("preset", str(file))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("application://ResNet50(fits='pad')", "Did you mean 'fit'"),
        ("application://ResNet50(fit=3)", "`fit` of `application`"),
        ("hf://a/b(image_size=open('x'))", "literal value"),
    ],
)
def test_options_are_checked_before_anything_is_loaded(text, says):
    with pytest.raises(UserError, match=says):
        handles.parse(text)
