"""What a run with answers that are pieces of texts needs beside what all runs do."""

import dataclasses
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ftkeras import call_string, catalog
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.contracts.dataset import Dataset
from ftkeras.data import gold_answers
from ftkeras.data.object_array import object_array
from ftkeras.errors import UserError
from ftkeras.records.decision import Decision
from ftkeras.records.predictions import Predictions
from ftkeras.scores.answer_exact_match import AnswerExactMatch
from ftkeras.scores.answer_f1_score import AnswerF1Score
from ftkeras.scores.counts.answer_values import AnswerValues
from ftkeras.statistics.intervals import measure
from ftkeras.statistics.no_answer_threshold import best_threshold
from ftkeras.tasks.question_answering import ANSWERED, UNANSWERABLE, QuestionAnswering

HEAD = "answer_span"
RULE = "best_answer_f1_score"
"""What a decision calls the choice of the threshold of "no answer"."""

_EXCERPT = 4000
_SILENT = {"text": "", "start": -1}
_SHARES = ("train", "validation", "test")


def check(config: RunConfig, kind: str) -> None:
    """Raises `UserError` if answers that are pieces of texts are asked for in a way they cannot be.

    Args:
        config: The settings.
        kind: What the task answers with.
    """
    if (kind == "spans") != (config.head.name == HEAD):
        wanted = f"--head={HEAD}" if kind == "spans" else "--task=question_answering"
        raise UserError(
            f"Expected {wanted}, for answers that are pieces of a text. Received: "
            f"--head={config.head} for --task={config.task}. Leave --head out."
        )
    if kind != "spans":
        return
    for flag, given, why in (
        ("tap", config.tap not in (None, "sequence"), "an answer is a place in the text"),
        ("pair", config.pair not in (None, "cross_encoder"), "both texts are read in one sequence"),
        ("clean", bool(config.clean), "answers stand where they stand in the texts as they are"),
        (
            "augment",
            bool(config.augment),
            "answers stand where they stand in the texts as they are",
        ),
        ("recipe", config.recipe is not None, "whether a phase gained is not judged on pieces"),
    ):
        if given:
            value = getattr(config, flag)
            told = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
            raise UserError(
                f"Expected no --{flag} with --task={config.task}, for {why}. Received: "
                f"--{flag}={told}. Leave --{flag} out."
            )


def source_call(call: Call, task: Call | None) -> Call:
    """Returns the source with the word that labels are answers, which stand in the second text.

    Args:
        call: The data source.
        task: The task; `None` where there is none.
    """
    if task is None or catalog.find("tasks", task.name).kind != "spans":
        return call
    if call.name == "parts":
        return Call(
            call.name, {name: _of_part(value, task) for name, value in call.arguments.items()}
        )
    if "start" in call.arguments or "start" not in catalog.parameters("data/sources", call.name):
        return call
    return Call(call.name, {**call.arguments, "start": ""})


def _of_part(value: Any, task: Call) -> Any:
    """The call string of the source of one part."""
    told = isinstance(value, str) and "(" in value
    return str(source_call(call_string.parse(value), task)) if told else value


def split_call(config: RunConfig) -> Call:
    """Returns the rule of the split: by context, unless another rule than the usual one is named.

    Where parts are given without validation, it is held out by context, too.

    Args:
        config: `task` and `split`.
    """
    asked = config.split
    if config.task is None or catalog.find("tasks", config.task.name).kind != "spans":
        return asked
    if asked.name == "given":
        return Call("given", {"together": gold_answers.PASSAGE, **asked.arguments})
    if asked.name != "stratified":
        return asked
    shares = {name: value for name, value in asked.arguments.items() if name in _SHARES}
    return Call("grouped", {"column": gold_answers.PASSAGE, **shares})


def for_split(examples: Dataset) -> Dataset:
    """Returns examples whose labels a split can keep alike in all parts: is there an answer?"""
    if examples.label_kind != "spans":
        return examples
    labels = gold_answers.as_classes(examples.labels)
    return dataclasses.replace(examples, labels=labels, label_kind="classes")


def previews(*parts: Dataset) -> NDArray[np.object_]:
    """Returns what a person sees of each question: the question, and its context below.

    Args:
        *parts: Questions, one part behind the other.
    """
    told = [
        f"{' '.join(question.split())}\n{context[:_EXCERPT]}"
        for part in parts
        for question, context in part.inputs
    ]
    return np.array(told, object)


def label_table(labels: NDArray[np.object_], names: Sequence[str]) -> dict[str, int]:
    """Returns how many questions have an answer, and how many have none if any was learnt from.

    Args:
        labels: Encoded labels of a part.
        names: What is known of the labels.
    """
    answered = sum(bool(golds) for golds in labels)
    found = {ANSWERED: answered, UNANSWERABLE: len(labels) - answered}
    return {name: found[name] for name in (ANSWERED, UNANSWERABLE) if name in names or found[name]}


