import builtins

import numpy as np
import pytest
import tensorflow as tf

from ftkeras.data.sources import tensorflow_datasets
from ftkeras.data.sources.tensorflow_datasets import build
from ftkeras.errors import UserError


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Two data sets as the library writes them: one of texts, one of images."""
    tfds = pytest.importorskip("tensorflow_datasets")
    folder = tmp_path_factory.mktemp("tfds")
    kinds = {"text": tfds.features.Text(), "label": tfds.features.ClassLabel(names=["bad", "good"])}
    parts = {
        name: tf.data.Dataset.from_tensor_slices(
            {"text": [f"{name} Größe {row}" for row in range(count)],
             "label": [row % 2 for row in range(count)]}
        )
        for name, count in (("train", 10), ("test", 4))
    }  # fmt: skip
    pixels = np.random.default_rng(0).integers(0, 256, (3, 4, 5, 3), dtype="uint8")
    pictures = {"image": tfds.features.Image(shape=(4, 5, 3)), "label": tfds.features.ClassLabel(num_classes=3)}  # fmt: skip
    image_parts = {"train": tf.data.Dataset.from_tensor_slices({"image": pixels, "label": [0, 1, 2]})}  # fmt: skip
    found = {}
    for name, features, splits in (("reviews", kinds, parts), ("pictures", pictures, image_parts)):
        builder = tfds.dataset_builders.store_as_tfds_dataset(
            name=name, version="1.0.0", features=tfds.features.FeaturesDict(features),
            split_datasets=splits, data_dir=str(folder),
        )  # fmt: skip
        found[name] = str(builder.data_dir)
    return found, pixels


def test_all_splits_are_read_with_the_names_of_classes(stored):
    dataset = build(stored[0]["reviews"], text="text")
    assert sorted(dataset.inputs[dataset.columns["part"] == "test"]) == [f"test Größe {row}" for row in range(4)]  # fmt: skip
    assert len(dataset) == 14
    for text, label in zip(dataset.inputs, dataset.labels, strict=True):
        assert label == ("bad", "good")[int(text.split()[-1]) % 2]
    assert dataset.locations[0].endswith("/train, example 0")


def test_a_slice_of_a_split_is_read_alone(stored):
    dataset = build(stored[0]["reviews"], text="text", split="train[:30%]")
    assert len(dataset) == 3


def test_images_keep_their_pixels(stored):
    dataset = build(stored[0]["pictures"], image="image")
    order = np.argsort(dataset.labels)
    np.testing.assert_array_equal(np.stack(list(dataset.inputs[order])), stored[1])


EXAMPLES = tensorflow_datasets._examples
CONTEXT = "At Santa Clara the Denver Broncos won, in Santa Clara, Größe 7."


@pytest.fixture(scope="module")
def questions(tmp_path_factory):
    """A data set with the features of SQuAD, and starts of first answers beside them."""
    tfds = pytest.importorskip("tensorflow_datasets")
    golds = [
        {"text": ["Denver Broncos", "the Denver Broncos"], "answer_start": [19, 15]},
        {"text": [], "answer_start": []},
        {"text": ["Santa Clara"], "answer_start": [CONTEXT.rindex("Santa")]},
    ]

    def rows():
        for number, gold in enumerate(golds):
            yield {"title": "Bowl", "question": f"Who, {number}?", "context": CONTEXT,
                   "first": (gold["text"] or [""])[0], "begins": (gold["answer_start"] or [0])[0],
                   "answers": gold}  # fmt: skip

    kinds = {
        **dict.fromkeys(("title", "question", "context", "first"), tfds.features.Text()),
        "begins": tfds.features.Scalar(tf.int32),
        "answers": tfds.features.Sequence(
            {"text": tfds.features.Text(), "answer_start": tfds.features.Scalar(tf.int32)}
        ),
    }
    text, number = tf.TensorSpec((), tf.string), tf.TensorSpec((), tf.int32)
    lists = {"text": tf.TensorSpec((None,), tf.string),
             "answer_start": tf.TensorSpec((None,), tf.int32)}  # fmt: skip
    signature = {**dict.fromkeys(("title", "question", "context", "first"), text),
                 "begins": number, "answers": lists}  # fmt: skip
    builder = tfds.dataset_builders.store_as_tfds_dataset(
        name="questions", version="1.0.0", features=tfds.features.FeaturesDict(kinds),
        split_datasets={"train": tf.data.Dataset.from_generator(rows, output_signature=signature)},
        data_dir=str(tmp_path_factory.mktemp("tfds")),
    )  # fmt: skip
    return str(builder.data_dir), golds


def test_answers_of_squad_are_read_with_where_they_begin(questions):
    path, golds = questions
    found = build(path, text=["question", "context"], label="answers", start="")
    assert found.modality == "text_pair"
    order = np.argsort([question for question, _ in found.inputs])
    assert [found.inputs[row] for row in order] == [(f"Who, {n}?", CONTEXT) for n in range(3)]
    for row, gold in zip(order, golds, strict=True):
        assert found.labels[row] == tuple(zip(gold["text"], gold["answer_start"], strict=True))
    assert found.columns["title"].tolist() == ["Bowl"] * 3
    assert found.columns["part"].tolist() == ["train"] * 3


def test_a_question_that_is_no_utf_8_is_refused(questions, monkeypatch):
    def broken(*given):
        for example in EXAMPLES(*given):
            is_first = example["question"] == b"Who, 0?"
            yield {**example, "question": b"Who\xff?"} if is_first else example

    monkeypatch.setattr(tensorflow_datasets, "_examples", broken)
    asked = {"text": ["question", "context"], "label": "answers", "start": ""}
    with pytest.raises(UserError, match="example"):
        build(questions[0], **asked)
    assert len(build(questions[0], **asked, on_bad_row="skip")) == 2


def test_answers_beside_a_feature_of_starts(questions):
    asked = {"text": ["question", "context"], "label": "first", "start": "begins"}
    found = build(questions[0], **asked)
    assert (("Denver Broncos", 19),) in found.labels.tolist()
    with pytest.raises(UserError, match="Expected a question, its context"):
        build(questions[0], text="question", label="first", start="")
    with pytest.raises(UserError, match="begin"):
        build(questions[0], **{**asked, "start": "begin"})


def test_wrong_names_and_a_missing_library_are_told(stored, monkeypatch):
    with pytest.raises(UserError, match="split='tset'"):
        build(stored[0]["reviews"], text="text", split="tset")
    with pytest.raises(UserError, match=r"feature `review`"):
        build(stored[0]["reviews"], text="review")
    real = builtins.__import__

    def without(name, *rest):
        if name == "tensorflow_datasets":
            raise ImportError("No module named 'tensorflow_datasets'")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UserError, match=r"pip install ftkeras\[tfds\]"):
        build(stored[0]["reviews"], text="text")
