import builtins

import numpy as np
import pytest
from PIL import Image

from ftkeras.config import RunConfig
from ftkeras.data.sources.hugging_face import build
from ftkeras.data.splits.given import Given
from ftkeras.errors import UserError
from ftkeras.workflows import _source

datasets = pytest.importorskip("datasets")


@pytest.fixture
def reviews(tmp_path):
    kinds = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["bad", "good"]),
         "length": datasets.Value("int32")}
    )  # fmt: skip
    parts = {
        name: datasets.Dataset.from_dict(
            {"text": [f"{name} text {row}" for row in range(count)],
             "label": [row % 2 for row in range(count)], "length": list(range(count))},
            features=kinds,
        )
        for name, count in (("train", 12), ("test", 4))
    }  # fmt: skip
    datasets.DatasetDict(parts).save_to_disk(str(tmp_path / "reviews"))
    return tmp_path / "reviews"


def test_all_splits_are_read_with_the_names_of_classes(reviews):
    dataset = build(str(reviews), text="text")
    assert len(dataset) == 16
    assert dataset.inputs[12] == "test text 0"
    assert dataset.labels[:3].tolist() == ["bad", "good", "bad"]
    assert dataset.columns["length"].tolist() == [*range(12), *range(4)]
    assert dataset.locations[13].endswith("reviews/test, row 1")
    split = Given(column="part")(dataset, seed=0)
    assert sorted(split.take("test", dataset).inputs) == [f"test text {row}" for row in range(4)]


def test_one_split_is_read_alone(reviews):
    dataset = build(str(reviews), text="text", split="test")
    assert dataset.inputs.tolist() == [f"test text {row}" for row in range(4)]
    assert "part" not in dataset.columns


def test_images_are_read_from_their_bytes(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (2, 5, 6, 3), dtype="uint8")
    made = datasets.Dataset.from_dict(
        {"image": [Image.fromarray(image) for image in pixels], "label": ["a", "b"]},
        features=datasets.Features({"image": datasets.Image(), "label": datasets.Value("string")}),
    )
    made.save_to_disk(str(tmp_path / "pictures"))
    dataset = build(str(tmp_path / "pictures"), image="image")
    np.testing.assert_array_equal(np.stack(list(dataset.inputs)), pixels)
    assert dataset.labels.tolist() == ["a", "b"]


def test_labels_that_were_not_published_are_bad_rows(tmp_path):
    kinds = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "yes"])})  # fmt: skip
    made = datasets.Dataset.from_dict({"text": ["one", "two", "three"], "label": [0, -1, 1]}, features=kinds)  # fmt: skip
    made.save_to_disk(str(tmp_path / "hidden"))
    with pytest.raises(UserError, match="label"):
        build(str(tmp_path / "hidden"), text="text")
    assert build(str(tmp_path / "hidden"), text="text", on_bad_row="skip").labels.tolist() == ["no", "yes"]  # fmt: skip


def test_wrong_names_and_a_missing_library_are_told(reviews, tmp_path, monkeypatch):
    with pytest.raises(UserError, match=r"split='tset'\. Did you mean 'test'"):
        build(str(reviews), text="text", split="tset")
    with pytest.raises(UserError, match=r"feature `sentence`.*text, label, length"):
        build(str(reviews), text="sentence")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="directory written by save_to_disk"):
        build(str(tmp_path / "empty"), text="text")
    real = builtins.__import__

    def without(name, *rest):
        if name == "datasets":
            raise ImportError("No module named 'datasets'")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UserError, match=r"pip install ftkeras\[hugging-face\]"):
        build(str(reviews), text="text")


CONTEXT = "Super Bowl 50 was won by the Denver Broncos in Santa Clara."


def squad_like(folder, answers, **columns):
    """Rows as those of the data set `squad`."""
    golds = datasets.Sequence(
        {"text": datasets.Value("string"), "answer_start": datasets.Value("int32")}
    )
    count = len(answers)
    made = datasets.Dataset.from_dict(
        {"id": [f"q{row}" for row in range(count)], "title": ["Bowl"] * count,
         "context": [CONTEXT] * count, "question": [f"Who won, {row}?" for row in range(count)],
         "answers": answers, **columns}
    )  # fmt: skip
    made = made.cast_column("answers", golds) if isinstance(answers[0], dict) else made
    datasets.DatasetDict({"train": made}).save_to_disk(str(folder))
    return str(folder)


def test_answers_of_squad_are_read_with_where_they_begin(tmp_path):
    second = CONTEXT.rindex("Santa")
    path = squad_like(
        tmp_path / "squad",
        [
            {"text": ["Denver Broncos", "the Denver Broncos"], "answer_start": [29, 25]},
            {"text": [], "answer_start": []},
            {"text": ["Santa Clara"], "answer_start": [second]},
        ],
    )
    found = build(path, text=["question", "context"], label="answers", start="")
    assert found.modality == "text_pair"
    assert found.inputs[0] == ("Who won, 0?", CONTEXT)
    assert found.labels.tolist() == [
        (("Denver Broncos", 29), ("the Denver Broncos", 25)),
        (),
        (("Santa Clara", second),),
    ]
    assert found.columns["title"].tolist() == ["Bowl"] * 3
    assert found.locations[1].endswith("squad/train, row 1")


def test_answers_beside_a_column_of_starts(tmp_path):
    path = squad_like(tmp_path / "flat", ["Denver", "Denver"], begins=[29, 3])
    asked = {"text": ["question", "context"], "label": "answers", "start": "begins"}
    with pytest.raises(UserError, match=r"row 1.*does not begin at character 3"):
        build(path, **asked)
    assert build(path, **asked, on_bad_row="skip").labels.tolist() == [(("Denver", 29),)]
    with pytest.raises(UserError, match="Expected a question, its context"):
        build(path, text="question", label="answers", start="")
    with pytest.raises(UserError, match="begin"):
        build(path, **{**asked, "start": "begin"})


def test_a_run_on_questions_asks_for_answers_by_itself(tmp_path):
    path = squad_like(tmp_path / "squad", [{"text": ["Denver"], "answer_start": [29]}] * 3)
    data = f"hugging_face(path={path!r}, text=['question', 'context'], label='answers')"
    config = RunConfig.read(mode="check_data", task="question_answering", data=data)
    assert _source.read(config).labels[2] == (("Denver", 29),)
