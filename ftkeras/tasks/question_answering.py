"""A piece of a text that answers a question about it, or the word that there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.backbone import Preprocess
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.placed_pair import PlacedPair
from ftkeras.contracts.task import Labels, Locations
from ftkeras.data import gold_answers
from ftkeras.data.input_parts import pair_digest
from ftkeras.errors import UserError
from ftkeras.scores.counts.answer_values import normal_words
from ftkeras.tasks import _span_decoding, _wrong_labels
from ftkeras.tasks._windows import Window, windows

HEAD = "answer_span"
"""The head of a run that names none: where an answer begins, and where it ends."""

ANSWERED, UNANSWERABLE = "answer", "no answer"

_METRICS: tuple[str, ...] = ()
_SCORES: tuple[str, ...] = ("answer_f1_score", "answer_exact_match")
_NOTHING = "∅"


@dataclass(frozen=True)
class QuestionAnswering:
    """Finds the piece of a context that answers a question, as in SQuAD.

    Inputs are pairs `(question, context)`. A label is the list of all answers that count as right,
    each with the character at which it begins; an empty list says that the context does not answer
    the question. A context that is longer than the backbone reads is read in windows that overlap,
    and the best piece of all of them is the answer.

    Args:
        stride: Tokens from the beginning of a window to that of the next.
        max_answer_length: Tokens of an answer, at most.
        max_question_length: Further tokens of a question are cut off.
        candidates: How many pieces of each window are compared.

    Raises:
        UserError: An argument is below 1.

    Example:
        >>> task = QuestionAnswering()
        >>> labels = np.empty(2, object)
        >>> labels[:] = [(("Paris", 10),), ()]
        >>> vocabulary = task.fit_labels(labels)
        >>> vocabulary.class_names
        ('answer', 'no answer')
        >>> task.encode(labels, vocabulary).tolist()
        [[{'text': 'Paris', 'start': 10}], []]
        >>> task.compared(task.encode(labels, vocabulary))
        [['Paris'], ['∅']]

    References:
        Rajpurkar et al., 2016, EMNLP; Rajpurkar et al., 2018, ACL; Devlin et al., 2019, NAACL.
    """

    stride: int = 128
    max_answer_length: int = 30
    max_question_length: int = 64
    candidates: int = 20

    name = "question_answering"
    kind = "spans"
    loss = "CategoricalCrossentropy(from_logits=True)"  # a name; training takes span_cross_entropy
    monitor = "loss"
    metrics = _METRICS
    scores = _SCORES

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not isinstance(value, int) or value < 1:
                raise UserError(
                    f"Expected `{name}` to be an integer >= 1. Received: {name}={value!r}."
                )

    def read(self, labels: NDArray[Any], locations: Locations = None) -> NDArray[np.object_]:
        """Returns `(examples,)` tuples of answers `(text, start)`, start -1 where it is not said.

        A label may be one text; a list of texts, of `(text, start)` or of dictionaries with `text`
        and `start` (or `answer_start`); or a dictionary of two lists, as Hugging Face stores SQuAD.
        Nothing, or an empty text, says that there is no answer.

        Raises:
            UserError: A label is none of these.
        """
        rows = np.empty(len(labels), object)
        wrong: list[tuple[int, str]] = []
        for row, label in enumerate(labels):
            try:
                rows[row] = tuple(gold_answers.of_label(label))
            except (TypeError, ValueError, KeyError):
                wrong.append((row, f"{label!r:.60}"))
        if wrong:
            shown = _wrong_labels.named(wrong, locations)
            raise UserError(
                "Expected answers for task=question_answering: texts, each with the character of "
                f"its context at which it begins. Received: {shown}. Correct these labels."
            )
        return rows

    def fit_labels(self, labels: NDArray[Any]) -> Labels:
        """Returns whether there are questions without an answer to be learnt.

        Raises:
            UserError: No question of the training part has an answer.
        """
        answered = [bool(golds) for golds in self.read(labels)]
        if not any(answered):
            raise UserError(
                "Expected questions with an answer in the training part. Received: "
                f"{len(answered)} questions without. Check the label column."
            )
        return Labels((ANSWERED,) if all(answered) else (ANSWERED, UNANSWERABLE))

    def encode(self, labels: NDArray[Any], vocabulary: Labels) -> NDArray[np.object_]:
        """Returns `(examples,)` lists of answers, each a dictionary of `text` and `start`."""
        encoded = np.empty(len(labels), object)
        encoded[:] = [
            [{"text": text, "start": start} for text, start in golds] for golds in self.read(labels)
        ]
        return encoded

    def num_outputs(self, num_classes: int) -> int:
        """Returns 2: the logits of begin and end at each position."""
        return 2

    def probabilities(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """Returns the logits: answers are pieces of texts and have no probabilities."""
        return np.asarray(logits, "float64")

    def predict_label(self, logits: NDArray[Any]) -> NDArray[Any]:
        """Returns the logits; see `answers`."""
        return logits

    def units(self, examples: Dataset, preprocess: Preprocess) -> Dataset:
        """Returns what is put before the model: a pair of the question and each window.

        Args:
            examples: Pairs of question and context.
            preprocess: How the backbone reads pairs.

        Raises:
            UserError: The backbone cannot say where its tokens stand.
        """
        cut = self._windows(examples, preprocess)
        rows = np.repeat(np.arange(len(examples)), [len(each) for each in cut])
        pairs = np.empty(len(rows), object)
        pairs[:] = [(window.question, window.context) for each in cut for window in each]
        ids = np.array([pair_digest(pair) for pair in pairs], np.str_)
        return replace(examples.take(rows), ids=ids, inputs=pairs)

    def targets(
        self, labels: NDArray[np.object_], examples: Dataset, preprocess: Preprocess
    ) -> NDArray[np.int8]:
        """Returns `(windows, longest, 2)`: 1 where an answer begins, and where it ends.

        -1 stands where none can: at the question, at what parts the texts, and beyond the end. The
        first position is for "there is no answer here", which is so in windows that do not hold the
        whole of one.

        Args:
            labels: Encoded labels.
            examples: Pairs of question and context.
            preprocess: How the backbone reads pairs.
        """
        cut = self._windows(examples, preprocess)
        each = [(golds, window) for golds, of in zip(labels, cut, strict=True) for window in of]
        found = _places(preprocess, [window for _, window in each])
        longest = max((len(places) for places in found), default=0)
        targets = np.full((len(each), longest, 2), -1, np.int8)
        for row, ((golds, window), places) in enumerate(zip(each, found, strict=True)):
            targets[row, : len(places)][places[:, 0] >= 0] = 0
            targets[row, 0] = 0
            spans = [span for gold in golds if (span := _span(gold, window, places))] or [(0, 0)]
            for first, last in spans:
                targets[row, first, 0] = targets[row, last, 1] = 1
        return targets

    def answers(
        self, outputs: NDArray[np.float32], examples: Dataset, preprocess: Preprocess
    ) -> NDArray[np.object_]:
        """Returns the best piece of each context: a dictionary.

        It has `text`, `start` (its first character), `score`, `null_score` (how good it is to
        say that there is no answer) and `best`, the best three with their scores.

        Args:
            outputs: `(windows, length, 2)` logits.
            examples: Pairs of question and context.
            preprocess: How the backbone reads pairs.
        """
        cut = self._windows(examples, preprocess)
        found = _places(preprocess, [window for each in cut for window in each])
        if len(found) != len(outputs):
            raise ValueError(
                f"Expected logits of {len(found)} windows. Received: outputs of {len(outputs)}."
            )
        answered = np.empty(len(examples), object)
        first = 0
        for row, (each, (_, context)) in enumerate(zip(cut, examples.inputs, strict=True)):
            rows = slice(first, first + len(each))
            answered[row] = _span_decoding.decoded(
                context,
                each,
                found[rows],
                outputs[rows],
                longest=self.max_answer_length,
                candidates=self.candidates,
            )
            first += len(each)
        return answered

    def compared(self, given: NDArray[np.object_]) -> list[list[str]] | list[str]:
        """Returns the texts that scores compare: of labels all of them, of answers the one.

        Where there is none stands a sign that is no word of any answer, so that it equals itself
        alone. Texts of which nothing is left without articles and punctuation are none, as in the
        script of SQuAD 2.0.
        """
        if any(isinstance(each, dict) for each in given):
            said = [str(each["text"]) for each in given]
            return [text if normal_words(text) else _NOTHING for text in said]
        texts = ([gold["text"] for gold in golds] for golds in given)
        return [[text for text in each if normal_words(text)] or [_NOTHING] for each in texts]

    @staticmethod
    def silenced(answers: NDArray[np.object_], threshold: float | None) -> NDArray[np.object_]:
        """Returns answers, those without a text for which "no answer" is so much better.

        Args:
            answers: What `answers` returned.
            threshold: Of `null_score - score`; above it there is no answer. `None` leaves the best
                piece of each context.
        """
        found = np.empty(len(answers), object)
        for row, each in enumerate(answers):
            best = each["best"][0] if each["best"] else {"text": "", "start": -1, "score": -np.inf}
            silent = threshold is not None and each["null_score"] - best["score"] > threshold
            found[row] = {**each, **best, **({"text": "", "start": -1} if silent else {})}
        return found

    def told(self, answers: NDArray[np.object_]) -> list[str]:
        """Returns the texts of answers; an empty one says that there is no answer."""
        return [str(each["text"]) for each in answers]

    def unreachable(
        self, labels: NDArray[np.object_], examples: Dataset, preprocess: Preprocess
    ) -> NDArray[np.bool_]:
        """Returns `(examples,)` whether no window holds any of the answers that there are.

        Args:
            labels: Encoded labels.
            examples: Pairs of question and context.
            preprocess: How the backbone reads pairs.
        """
        cut = self._windows(examples, preprocess)
        missing = np.zeros(len(examples), bool)
        for row, (golds, each) in enumerate(zip(labels, cut, strict=True)):
            missing[row] = bool(golds) and not any(
                _holds(gold, window) for gold in golds for window in each
            )
        return missing

    def _windows(self, examples: Dataset, preprocess: Preprocess) -> list[list[Window]]:
        if not hasattr(preprocess, "places"):  # also behind a wrapper, which no protocol looks into
            raise UserError(
                "Expected a backbone that reads question and context in one sequence, "
                "--pair=cross_encoder. Received: one whose preprocessing cannot say where its "
                "tokens stand. Leave --pair out."
            )
        pairs = examples.inputs.tolist()
        for row, pair in enumerate(pairs):
            if not _is_pair(pair):
                raise UserError(
                    "Expected pairs of texts, a question and its context. Received: value "
                    f"{row} is {pair!r:.80}. Give both, as in predict([(question, context)])."
                )
        placed = cast(PlacedPair, preprocess)
        return windows(pairs, placed, self.stride, self.max_question_length)


def _is_pair(value: Any) -> bool:
    texts = isinstance(value, tuple | list) and all(isinstance(each, str) for each in value)
    return texts and len(value) == 2


def _places(preprocess: Preprocess, cut: Sequence[Window]) -> list[NDArray[np.int64]]:
    pairs = [(window.question, window.context) for window in cut]
    return cast(PlacedPair, preprocess).places(pairs) if pairs else []


def _holds(gold: dict[str, Any], window: Window) -> bool:
    begin, end = gold["start"], gold["start"] + len(gold["text"])
    return bool(window.begin <= begin and end <= window.end)


def _span(
    gold: dict[str, Any], window: Window, places: NDArray[np.int64]
) -> tuple[int, int] | None:
    """Returns the first and last position of an answer, if the window holds all of it."""
    if not _holds(gold, window):
        return None
    begin = gold["start"] - window.begin
    end = begin + len(gold["text"])
    inside = np.flatnonzero((places[:, 0] < end) & (places[:, 1] > begin) & (places[:, 0] >= 0))
    return (int(inside[0]), int(inside[-1])) if len(inside) else None
