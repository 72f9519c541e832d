import numpy as np
import pandas as pd
import pytest

from ftkeras.contracts.dataset import Dataset
from ftkeras.data import repeats
from ftkeras.data.checks.conflicting_labels import ConflictingLabels
from ftkeras.data.content_digest import content_digest
from ftkeras.data.deduplicate import deduplicate
from ftkeras.data.repeated_measurements import averaged

RANDOM = np.random.default_rng(0)
TEXTS = [f"text {number}" for number in RANDOM.integers(0, 40, 150)]
SAID = [text.upper() if row % 3 else text for row, text in enumerate(TEXTS)]  # say the same
NUMBERS = np.round(RANDOM.normal(size=150), 2)


def ratings(labels, columns=None):
    return Dataset(
        modality="text",
        ids=np.array([content_digest("text", text) for text in SAID]),
        inputs=np.array(SAID, object),
        labels=labels,
        locations=np.array([f"made.csv, row {row}" for row in range(150)], object),
        columns=columns or {},
        label_kind="numbers",
    )


def test_one_of_each_content_is_kept_with_the_mean_of_its_numbers():
    kept, report = deduplicate(ratings(NUMBERS))
    expected = pd.Series(NUMBERS).groupby(TEXTS).mean()
    found = {text.lower(): label for text, label in zip(kept.inputs, kept.labels, strict=True)}
    assert found == pytest.approx(expected.to_dict())
    assert len(kept) == len(expected)
    assert report.dropped == {"repeated": 150 - len(expected), "conflicting_labels": 0}


def test_the_error_of_measuring_is_the_pure_error_of_analysis_of_variance():
    dataset = ratings(NUMBERS)
    _, [finding] = averaged(dataset, repeats.find(dataset))
    groups = [values for _, values in pd.Series(NUMBERS).groupby(TEXTS) if values.nunique() > 1]
    within = sum(((values - values.mean()) ** 2).sum() for values in groups)
    freedom = sum(len(values) - 1 for values in groups)
    assert f"Copies lie {np.sqrt(within / freedom):.3g} apart" in finding.message
    assert finding.count == sum(map(len, groups))
    assert (finding.check, finding.severity) == ("repeated_measurements", "warning")


def test_several_numbers_are_averaged_each_by_itself():
    pairs = np.empty(150, object)
    pairs[:] = [(number, -2 * number) for number in NUMBERS]
    kept, _ = deduplicate(ratings(pairs))
    expected = pd.Series(NUMBERS).groupby(TEXTS).mean()
    for text, (first, second) in zip(kept.inputs, kept.labels, strict=True):
        assert first == pytest.approx(expected[text.lower()])
        assert second == pytest.approx(-2 * expected[text.lower()])


def test_what_stands_in_train_does_not_change_what_test_asks_for():
    parts = np.array(["train", "test", "validation"], object)[np.arange(150) % 3]
    kept, _ = deduplicate(ratings(NUMBERS, {"part": parts}), "part")
    table = pd.DataFrame({"text": TEXTS, "part": parts, "number": NUMBERS})
    for text, label, part in zip(kept.inputs, kept.labels, kept.columns["part"], strict=True):
        copies = table[table.text == text.lower()]
        best = next(p for p in ("test", "validation", "train") if (copies.part == p).any())
        assert part == best
        assert label == pytest.approx(copies[copies.part == best].number.mean())


def test_measuring_again_is_no_contradiction():
    assert ConflictingLabels()(ratings(NUMBERS)) == []


def test_numbers_that_agree_say_nothing():
    dataset = ratings(np.array([float(text.split()[1]) for text in TEXTS]))
    same, findings = averaged(dataset, repeats.find(dataset))
    assert findings == []
    assert same is dataset
