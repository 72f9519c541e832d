import hashlib

import numpy as np
import pytest
import scipy.io.wavfile

from ftkeras import call_string, catalog
from ftkeras.data.checks.empty_inputs import EmptyInputs
from ftkeras.data.near_duplicates import near_pairs
from ftkeras.data.normal_form import normal_forms
from ftkeras.data.sources import audio_folder
from ftkeras.errors import UserError

RATE = 8_000


def noise(seed, seconds=0.1):
    samples = np.random.default_rng(seed).normal(scale=0.1, size=int(seconds * RATE))
    return samples.astype("float32")


def write(path, samples, rate=RATE):
    path.parent.mkdir(parents=True, exist_ok=True)
    scipy.io.wavfile.write(path, rate, samples)
    return path


@pytest.fixture
def folder(tmp_path):
    for seed, place in enumerate(["cats/b.wav", "cats/a.WAV", "dogs/c.wav", "dogs/.hidden.wav"]):
        write(tmp_path / place, noise(seed))
    (tmp_path / "dogs" / "notes.txt").write_text("no sound")
    return tmp_path


def test_classes_are_subfolders_and_ids_are_digests_of_the_files(folder):
    call = call_string.parse(f"audio_folder(path={str(folder)!r})")
    dataset = catalog.build("data/sources", call)
    assert dataset.modality == "audio"
    assert dataset.labels.tolist() == ["cats", "cats", "dogs"]
    assert list(dataset.locations) == ["cats/a.WAV", "cats/b.wav", "dogs/c.wav"]
    assert list(dataset.inputs) == [str(folder / place) for place in dataset.locations]
    content = (folder / "cats/a.WAV").read_bytes()
    assert dataset.ids[0] == hashlib.sha256(b"audio\n" + content).hexdigest()[:32]


def test_folders_named_as_parts_become_a_column(tmp_path):
    for seed, place in enumerate(["train/x/1.wav", "val/x/2.wav", "test/y/3.wav"]):
        write(tmp_path / place, noise(seed))
    dataset = audio_folder.build(str(tmp_path))
    assert dataset.columns["part"].tolist() == ["test", "train", "validation"]


def test_damaged_empty_and_endless_files_are_named_or_left_out(folder):
    (folder / "cats/d.wav").write_bytes(b"RIFF nothing")
    (folder / "cats/e.wav").write_bytes(b"")
    write(folder / "dogs/long.wav", noise(9, seconds=0.5))
    with pytest.raises(UserError, match=r"cats/d\.wav.*cats/e\.wav.*longer than max_seconds=0\.2"):
        audio_folder.build(str(folder), max_seconds=0.2)
    dataset = audio_folder.build(str(folder), max_seconds=0.2, on_bad_row="skip")
    assert len(dataset) == 3
    assert [row.location for row in dataset.rejected] == [
        "cats/d.wav", "cats/e.wav", "dogs/long.wav",
    ]  # fmt: skip


@pytest.mark.parametrize("place", ["nowhere", "cats/a.WAV", "dogs"])
def test_a_folder_without_classes_of_sounds_is_refused(folder, place):
    with pytest.raises(UserError, match="subfolder per class"):
        audio_folder.build(str(folder / place))


def test_a_sound_that_was_saved_anew_is_the_same_sound(tmp_path):
    samples = np.rint(noise(0) * 32767).astype("int16")
    write(tmp_path / "a/1.wav", samples)
    write(tmp_path / "a/2.wav", (samples / 32768).astype("float32"))
    write(tmp_path / "b/3.wav", samples[::-1].copy())
    write(tmp_path / "b/4.wav", samples, rate=2 * RATE)
    dataset = audio_folder.build(str(tmp_path))
    forms = normal_forms(dataset).tolist()
    assert forms[0] == forms[1]
    assert len(set(forms)) == 3
    assert len(near_pairs(dataset)) == 0


def test_silence_is_found(tmp_path):
    write(tmp_path / "a/1.wav", noise(0))
    write(tmp_path / "b/2.wav", np.zeros(100, "float32"))
    [finding] = EmptyInputs()(audio_folder.build(str(tmp_path)))
    assert "without a sound: b/2.wav" in finding.message
