import dataclasses
import errno
import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import filelock
import numpy as np
import pytest

from ftkeras.errors import UserError
from ftkeras.training import feature_cache
from ftkeras.training.feature_cache import FeatureCache, Passes
from tests.helpers.tiny_backbone import CharacterCodes, sentences, text_backbone

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def backbone():
    return text_backbone()


def examples(n):
    texts, _ = sentences(n)
    return np.array([hashlib.sha256(text.encode()).hexdigest() for text in texts]), texts


def expected(backbone, texts):
    """Each example alone, unpadded, called like any Keras model."""
    return np.concatenate([
        np.asarray(backbone.model(backbone.preprocess([text]).arrays, training=False)["mean_pooled"])
        for text in texts
    ])  # fmt: skip


def test_features_are_those_of_the_backbone_in_the_order_asked_for(tmp_path, backbone):
    ids, texts = examples(60)
    features = FeatureCache(tmp_path, backbone, "mean_pooled").features(ids, texts)
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, expected(backbone, texts), atol=1e-6)


def test_a_second_cache_reuses_everything_bit_for_bit(tmp_path, backbone):
    ids, texts = examples(60)
    first = FeatureCache(tmp_path, backbone, "mean_pooled").features(ids, texts)
    cache = FeatureCache(tmp_path, backbone, "mean_pooled")
    again = cache.features(ids[::-1], ["never looked at"] * 60)
    assert (again == first[::-1]).all()
    assert cache.passes == Passes(computed=0, reused=60)


def test_only_what_is_missing_is_computed(tmp_path, backbone):
    ids, texts = examples(60)
    whole = FeatureCache(tmp_path / "whole", backbone, "mean_pooled").features(ids, texts)
    cache = FeatureCache(tmp_path, backbone, "mean_pooled")
    cache.features(ids[10:30], texts[10:30])
    assert (cache.features(ids, texts) == whole).all()
    assert cache.passes == Passes(computed=60, reused=20)


def test_an_id_that_comes_twice_is_computed_once(tmp_path, backbone):
    ids, texts = examples(5)
    rows = [0, 1, 0, 2, 2, 3, 4, 0]
    cache = FeatureCache(tmp_path, backbone, "mean_pooled")
    features = cache.features(ids[rows], [texts[row] for row in rows])
    assert cache.passes == Passes(computed=5, reused=0)
    assert (features == cache.features(ids, texts)[rows]).all()


def test_no_examples_give_no_rows(tmp_path, backbone):
    features = FeatureCache(tmp_path, backbone, "mean_pooled").features(np.array([], str), [])
    assert features.shape == (0, 8)
    assert list(tmp_path.iterdir()) == []


def test_progress_counts_up_to_what_is_computed(tmp_path, backbone):
    ids, texts = examples(60)
    cache = FeatureCache(tmp_path, backbone, "mean_pooled")
    cache.features(ids[:20], texts[:20])
    told = []
    cache.features(ids, texts, lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (40, 40)
    told.clear()
    cache.features(ids, texts, lambda done, total: told.append((done, total)))
    assert told == [(60, 60)]


def changes():
    class Doubled(CharacterCodes):
        @property
        def config(self):
            return {**super().config, "doubled": True}

    return {
        "weights": lambda b: dataclasses.replace(b, fingerprint="other weights"),
        "preprocessing": lambda b: dataclasses.replace(b, preprocess=Doubled()),
        "sequence length": lambda b: dataclasses.replace(b, preprocess=CharacterCodes(32)),
    }


@pytest.mark.parametrize("change", changes())
def test_features_of_anything_else_are_kept_apart(tmp_path, backbone, change):
    ids, texts = examples(5)
    FeatureCache(tmp_path, backbone, "mean_pooled").features(ids, texts)
    other = FeatureCache(tmp_path, changes()[change](backbone), "mean_pooled")
    other.features(ids, texts)
    assert other.passes == Passes(computed=5, reused=0)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda patch: patch.setattr("keras.version", lambda: "3.99"),
        lambda patch: patch.setattr("tensorflow.__version__", "2.99"),
        lambda patch: patch.setattr("keras.distribution.list_devices", lambda: ["gpu:0"]),
    ],
)
def test_another_version_or_device_is_kept_apart(tmp_path, backbone, monkeypatch, change):
    before = FeatureCache(tmp_path, backbone, "mean_pooled").path
    change(monkeypatch)
    assert FeatureCache(tmp_path, backbone, "mean_pooled").path != before


def test_the_directory_says_what_it_holds(tmp_path, backbone):
    ids, texts = examples(3)
    cache = FeatureCache(tmp_path, backbone, "mean_pooled")
    cache.features(ids, texts)
    key = json.loads((cache.path / "key.json").read_text())
    assert key == cache.key
    assert (key["backbone"], key["tap"]) == (backbone.fingerprint, "mean_pooled")
    assert key["preprocessing"] == backbone.preprocess.config


def test_damaged_features_are_computed_again(tmp_path, backbone, monkeypatch):
    monkeypatch.setattr(feature_cache, "_SECONDS_BETWEEN_SAVES", 0.0)
    ids, texts = examples(60)
    cache = FeatureCache(tmp_path, backbone, "mean_pooled")
    features = cache.features(ids, texts)
    content = bytearray((cache.path / "features.bin").read_bytes())
    content[100] ^= 1
    (cache.path / "features.bin").write_bytes(content)
    again = FeatureCache(tmp_path, backbone, "mean_pooled")
    assert (again.features(ids, texts) == features).all()
    assert 0 < again.passes.computed < 60


