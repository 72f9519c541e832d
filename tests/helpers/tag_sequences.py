"""Tag sequences for the scores of entities, and seqeval as their reference."""

import warnings

import numpy as np
import pytest
from hypothesis import strategies as st
from seqeval.metrics import sequence_labeling
from seqeval.metrics.v1 import precision_recall_fscore_support
from seqeval.scheme import BILOU, IOB2, IOBES, IOE2

from tests.helpers.host_checks import drawn

TYPES = ("LOC", "PER", "_")
SCHEMES = {"conll": None, "iob2": IOB2, "ioe2": IOE2, "iobes": IOBES, "bilou": BILOU}
LETTERS = {"conll": "BIES", "iob2": "BI", "ioe2": "IE", "iobes": "BIES", "bilou": "BILU"}
PLACES = {"precision": 0, "recall": 1, "f1": 2}

TRUE = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-LOC"], ["B-PER", "I-PER"], ["O", "O", "B-LOC"]]
PREDICTED = [["B-PER", "I-PER", "O", "O"], ["B-LOC", "B-LOC"], ["B-PER", "O"], ["O", "O", "B-PER"]]


def sequences(scheme):
    """Pairs of tag sequences of equal length, well formed only by chance; a bare prefix has type _."""
    tags = ["O", *LETTERS[scheme]] + [
        f"{letter}-{type_}" for letter in LETTERS[scheme] for type_ in ("LOC", "PER")
    ]
    sentence = st.lists(st.tuples(st.sampled_from(tags), st.sampled_from(tags)), max_size=9)
    return st.lists(sentence.map(lambda pairs: ([a for a, _ in pairs], [b for _, b in pairs])),
                    min_size=1, max_size=5)  # fmt: skip


def reference(measure, y_true, y_pred, scheme, average):
    """Returns what seqeval says; for `average=None` one value a type that occurs, sorted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if scheme == "conll":
            found = sequence_labeling.precision_recall_fscore_support(
                y_true, y_pred, average=average
            )
        else:
            found = precision_recall_fscore_support(
                y_true, y_pred, average=average, scheme=SCHEMES[scheme]
            )
    return found[PLACES[measure]]


def check_against_seqeval(build, measure, scheme):
    """Holds a score to seqeval on drawn sequences, for every average."""

    @drawn(sequences(scheme), 60)
    def compare(pairs):
        y_true, y_pred = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        for average in ("micro", "macro", "weighted"):
            found = build(average=average, types=TYPES, scheme=scheme)(y_true, y_pred)
            expected = reference(measure, y_true, y_pred, scheme, average)
            if np.isnan(found):
                # What is undefined here is 0 there, or a mean over no type.
                assert not expected > 0
            else:
                assert found == pytest.approx(expected, abs=1e-12)

    compare()


def check_types(build, measure):
    """Holds the score of each type to seqeval's."""
    found = [build(types=TYPES, entity_type=type_)(TRUE, PREDICTED) for type_ in TYPES[:2]]
    assert found == pytest.approx(reference(measure, TRUE, PREDICTED, "conll", None))
