"""Baselines of questions: what needs little reading, or none."""

import numpy as np
import pytest

from ftkeras.baselines._answers import sentences
from ftkeras.baselines.first_sentence import FirstSentence
from ftkeras.baselines.most_frequent_answer import MostFrequentAnswer
from ftkeras.baselines.sliding_window import SlidingWindow
from ftkeras.data.from_arrays import from_arrays
from ftkeras.errors import UserError

CONTEXT = (
    "The river Aare rises in the Alps. It passes the old town of Bern on three sides. "
    "Trout live in it, and otters."
)


def answers(baseline, pairs, golds=(), num_classes=1):
    labels = np.empty(len(pairs), object)
    labels[:] = list(golds) or [[{"text": "x", "start": 0}]] * len(pairs)
    train = from_arrays(list(pairs), list(range(len(pairs))))
    return baseline.fit(train, labels, num_classes, seed=0)(train)


@pytest.mark.parametrize(
    "text", [CONTEXT, "One line\nand another", "没有空格。第二句！", "no end", "  A!  B?  ", ""]
)
def test_sentences_are_pieces_of_the_text_that_hold_all_of_it(text):
    found = sentences(text)
    assert all(text[start:].startswith(sentence) for sentence, start in found)
    assert "".join(sentence for sentence, _ in found).replace(" ", "") == (
        text.replace(" ", "").replace("\n", "")
    )


def test_chinese_sentences_end_without_a_space():
    assert [text for text, _ in sentences("没有空格。第二句！")] == ["没有空格。", "第二句！"]


def test_the_first_sentence_is_the_answer():
    found = answers(FirstSentence(), [("Where?", CONTEXT), ("Who?", "Nobody")])
    assert [each["text"] for each in found] == ["The river Aare rises in the Alps.", "Nobody"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [("Which animals, such as otters, live in it?", "Trout"), ("Where does the river rise?", None)],
)
def test_the_sliding_window_answers_where_the_question_stands(question, answer):
    (found,) = answers(SlidingWindow(), [(question, CONTEXT)])
    assert CONTEXT[found["start"] :].startswith(found["text"])
    assert found["text"]
    assert answer is None or found["text"] == answer


def test_an_answer_has_no_word_of_the_question_and_is_not_too_long():
    pairs = [("Who met Ann?", "Ann met " + " ".join(f"name{k}" for k in range(20)) + ".")]
    (found,) = answers(SlidingWindow(longest=3), pairs)
    assert len(found["text"].split()) <= 3
    assert "Ann" not in found["text"]


def test_silence_is_learnt_where_questions_have_no_answer():
    pairs = [("Where does the river Aare rise?", CONTEXT), ("Who wrote that opera?", CONTEXT)] * 6
    golds = [[{"text": "Alps", "start": 28}], []] * 6
    found = answers(SlidingWindow(), pairs, golds, num_classes=2)
    assert [bool(each["text"]) for each in found] == [True, False] * 6


def test_the_most_frequent_answer_may_be_none():
    golds = [[{"text": "Alps", "start": 28}], [], []]
    found = answers(MostFrequentAnswer(), [("Where?", CONTEXT)] * 3, golds)
    assert [each["text"] for each in found] == [""] * 3
    found = answers(MostFrequentAnswer(), [("Where?", CONTEXT)] * 2, golds[:2])
    assert [(each["text"], each["start"]) for each in found] == [("Alps", 28)] * 2


def test_a_context_without_words_is_no_error():
    pairs = [("Who?", "..."), ("?", "a b")]
    for baseline in (SlidingWindow(), FirstSentence(), MostFrequentAnswer()):
        assert len(answers(baseline, pairs)) == 2


def test_an_answer_has_a_word_at_least():
    with pytest.raises(UserError, match="longest=0"):
        SlidingWindow(longest=0)
