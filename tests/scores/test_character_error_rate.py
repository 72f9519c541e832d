"""Character error rate against jiwer; edit distance against the textbook table."""

import jiwer
import numpy as np
import pytest
from hypothesis import strategies as st

from ftkeras import metrics
from ftkeras.scores._bit_parallel import common_subsequence, edit_distance
from ftkeras.scores.character_error_rate import CharacterErrorRate
from tests.helpers.host_checks import PAIRS, check_host_metric, columns, drawn


@drawn(PAIRS, 100)
def test_it_equals_jiwer(pairs):
    y_true, y_pred = columns(pairs)
    found = CharacterErrorRate()(y_true, y_pred)
    if np.isnan(found):
        assert not "".join(y_true).strip()
    else:
        assert found == pytest.approx(jiwer.cer(y_true, y_pred), rel=1e-12)


@drawn(st.tuples(st.text("ab", max_size=90), st.text("abc", max_size=90)), 40)
def test_bits_hold_the_textbook_tables(pair):
    first, second = pair
    edits = [list(range(len(second) + 1))]
    shared = [[0] * (len(second) + 1)]
    for row, one in enumerate(first, 1):
        edits.append([row])
        shared.append([0])
        for column, other in enumerate(second, 1):
            substituted = edits[row - 1][column - 1] + (one != other)
            edits[row].append(min(substituted, edits[row - 1][column] + 1, edits[row][-1] + 1))
            shared[row].append(shared[row - 1][column - 1] + 1 if one == other
                               else max(shared[row - 1][column], shared[row][-1]))  # fmt: skip
    assert edit_distance(first, second) == edits[-1][-1]
    assert common_subsequence(first, second) == shared[-1][-1]


def test_the_metric_counts_as_the_score_does():
    y_true = ["kitten", "café", "北京", "a b"]
    check_host_metric(metrics.CharacterErrorRate(), y_true, ["sitting", "cafe", "北", "ab"], y_true)


def test_spaces_inside_count_and_those_around_do_not():
    assert CharacterErrorRate()(["a b"], [" ab\n"]) == pytest.approx(1 / 3)
