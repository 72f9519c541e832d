import numpy as np
import pytest
from scipy.special import softmax

from ftkeras.contracts.task import unknown_rows
from ftkeras.errors import UserError
from ftkeras.tasks.token_classification import TokenClassification


def rows(*labels):
    found = np.empty(len(labels), object)
    found[:] = labels
    return found


def test_outside_comes_first_and_types_have_all_forms_in_use():
    task = TokenClassification()
    vocabulary = task.fit_labels(rows(("B-PER", "I-PER"), ("B-LOC",)))
    assert vocabulary.class_names == ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")


def test_plain_tags_begin_with_the_most_frequent_one():
    task = TokenClassification(scheme="plain")
    vocabulary = task.fit_labels(rows(("NOUN", "VERB", "NOUN"), ("ADJ", "VERB", "NOUN")))
    assert vocabulary.class_names == ("NOUN", "ADJ", "VERB")
    assert task.scores == ("tag_accuracy",)


def test_the_scheme_goes_into_the_scores_of_entities():
    assert TokenClassification().scores[0] == "entity_f1_score"
    assert TokenClassification("iob2").monitor == "entity_f1_score(scheme='iob2')"


def test_encoding_marks_padding_and_tags_that_training_lacks():
    task = TokenClassification()
    vocabulary = task.fit_labels(
        rows(
            ("B-PER", "O"),
        )
    )
    encoded = task.encode(rows(("O", "B-PER", "B-ORG"), ("O",)), vocabulary)
    assert encoded.tolist() == [[0, 1, -2], [0, -1, -1]]
    assert unknown_rows(encoded).tolist() == [0]


def test_answers_are_the_largest_logit_and_outside_where_nothing_was_said():
    task = TokenClassification()
    logits = np.zeros((1, 3, 3), "float32")
    logits[0, 0, 2] = 1
    assert task.predict_label(logits).tolist() == [[2, 0, 0]]
    drawn = np.random.default_rng(0).normal(size=(2, 3, 4))
    np.testing.assert_allclose(task.probabilities(drawn), softmax(drawn, axis=-1), atol=1e-12)
    named = task.named(np.array([[2, 0, -1]]), ("O", "B-LOC", "B-PER"))
    assert named.tolist() == [["B-PER", "O"]]


@pytest.mark.parametrize(
    ("scheme", "label", "says"),
    [
        ("conll", ("O", "PER"), r"Received: PER \(a\.txt, line 9\)"),
        ("iob2", ("E-PER",), "B-PER, I-PER and O"),
        ("bilou", ("S-PER",), "scheme='bilou'"),
        ("conll", "O", r"Received: O \(a\.txt, line 9\)"),
        ("plain", (), "scheme='plain'"),
    ],
)
def test_what_is_no_tag_of_the_scheme_is_named_with_its_place(scheme, label, says):
    with pytest.raises(UserError, match=says):
        TokenClassification(scheme).read(rows(label), ["a.txt, line 9"])


def test_unknown_schemes_and_a_single_tag_are_refused():
    with pytest.raises(UserError, match="scheme='iob'"):
        TokenClassification("iob")
    with pytest.raises(UserError, match="Received: O"):
        TokenClassification().fit_labels(rows(("O", "O")))
