"""Real weights on pairs of sentences, and on pictures with captions."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from ftkeras import finetune
from ftkeras.config import RunConfig
from tests.helpers.made_files import write_columns

pytestmark = pytest.mark.slow
ASSETS = Path(__file__).parents[2] / "experiments/assets/fetched"
SYNONYMS = (
    "car automobile/doctor physician/child kid/sofa couch/film movie/stone rock/shop store/"
    "ship boat/lawyer attorney/teacher instructor/infant baby/bicycle bike/aeroplane aircraft/"
    "gift present/forest woods/garbage trash/purse handbag/pupil student/sea ocean/rabbit bunny/"
    "meal dinner/fog mist/thief robber/error mistake/street road/house home/dog hound/snake serpent"
)
FIRST = ("The {} was all they spoke about.", "Nobody had expected a {} here.", "I dream of a {}.")
SECOND = ("Everyone discussed the {} for hours.", "We did not think of any {}.", "What a {}!")


def paraphrases(path):
    """Sentences on one thing under two names, or on two things; no word tells which."""
    words = [pair.split() for pair in SYNONYMS.split("/")]
    generator = np.random.default_rng(0)
    rows = []
    for index, (one, other) in enumerate(words):
        for first in FIRST:
            for second in SECOND:
                stranger = words[(index + generator.integers(1, len(words))) % len(words)][1]
                rows.append((first.format(one), second.format(other), "same"))
                rows.append((first.format(one), second.format(stranger), "different"))
    return write_columns(path, dict(zip(("a", "b", "label"), zip(*rows, strict=True), strict=True)))


def captioned(directory, n=500):
    """Noisy handwritten digits; captions say whether they are odd and whether they are large."""
    digits = load_digits()
    labels = digits.target[:n]
    noise = np.random.default_rng(0).normal(0, 6, (n, 8, 8))
    for index, pixels in enumerate(np.clip(digits.images[:n] + noise, 0, 16)):
        picture = Image.fromarray((pixels * 15).astype("uint8"))
        picture.resize((64, 64), Image.Resampling.BICUBIC).save(directory / f"{index}.png")
    captions = [
        f"Note {index}: an {'odd' if digit % 2 else 'even'} number, "
        f"{'five or more' if digit >= 5 else 'less than five'}."
        for index, digit in enumerate(labels)
    ]
    names = [f"{index}.png" for index in range(n)]
    return write_columns(directory / "d.csv", {"text": captions, "file": names, "label": labels})


def accuracy(record, model="model"):
    [found] = [m for m in record.measurements["test"][model] if m.score == "accuracy"]
    return found.value


def test_two_towers_see_through_synonyms_where_words_cannot(tmp_path):
    data = f"csv(path={paraphrases(tmp_path / 'p.csv')!r}, text='a', second_text='b')"
    record = finetune(RunConfig.read(
        task="binary", data=data, backbone=str(ASSETS / "minilm"), cache_dir=str(tmp_path / "c"),
        phase=["linear_probe(epochs=60, learning_rate=0.01)"], run_dir=str(tmp_path / "run"),
    ))  # fmt: skip
    assert accuracy(record) > 0.85
    assert accuracy(record) > accuracy(record, "tfidf_pair_logistic_regression") + 0.15


def test_a_picture_with_its_caption_says_more_than_either(tmp_path):
    data = f"csv(path={captioned(tmp_path)!r}, text='text', image='file')"
    found = {}
    for tap, head in ((None, "gated_fusion"), ("text", "mlp"), ("image", "mlp")):
        record = finetune(RunConfig.read(
            task="multiclass", data=data, cache_dir=str(tmp_path / "c"), image_size=96, head=head,
            backbone=[f"text={ASSETS / 'minilm'}",
                      f"image={ASSETS / 'lite0/efficientnet_lite0.keras'}"],
            phase=["linear_probe(epochs=40, learning_rate=0.005)"],
            run_dir=str(tmp_path / f"run_{tap}"), **({"tap": tap} if tap else {}),
        ))  # fmt: skip
        found[tap] = accuracy(record)
    assert found[None] > max(found["text"], found["image"]) + 0.1, found
