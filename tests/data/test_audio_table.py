import numpy as np
import pytest
import scipy.io.wavfile

from ftkeras import call_string, catalog, sound
from ftkeras.data.sources import audio_table
from ftkeras.errors import UserError

RATE = 8000
SAMPLES = [
    np.random.default_rng(seed).integers(-9000, 9000, 400).astype("int16") for seed in range(3)
]
LABELS = ["bark", "meow", "bark"]


@pytest.fixture
def table(tmp_path):
    (tmp_path / "sounds").mkdir()
    lines = ["audio,label,who,loud"]
    for number, (samples, label) in enumerate(zip(SAMPLES, LABELS, strict=True)):
        scipy.io.wavfile.write(tmp_path / f"sounds/{number}.wav", RATE, samples)
        lines.append(f"{number}.wav,{label},{number % 2},{number / 2}")
    (tmp_path / "t.csv").write_text("\n".join([*lines, "none.wav,bark,0,0"]))
    return tmp_path


def test_sounds_labels_and_columns_are_read(table):
    call = call_string.parse(
        f"audio_table(path={str(table / 't.csv')!r}, root={str(table / 'sounds')!r}, "
        "on_bad_row='skip')"
    )
    dataset = catalog.build("data/sources", call)
    assert dataset.modality == "audio"
    assert dataset.labels.tolist() == LABELS
    for path, samples in zip(dataset.inputs, SAMPLES, strict=True):
        np.testing.assert_array_equal(sound.read(path).samples, samples / np.float32(32768))
    assert dataset.columns["who"].tolist() == [0, 1, 0]
    assert dataset.locations.tolist() == ["t.csv, row 2", "t.csv, row 3", "t.csv, row 4"]
    assert [(row.location, row.column) for row in dataset.rejected] == [("t.csv, row 5", "audio")]


def test_numbers_can_be_predicted_from_sounds(table):
    dataset = audio_table.build(
        str(table / "t.csv"), label=["who", "loud"], root=str(table / "sounds"), on_bad_row="skip"
    )
    assert dataset.label_names == ("who", "loud")
    assert dataset.labels.tolist() == [("0", "0.0"), ("1", "0.5"), ("0", "1.0")]


def test_missing_and_long_sounds_are_named(table):
    with pytest.raises(UserError, match=r"1 bad: t\.csv, row 5: none\.wav cannot be read"):
        audio_table.build(str(table / "t.csv"), root=str(table / "sounds"))
    with pytest.raises(UserError, match=r"longer than max_seconds=0\.01"):
        audio_table.build(str(table / "t.csv"), root=str(table / "sounds"), max_seconds=0.01)
    with pytest.raises(UserError, match="`root` to be a folder"):
        audio_table.build(str(table / "t.csv"), root=str(table / "t.csv"))
    with pytest.raises(UserError, match="no usable row"):
        audio_table.build(str(table / "t.csv"), on_bad_row="skip")
