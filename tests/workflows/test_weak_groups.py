import dataclasses

import numpy as np
import pytest

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.data.from_arrays import from_arrays
from ftkeras.records.predictions import Predictions
from ftkeras.report import weak_groups as words
from ftkeras.report.answers import decode
from ftkeras.workflows._weak_groups import weak_groups


def test_of_numbers_a_weak_group_is_one_of_large_errors():
    found, model, rain, _ = judged(weak=0.9)
    truth = np.random.default_rng(1).normal(size=1200)
    wet = np.array(["rain" in text for text in model.previews])
    errors = np.where(wet, 5.0, 1.0) * np.random.default_rng(2).normal(size=1200)
    numbers = dataclasses.replace(
        model, labels=truth, logits=(truth + errors)[:, None], class_names=("target",)
    )
    features = np.where(wet[:, None], 3.0, -3.0) + np.random.default_rng(3).normal(size=(1200, 5))
    parts = {"validation": features[:600], "test": features[600:]}
    validation = from_arrays(list(model.previews[:600]), truth[:600])
    task = catalog.build("tasks", Call("regression"))
    found = weak_groups(numbers, task, parts, validation, 0)
    assert (found["score"], found["direction"]) == ("mean_absolute_error", "min")
    group = found["weak"][0]
    assert group["score"] == pytest.approx(np.abs(errors[600:][rain]).mean())
    assert group["difference"] > 2
    shown = words.page(found, {})
    assert shown["groups"][0].row.worse
    assert shown["tested"] == "9,999 random permutations"


def judged(weak, size=600):
    """Answers that are wrong for texts about rain, of which the features know."""
    rng = np.random.default_rng(5)
    rain = rng.random(2 * size) < 0.2
    subject = np.where(rain, "rain falls", "sun shines")
    texts = [f"{what} on day {day}" for day, what in enumerate(subject)]
    features = np.where(rain[:, None, None], 3.0, -3.0) + rng.normal(size=(2 * size, 4, 5))
    labels = rng.integers(0, 2, 2 * size)
    right = rng.random(2 * size) < np.where(rain, weak, 0.9)
    validation = from_arrays(texts[:size], labels[:size])
    ids = np.concatenate([validation.ids, [f"test {row}" for row in range(size)]])
    model = Predictions(
        ids=ids, labels=labels, logits=np.where(right == labels, 2.0, -2.0)[:, None],
        splits=np.repeat(["validation", "test"], size), task="binary", class_names=("a", "b"),
        previews=np.array(texts, object),
    )  # fmt: skip
    parts = {"validation": features[:size], "test": features[size:]}
    task = catalog.build("tasks", Call("binary"))
    return weak_groups(model, task, parts, validation, 0), model, rain[size:], right[size:]


def test_a_weak_group_is_told_by_its_words_and_examples():
    found, model, rain, right = judged(weak=0.5)
    assert len(found["weak"]) == 1
    (group,) = found["weak"]
    assert group["num_units"] == rain.sum()
    assert group["score"] == pytest.approx(right[rain].mean())
    assert {"rain", "falls"} <= set(group["terms"])
    assert "sun" not in group["terms"]
    answers = {part: decode(model.part(part)) for part in ("validation", "test")}
    shown = words.page(found, answers)
    assert "test confirmed" in shown["sentence"]
    (one,) = shown["groups"]
    assert one.row.name.startswith("texts with words such as")
    assert len(one.examples) == 3
    assert all(text.startswith("rain falls") for text, image in one.examples)


def test_a_group_that_is_not_weak_is_not_shown():
    found, _, _, _ = judged(weak=0.9)
    assert found["weak"] == []
    assert words.page({**found, "num_candidates": 0}, {}) is None
    assert words.page({**found, "num_candidates": 3}, {})["groups"] == []
    assert words.page(None, {}) is None


def test_lists_are_no_points_among_features_and_have_no_groups():
    _, model, _, _ = judged(weak=0.9)
    other = catalog.build("tasks", Call("ranking"))
    assert weak_groups(model, other, {}, None, 0) is None


def test_features_of_other_examples_are_refused():
    _, model, _, _ = judged(weak=0.9)
    parts = {"validation": np.ones((3, 2)), "test": np.ones((600, 2))}
    with pytest.raises(ValueError, match=r"\(3, 600\)"):
        weak_groups(model, catalog.build("tasks", Call("binary")), parts, None, 0)
