"""Windows, targets and decoding of answers, held to plain searches over all pieces."""

import numpy as np
import pytest

from ftkeras.backbones.preprocessing._word_piece import WordPiece
from ftkeras.backbones.preprocessing.packed_pair import PackedPair
from ftkeras.backbones.preprocessing.text import Text
from ftkeras.contracts.dataset import Dataset
from ftkeras.data.from_arrays import from_arrays
from ftkeras.errors import UserError
from ftkeras.tasks._windows import windows
from ftkeras.tasks.question_answering import QuestionAnswering
from tests.helpers import squad_script

WORDS = [f"w{k}" for k in range(60)]
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS, "##x", "."]


def preprocess(length=24):
    tokenizer = WordPiece(PIECES, lowercase=True)
    return PackedPair(Text(tokenizer, sequence_length=length, start=(2,), end=(3,)))


def context(words, seed=0):
    rng = np.random.default_rng(seed)
    return " ".join(f"{rng.choice(WORDS)}{'x' * int(rng.integers(0, 3))}" for _ in range(words))


def examples(pairs):
    dataset = from_arrays(list(pairs), list(range(len(pairs))))
    assert isinstance(dataset, Dataset)
    return dataset


def labels(*golds):
    found = np.empty(len(golds), object)
    found[:] = [[{"text": text, "start": start} for text, start in each] for each in golds]
    return found


@pytest.mark.parametrize(("words", "length", "stride"), [(5, 24, 8), (200, 24, 8), (90, 16, 500),
                                                        (40, 12, 1)])  # fmt: skip
def test_windows_hold_every_token_and_fit(words, length, stride):
    reads, text = preprocess(length), context(words)
    (cut,) = windows([("w1 w2", text)], reads, stride, 64)
    every = {tuple(place) for place in reads.offsets([text])[0].tolist()}
    held = set()
    for window in cut:
        assert text[window.begin : window.end] == window.context
        assert len(reads.offsets([window.context])[0]) + 2 <= reads.room
        (places,) = reads.places([(window.question, window.context)])
        held |= {(window.begin + a, window.begin + b) for a, b in places.tolist() if a >= 0}
    # A stride below a word's tokens must begin inside of words, where other tokens stand as well.
    assert held >= every
    assert held == every or stride == 1
    assert (len(cut) == 1) == (len(every) + 2 <= reads.room)
    begins = [window.begin for window in cut]
    assert begins == sorted(set(begins))


def test_an_accent_at_the_very_end_is_in_the_last_window():
    reads, text = preprocess(), f"{context(60)} w7e\u0301"  # no token is of the accent
    (cut,) = windows([("w1", text)], reads, 8, 64)
    assert len(cut) > 1
    assert cut[-1].end == len(text)
    gold = labels([("w7e\u0301", len(text) - 4)])
    assert not QuestionAnswering(stride=8).unreachable(gold, examples([("w1", text)]), reads)[0]


def test_windows_overlap_by_what_the_stride_leaves():
    reads, text = preprocess(24), " ".join(WORDS)  # one token a word
    (cut,) = windows([("w1", text)], reads, 8, 64)
    firsts = [text[: window.begin].count(" ") for window in cut]
    assert firsts == list(range(0, len(firsts) * 8, 8))
    assert {len(window.context.split()) for window in cut[:-1]} == {20}


@pytest.mark.parametrize("value", ["w1", "Who?", ("w1",), ("w1", None), ("w1", "w2", "w3"), 5])
def test_what_is_no_pair_of_texts_is_refused(value):
    given = np.empty(2, object)
    given[:] = [("w1", "w2 w3"), value]
    asked = Dataset("text_pair", np.array(["1", "2"]), given, labels((), ()), given)
    with pytest.raises(UserError, match="Received: value 1 is"):
        QuestionAnswering().units(asked, preprocess())