def test_a_full_disk_is_a_user_error_and_what_was_saved_is_kept(tmp_path, backbone, monkeypatch):
    monkeypatch.setattr(feature_cache, "_SECONDS_BETWEEN_SAVES", 0.0)
    ids, texts = examples(300)
    cache = FeatureCache(tmp_path, backbone, "mean_pooled")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, limits[1]))
    try:
        with pytest.raises(UserError, match=r"free space.*cache_dir"):
            cache.features(ids, texts)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    features = cache.features(ids, texts)
    np.testing.assert_allclose(features[:20], expected(backbone, texts[:20]), atol=1e-6)
    assert cache.passes.computed < 300


@pytest.mark.parametrize("refused", ["mkdir", "write_text"])
def test_a_directory_without_rights_is_a_user_error(tmp_path, backbone, monkeypatch, refused):
    def refuse(*arguments, **settings):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    ids, texts = examples(3)
    monkeypatch.setattr(Path, refused, refuse)
    with pytest.raises(UserError, match=r"can be written.*Permission denied"):
        FeatureCache(tmp_path, backbone, "mean_pooled").features(ids, texts)


def test_an_input_that_cannot_be_read_is_not_blamed_on_the_cache(tmp_path, backbone):
    class Unreadable(CharacterCodes):
        def __call__(self, values):
            raise PermissionError(errno.EACCES, "photo.png")

    broken = dataclasses.replace(backbone, preprocess=Unreadable())
    ids, texts = examples(3)
    with pytest.raises(PermissionError, match=r"photo\.png"):
        FeatureCache(tmp_path, broken, "mean_pooled").features(ids, texts)


def test_ctrl_c_keeps_what_was_computed(tmp_path, backbone, monkeypatch):
    monkeypatch.setattr(feature_cache, "_SECONDS_BETWEEN_SAVES", 0.0)
    ids, texts = examples(100)

    def interrupt(done, total):
        if done > 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        FeatureCache(tmp_path, backbone, "mean_pooled").features(ids, texts, interrupt)
    cache = FeatureCache(tmp_path, backbone, "mean_pooled")
    np.testing.assert_allclose(cache.features(ids, texts), expected(backbone, texts), atol=1e-6)
    assert 0 < cache.passes.computed < 50


def test_a_second_process_waits_and_reuses(tmp_path, backbone, caplog):
    ids, texts = examples(40)
    other = FeatureCache(tmp_path, backbone, "mean_pooled")
    cache = FeatureCache(tmp_path, backbone, "mean_pooled")
    cache.path.mkdir()
    found = []
    lock = filelock.FileLock(cache.path / "lock")
    lock.acquire()
    waiting = threading.Thread(target=lambda: found.append(cache.features(ids, texts)))
    waiting.start()
    while "Another process" not in caplog.text:
        pass
    assert not found
    # What the other process would do under its lock.
    for rows, features in other._pass(texts):
        other._table.append([feature_cache._key(ids[row]) for row in rows], features)
    lock.release()
    waiting.join()
    assert cache.passes == Passes(computed=0, reused=40)
    np.testing.assert_allclose(found[0], expected(backbone, texts), atol=1e-6)


def test_a_cache_that_is_complete_needs_no_right_to_write(tmp_path, backbone, monkeypatch):
    ids, texts = examples(10)
    features = FeatureCache(tmp_path, backbone, "mean_pooled").features(ids, texts)
    monkeypatch.setattr(filelock, "FileLock", None)
    monkeypatch.setattr(Path, "mkdir", None)
    assert (FeatureCache(tmp_path, backbone, "mean_pooled").features(ids, texts) == features).all()


def test_values_must_match_the_ids(tmp_path, backbone):
    ids, texts = examples(3)
    with pytest.raises(ValueError, match="Received: 3 ids, 2 values"):
        FeatureCache(tmp_path, backbone, "mean_pooled").features(ids, texts[:2])


_CHILD = """
import sys
from pathlib import Path
from ftkeras.training import feature_cache
from tests.helpers.tiny_backbone import text_backbone
from tests.training.test_feature_cache import examples, expected
feature_cache._SECONDS_BETWEEN_SAVES = 0.0
backbone = text_backbone()
cache = feature_cache.FeatureCache(Path(sys.argv[1]), backbone, "mean_pooled")
ids, texts = examples(int(sys.argv[2]))
features = cache.features(ids, texts, lambda done, total: print(done, total, flush=True))
print(cache.passes.computed, abs(features[:3] - expected(backbone, texts[:3])).max())
"""


def child(directory, count, backend="tensorflow"):
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _CHILD, str(directory), str(count)],
        cwd=ROOT, env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip


@pytest.mark.slow
def test_a_killed_run_goes_on_and_ends_with_the_bits_of_an_undisturbed_one(tmp_path, backbone):
    ids, texts = examples(400)
    undisturbed = FeatureCache(tmp_path / "undisturbed", backbone, "mean_pooled")
    features = undisturbed.features(ids, texts)
    killed = child(tmp_path / "killed", 400)
    told = [killed.stdout.readline() for _ in range(np.random.default_rng().integers(2, 20))]
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    cache = FeatureCache(tmp_path / "killed", backbone, "mean_pooled")
    assert (cache.features(ids, texts) == features).all()
    done = int(told[-2].split()[0])  # of the last batch told, the save may not have come yet
    assert 0 < cache.passes.computed <= 400 - done


@pytest.mark.slow
def test_jax_gives_the_same_features_each_once(tmp_path):
    output, _ = child(tmp_path, 60, backend="jax").communicate()
    computed, difference = output.splitlines()[-1].split()
    assert int(computed) == 60
    assert float(difference) < 1e-6
    (key,) = tmp_path.rglob("key.json")
    assert json.loads(key.read_text())["backend"].startswith("jax ")
