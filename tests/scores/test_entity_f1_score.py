"""F1 of entities against seqeval."""

import numpy as np
import pytest

from ftkeras import metrics
from ftkeras.errors import UserError
from ftkeras.scores.entity_f1_score import EntityF1Score
from ftkeras.statistics.intervals import measure
from ftkeras.statistics.paired import compare
from tests.helpers.host_checks import check_host_metric
from tests.helpers.tag_sequences import (
    PREDICTED,
    SCHEMES,
    TRUE,
    TYPES,
    check_against_seqeval,
    check_types,
)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_it_equals_seqeval_for_every_average(scheme):
    check_against_seqeval(EntityF1Score, "f1", scheme)


def test_each_type_equals_seqeval():
    check_types(EntityF1Score, "f1")


def test_the_metric_counts_as_the_score_does():
    check_host_metric(metrics.EntityF1Score(), TRUE, PREDICTED, TRUE)
    check_host_metric(metrics.EntityF1Score("macro", TYPES), TRUE, PREDICTED, TRUE)


def sentences(rng, number, rate):
    """True tags, and answers that forget or confuse entities at a rate; one type is a half."""
    y_true, y_pred = np.empty(number, object), np.empty(number, object)
    for row in range(number):
        tags = [rng.choice(["O", "O", "B-PER", "B-LOC"]) for _ in range(rng.integers(1, 8))]
        y_true[row] = tags
        y_pred[row] = [rng.choice(["O", "B-PER"]) if rng.random() < rate else tag for tag in tags]
    return y_true, y_pred


def test_an_interval_resamples_sentences():
    y_true, y_pred = sentences(np.random.default_rng(0), 150, 0.3)
    (found,) = measure([EntityF1Score()], y_true, y_pred)
    expected = EntityF1Score()(y_true, y_pred)
    assert found.value == expected
    rng = np.random.default_rng(1)
    draws = [rng.integers(0, 150, 150) for _ in range(300)]
    spread = np.std([EntityF1Score()(y_true[rows], y_pred[rows]) for rows in draws])
    assert found.num_units == 150
    assert found.high - found.low == pytest.approx(2 * 1.96 * spread, rel=0.2)


def test_a_comparison_is_paired():
    y_true, good = sentences(np.random.default_rng(0), 150, 0.2)
    bad = sentences(np.random.default_rng(0), 150, 0.6)[1]
    bad = np.array([one[: len(true)] + ["O"] * (len(true) - len(one))
                    for one, true in zip(bad, y_true, strict=True)] + [None], object)[:-1]  # fmt: skip
    score = EntityF1Score("macro", ("PER", "LOC"))
    found = compare(score, y_true, good, bad, other="bad", resamples=300)
    assert found.difference == pytest.approx(score(y_true, good) - score(y_true, bad))
    assert found.low > 0
    assert found.p_value < 0.02
    alike = compare(score, y_true, good, good, other="itself", resamples=300)
    assert (alike.difference, alike.p_value) == (0.0, 1.0)


def test_no_entity_anywhere_is_undefined_and_an_empty_sentence_harmless():
    assert np.isnan(EntityF1Score()([["O", "O"], []], [["O", "O"], []]))
    assert EntityF1Score()([["B-A"], []], [["B-A"], []]) == 1.0


def test_strict_schemes_drop_what_the_lenient_one_keeps():
    tags = [["I-PER", "I-PER", "O"]]
    assert EntityF1Score()(tags, tags) == 1.0
    assert np.isnan(EntityF1Score(scheme="iob2")(tags, tags))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"average": "samples"}, "average='samples'"),
        ({"average": "macro"}, "types=None"),
        ({"entity_type": "PER"}, "types=None"),
        ({"types": ("PER",), "entity_type": "LOC"}, "entity_type='LOC'"),
        ({"types": ("PER", "PER")}, "each type once"),
        ({"scheme": "iob"}, "scheme='iob'"),
    ],
)
def test_wrong_settings_are_refused(changed, message):
    with pytest.raises(UserError, match=message):
        EntityF1Score(**changed)


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        (["U-PER", "O"], "tag='U-PER'"),
        (["", "O"], "tag=''"),
        (["B-ORG", "O"], "'ORG'"),
        (["O"], "1 predicted tags and 2 true ones"),
        ("OO", "the text 'OO'"),
    ],
)
def test_wrong_tags_are_refused(tags, message):
    with pytest.raises(UserError, match=message):
        EntityF1Score(types=("PER",))([["O", "B-PER"]], [tags])