def test_a_long_question_is_cut_and_leaves_room():
    reads = preprocess(24)
    (cut,) = windows([(" ".join(WORDS[:50]), context(30))], reads, 8, 5)
    assert {window.question for window in cut} == {"w0 w1 w2 w3 w4"}
    (cut,) = windows([(" ".join(WORDS[:50]), context(30))], reads, 8, 64)
    assert {len(window.question.split()) for window in cut} == {reads.room // 2}


def test_targets_mark_the_tokens_that_hold_an_answer():
    task, reads = QuestionAnswering(stride=8), preprocess(16)
    text = "w1 w2xx w3 w4 w5 w6 w7 w8 w9 w10 w11 w12"
    given = examples([("w1", text), ("w2", text)])
    golds = labels([("w2xx w3", 3), ("2", 4)], [])
    targets = task.targets(golds, given, reads)
    units = task.units(given, reads)
    assert len(units) == len(targets) > 2
    for row, (pair, marks) in enumerate(zip(units.inputs, targets, strict=True)):
        (places,) = reads.places([pair])
        tokens = [pair[1][a:b] if a >= 0 else "" for a, b in places.tolist()]
        asked_first = units.locations[row] == given.locations[0]
        assert (marks[len(tokens) :] == -1).all()
        possible = [k == 0 or bool(token) for k, token in enumerate(tokens)]
        assert (marks[: len(tokens)] >= 0).tolist() == [[each, each] for each in possible]
        begins, ends = (np.flatnonzero(marks[:, side] == 1).tolist() for side in (0, 1))
        if asked_first and pair[1].startswith("w1"):
            assert [tokens[k] for k in begins] == ["w2"]  # both golds begin in this token
            assert [tokens[k] for k in ends] == ["w2", "w3"]
        else:
            assert begins == ends == [0]


def brute_force(task, reads, pair, outputs):
    """The best piece over all windows, by looking at each pair of positions."""
    (cut,) = windows([pair], reads, task.stride, task.max_question_length)
    best, null = (-np.inf, 0, 0), np.inf
    for window, logits in zip(cut, outputs.astype("float64"), strict=True):
        (places,) = reads.places([(window.question, window.context)])
        null = min(null, logits[0, 0] + logits[0, 1])
        for i in range(len(places)):
            for j in range(i, min(len(places), i + task.max_answer_length)):
                if places[i, 0] >= 0 and places[j, 0] >= 0:
                    score = logits[i, 0] + logits[j, 1]
                    span = window.begin + int(places[i, 0]), window.begin + int(places[j, 1])
                    best = max(best, (score, *span))
    return best, null


@pytest.mark.parametrize("words", [4, 60])
def test_the_answer_is_the_best_piece_of_all_windows(words):
    task, reads = QuestionAnswering(stride=6, max_answer_length=4), preprocess(20)
    given = examples([("w1 w2", context(words, seed)) for seed in range(4)])
    units = task.units(given, reads)
    rng = np.random.default_rng(5)
    outputs = rng.normal(size=(len(units), 20, 2)).astype("float32")
    answers = task.answers(outputs, given, reads)
    first = 0
    for (question, text), answer in zip(given.inputs, answers, strict=True):
        count = len(windows([(question, text)], reads, 6, 64)[0])
        (score, start, end), null = brute_force(
            task, reads, (question, text), outputs[first : first + count]
        )
        first += count
        assert (answer["text"], answer["start"]) == (text[start:end], start)
        assert answer["score"] == pytest.approx(score)
        assert answer["null_score"] == pytest.approx(null)
        assert [each["score"] for each in answer["best"]] == sorted(
            (each["score"] for each in answer["best"]), reverse=True
        )


def test_outputs_of_other_windows_are_refused():
    task, reads = QuestionAnswering(), preprocess(20)
    with pytest.raises(ValueError, match="logits of 1 windows"):
        task.answers(np.zeros((3, 20, 2), "float32"), examples([("w1", "w2")]), reads)


def test_answers_beyond_the_threshold_say_nothing():
    task, reads = QuestionAnswering(), preprocess(20)
    given = examples([("w1", "w2 w3"), ("w1", "w4 w5")])
    outputs = np.zeros((2, 6, 2), "float32")
    outputs[0, 0], outputs[1, 3] = 3.0, 2.0
    answers = task.answers(outputs, given, reads)
    assert task.told(task.silenced(answers, None)) == ["w2", "w4"]
    assert task.told(task.silenced(answers, 0.0)) == ["", "w4"]
    assert task.told(task.silenced(answers, 6.0)) == ["w2", "w4"]
    again = task.silenced(task.silenced(answers, 0.0), None)
    assert task.told(again) == ["w2", "w4"]  # nothing is lost by saying nothing


def test_a_context_without_a_word_has_no_answer():
    task, reads = QuestionAnswering(), preprocess(20)
    given = examples([("w1", "w2")])
    given.inputs[0] = ("w1", "\u200b")
    (answer,) = task.answers(np.zeros((1, 4, 2), "float32"), given, reads)
    assert (answer["text"], answer["start"], answer["best"]) == ("", -1, [])
    assert task.told(task.silenced(np.array([answer], object), 0.0)) == [""]


def test_answers_longer_than_a_window_are_out_of_reach():
    task, reads = QuestionAnswering(stride=4), preprocess(14)
    text = " ".join(WORDS[:30])
    given = examples([("w1", text), ("w2", text), ("w3", text)])
    golds = labels([(text[:60], 0)], [("w5", text.index("w5"))], [])
    assert task.unreachable(golds, given, reads).tolist() == [True, False, False]


def test_texts_are_compared_as_the_script_of_squad_2_does():
    task = QuestionAnswering()
    golds = labels([("The Alps", 0), ("Alps", 4)], [], [("the", 0)], [("a b c", 0)])
    said = np.empty(4, object)
    said[:] = [{"text": text} for text in ("the alps!", "", "the", "b c d")]
    from ftkeras.scores.answer_exact_match import AnswerExactMatch
    from ftkeras.scores.answer_f1_score import AnswerF1Score

    truths = [["The Alps", "Alps"], [""], [""], ["a b c"]]
    texts = ["the alps!", "", "the", "b c d"]
    pair = task.compared(golds), task.compared(said)
    f1 = squad_script.mean_best(squad_script.f1, truths, texts, version=2)
    assert AnswerF1Score()(*pair) == pytest.approx(f1)
    exact = squad_script.mean_best(squad_script.exact, truths, texts)
    assert AnswerExactMatch()(*pair) == pytest.approx(exact)


@pytest.mark.parametrize(
    ("label", "golds"),
    [
        ("Paris", (("Paris", -1),)),
        ("", ()),
        (None, ()),
        (float("nan"), ()),
        ([("Paris", 3)], (("Paris", 3),)),
        ((("Paris", 3), ("Rome", 9)), (("Paris", 3), ("Rome", 9))),
        ([{"text": "Paris", "answer_start": 3}], (("Paris", 3),)),
        ([{"text": "Paris", "start": 3}], (("Paris", 3),)),
        ({"text": ["Paris"], "answer_start": [3]}, (("Paris", 3),)),
        ({"text": [], "answer_start": []}, ()),
        (["Paris", "Rome"], (("Paris", -1), ("Rome", -1))),
    ],
)
def test_labels_are_read_in_the_forms_people_store_them(label, golds):
    rows = np.empty(1, object)
    rows[0] = label
    task = QuestionAnswering()
    assert task.read(rows).tolist() == [golds]
    assert task.read(task.read(rows)).tolist() == [golds]


@pytest.mark.parametrize("label", [3, [3], {"answer": "x"}, [("Paris", "three")]])
def test_labels_that_are_no_answers_are_named(label):
    rows = np.empty(2, object)
    rows[:] = ["Paris", label]
    with pytest.raises(UserError, match=r"Received: .* \(row 2\)"):
        QuestionAnswering().read(rows, ["row 1", "row 2"])


def test_a_part_without_answers_teaches_nothing():
    rows = np.empty(2, object)
    rows[:] = [(), ()]
    with pytest.raises(UserError, match="Received: 2 questions without"):
        QuestionAnswering().fit_labels(rows)


def test_arguments_are_positive():
    with pytest.raises(UserError, match="stride=0"):
        QuestionAnswering(stride=0)


def test_backbones_that_cannot_point_are_refused():
    with pytest.raises(UserError, match="--pair=cross_encoder"):
        QuestionAnswering().units(examples([("w1", "w2")]), object())
