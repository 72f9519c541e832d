"""A tiny real road: a Hugging Face directory with random weights, and a CSV of made-up reviews."""

import pytest

from ftkeras.config import RunConfig
from ftkeras.workflows import _frozen
from tests.backbones import reference_bert
from tests.helpers.tiny_backbone import sentences, text_backbone


@pytest.fixture(scope="session")
def preset(tmp_path_factory):
    directory = tmp_path_factory.mktemp("preset") / "tiny"
    return reference_bert.write(directory, reference_bert.random_weights())


@pytest.fixture(scope="module")
def tiny():
    """`keras://tiny.keras` is a text backbone of three small layers, always the same."""
    true = _frozen.load

    def load(config, modality, **more):
        tiny = config.backbone.path == "tiny.keras"
        return text_backbone() if tiny else true(config, modality, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_frozen, "load", load)
        yield


@pytest.fixture(scope="session")
def reviews(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "reviews.csv"
    texts, labels = sentences(240, seed=1)
    texts = [*texts, texts[0].upper()]  # says the same, and is found out
    names = [("bad", "good")[label] for label in [*labels, labels[0]]]
    rows = [f"{text},{name}" for text, name in zip(texts, names, strict=True)]
    path.write_text("\n".join(["text,label", *rows]) + "\n")
    return path


@pytest.fixture(scope="session")
def settings(preset, reviews, tmp_path_factory):
    return {
        "mode": "finetune",
        "backbone": str(preset),
        "task": "binary",
        "data": f"csv(path={str(reviews)!r})",
        "phase": ["linear_probe(epochs=8, learning_rate=0.05)"],
        "cache_dir": str(tmp_path_factory.mktemp("cache")),
        "seed": 3,
    }


@pytest.fixture(scope="session")
def finished(settings, tmp_path_factory):
    """A finished run: its directory and its record. Do not change it."""
    from ftkeras import finetune

    run_dir = tmp_path_factory.mktemp("runs") / "first"
    cold = {**settings, "cache_dir": str(tmp_path_factory.mktemp("cold_cache"))}
    return run_dir, finetune(RunConfig.read(**cold, run_dir=str(run_dir)))