def decide(model: Predictions) -> Decision | None:
    """Returns the threshold of "no answer" that gives the best F1 on validation.

    Args:
        model: Predictions of the model, validation among them.

    Returns:
        `None` where all questions have an answer, or none has.
    """
    rows = model.part("validation")
    if rows.answers is None or UNANSWERABLE not in model.class_names:
        return None
    if len({bool(golds) for golds in rows.labels}) < 2:
        return None
    threshold, _ = best_threshold(*_choices(rows))
    return Decision(rule=RULE, thresholds={UNANSWERABLE: threshold}, num_units=len(rows))


def applied(model: Predictions, decision: Decision | None) -> Predictions:
    """Returns predictions that say "no answer" where its margin is above the threshold.

    Args:
        model: Predictions of the model.
        decision: What `decide` returned.
    """
    if decision is None or model.answers is None or decision.rule != RULE:
        return model
    return dataclasses.replace(model, answers=silenced(model.answers, decision))


def silenced(answers: NDArray[np.object_], decision: Decision | None) -> NDArray[np.object_]:
    """Returns answers, those without a text whose margin is above the threshold.

    Args:
        answers: Answers of `QuestionAnswering`.
        decision: What `decide` returned; `None` leaves the best piece of each context.
    """
    threshold = None if decision is None else decision.thresholds.get(UNANSWERABLE)
    return QuestionAnswering.silenced(answers, threshold)


def analyses(model: Predictions, decision: Decision | None, seed: int) -> dict[str, Any]:
    """Returns what is found of questions with an answer, and of those without, on test.

    `answers`: `kinds`, for each of the two the number of questions, F1 and exact match, and how
    often something was answered at all; `threshold`, if one was chosen, with the F1 of validation
    there and where every question is answered.

    Args:
        model: Predictions on validation and test.
        decision: What `decide` returned.
        seed: Seed of the intervals.
    """
    test, task = model.part("test"), QuestionAnswering()
    if not len(test) or test.answers is None:
        return {}
    answered = np.array([bool(golds) for golds in test.labels])
    spoke = np.array([bool(each["text"]) for each in test.answers])
    kinds = {}
    for name, rows in ((ANSWERED, answered), (UNANSWERABLE, ~answered)):
        if rows.any():
            some = test.take(np.flatnonzero(rows))
            compared = task.compared(some.labels), task.compared(_answers(some))
            scores = [AnswerF1Score(), AnswerExactMatch()]
            kinds[name] = {
                "questions": int(rows.sum()),
                "spoke": int(spoke[rows].sum()),
                "scores": [dataclasses.asdict(m) for m in measure(scores, *compared, seed=seed)],
            }
    found: dict[str, Any] = {"answers": {"kinds": kinds, "threshold": None}}
    if decision is not None and decision.rule == RULE:
        found["decision"] = decision.to_json()
        found["answers"]["threshold"] = _threshold(model.part("validation"), decision)
    return found


def windows(data: Any, preprocess: Any) -> dict[str, Any]:
    """Returns how many windows each part is read in, and the answers that no window holds.

    Args:
        data: The data of the run, `PreparedData`.
        preprocess: How the backbone reads pairs.
    """
    if data.task.kind != "spans":
        return {}
    task: QuestionAnswering = data.task
    parts = {}
    for name, examples in data.parts.items():
        units = task.units(examples, preprocess)
        missed = task.unreachable(data.labels[name], examples, preprocess)
        parts[name] = {
            "questions": len(examples),
            "windows": len(units),
            "several": int((np.unique(_counts(units), return_counts=True)[1] > 1).sum()),
            "out_of_reach": int(missed.sum()),
            "where": [str(place) for place in examples.locations[missed][:5]],
        }
    return {"windows": {"parts": parts, "room": int(preprocess.room)}}


def _counts(units: Dataset) -> NDArray[Any]:
    return np.array([str(place) for place in units.locations])


def _answers(rows: Predictions) -> NDArray[np.object_]:
    return cast("NDArray[np.object_]", rows.answers)


def _choices(rows: Predictions) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Returns the margin of "no answer", and the F1 of the best piece and of no answer."""
    task, values = QuestionAnswering(), AnswerValues()
    truths = task.compared(rows.labels)
    best = [each["best"][0] if each["best"] else None for each in _answers(rows)]
    margins = np.array(
        [
            np.inf if one is None else each["null_score"] - one["score"]
            for each, one in zip(_answers(rows), best, strict=True)
        ]
    )
    margins = np.nan_to_num(margins, posinf=1e9)
    said = task.compared(object_array([one or _SILENT for one in best]))
    answered = [values.values(*pair)[1] for pair in zip(truths, said, strict=True)]
    (nothing,) = task.compared(object_array([_SILENT]))
    silent = [values.values(truth, nothing)[1] for truth in truths]
    return margins, np.array(answered), np.array(silent)


def _threshold(rows: Predictions, decision: Decision) -> dict[str, Any] | None:
    if not len(rows):  # new data have no part that anything was chosen on
        return None
    margins, answered, silent = _choices(rows)
    at = decision.thresholds[UNANSWERABLE]
    said = np.where(margins > at, silent, answered)
    return {
        "threshold": at,
        "questions": len(rows),
        "value": float(said.mean()),
        "always": float(answered.mean()),
        "never": float(silent.mean()),
    }
