"""Summary-level ROUGE-L against rouge-score."""

import sys

import numpy as np
import pytest
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from ftkeras import metrics
from ftkeras.scores.counts import _rouge_words
from ftkeras.scores.rouge_l_sum import RougeLSum
from tests.helpers.host_checks import check_host_metric, columns, drawn

THEIRS = {"precision": "precision", "recall": "recall", "f1": "fmeasure"}
# Few words, so that subsequences compete and words repeat over lines.
LINES = st.lists(st.sampled_from(["a", "b", "c", "walks", "walked", "\n", "\n"]), max_size=14)
SUMMARIES = st.lists(st.tuples(LINES.map(" ".join), LINES.map(" ".join)), min_size=1, max_size=3)


@pytest.mark.parametrize("stemmer", [False, True])
@pytest.mark.parametrize("measure", THEIRS)
@drawn(SUMMARIES, 60)
def test_it_equals_rouge_score(measure, stemmer, pairs):
    scorer = RougeScorer(["rougeLsum"], use_stemmer=stemmer)
    each = [scorer.score(*pair)["rougeLsum"] for pair in pairs]
    expected = np.mean([getattr(score, THEIRS[measure]) for score in each])
    assert RougeLSum(measure, stemmer)(*columns(pairs)) == pytest.approx(expected, abs=1e-12)


def test_the_metric_counts_as_the_score_does():
    y_true = ["the cat sat\nit rained", "a dog barked", "rain fell\non us", "the end"]
    y_pred = ["it rained\nthe dog sat", "dogs barked", "on us rain fell", "the end"]
    check_host_metric(metrics.RougeLSum(), y_true, y_pred, y_true)


def test_a_missing_stemmer_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "nltk.stem.porter", None)
    _rouge_words._porter.cache_clear()
    with pytest.raises(ImportError, match=r"pip install ftkeras\[text\]"):
        RougeLSum(stemmer=True)(["walking"], ["walks"])
