"""Counts on the host are sums over units, whatever the units and however they are parted."""

import numpy as np
import pytest
from hypothesis import strategies as st

from ftkeras.scores.bleu import Bleu
from ftkeras.scores.chrf import Chrf
from ftkeras.scores.coco_average_precision import CocoAveragePrecision
from ftkeras.scores.coco_average_recall import CocoAverageRecall
from ftkeras.scores.entity_f1_score import EntityF1Score
from ftkeras.scores.word_error_rate import WordErrorRate
from tests.helpers.coco_reference import crowded
from tests.helpers.host_checks import PAIRS, columns, drawn
from tests.helpers.tag_sequences import TYPES, sequences

DRAWN = [
    (Bleu(), PAIRS.map(columns)),
    (Chrf(word_order=2), PAIRS.map(columns)),
    (WordErrorRate(), PAIRS.map(columns)),
    (EntityF1Score(types=TYPES), sequences("conll").map(columns)),
    (CocoAveragePrecision(2, box_format="xywh", num_buckets=64), crowded()),
    (CocoAverageRecall(2, box_format="xywh"), crowded()),
]
NAMES = [type(score).__name__ for score, _ in DRAWN]


@pytest.mark.parametrize(("score", "cases"), DRAWN, ids=NAMES)
def test_counts_of_any_parts_add_up_to_those_of_the_whole(score, cases):
    @drawn(st.tuples(cases, st.randoms(use_true_random=False)), 30)
    def check(given):
        (y_true, y_pred), random = given
        units = score.inputs.units(y_true, y_pred, np)
        part = np.array([random.randrange(3) for _ in y_true])
        parts = [score.counts.tally(units.take(part == k)) for k in range(3)]
        whole = score.counts.tally(units)
        np.testing.assert_array_equal(sum(parts), whole)
        # One unit read alone is what it is among others.
        alone = score.inputs.units(y_true[:1], y_pred[:1], np)
        np.testing.assert_array_equal(
            score.counts.tally(alone), score.counts.tally(units.take(np.array([0])))
        )

    check()


@pytest.mark.parametrize(("score", "cases"), DRAWN, ids=NAMES)
def test_each_unit_adds_its_terms(score, cases):
    @drawn(cases, 10)
    def check(given):
        units = score.inputs.units(*given, np)
        terms = score.counts.terms(units.labels, units.predictions, np)
        weights = np.arange(len(units.labels)) % 3
        tally = score.counts.tally(units, weights)
        assert terms.shape == (len(units.labels), score.counts.size)
        np.testing.assert_array_equal(np.asarray(weights @ terms).reshape(tally.shape), tally)

    check()


@drawn(crowded(), 40)
def test_fewest_buckets_lose_nothing(boxes):
    """As many buckets as scores give the same average precision as the cuts do."""
    score = CocoAveragePrecision(2, box_format="xywh")
    units = score.inputs.units(*boxes, np)
    fitted = score.counts.fitted(units)
    scores = np.unique(np.concatenate([one["scores"] for one in boxes[1]] + [np.zeros(0)]))
    every = type(fitted)(2, fitted.thresholds, fitted.area, fitted.max_detections, [scores, scores])
    found, expected = (score.formula(kind.tally(units), np) for kind in (fitted, every))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    assert fitted.buckets <= every.buckets
