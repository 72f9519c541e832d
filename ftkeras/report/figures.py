"""Which pictures a run gets, and what is said below each."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ftkeras.records.run_record import Measurement, RunRecord
from ftkeras.report import score_table, wording
from ftkeras.report.answers import Answers
from ftkeras.report.language import gettext as _
from ftkeras.report.language import paragraph
from ftkeras.report.plots import (
    calibration,
    confusion,
    coverage,
    intervals,
    learning_curve,
    learning_rate,
    per_class,
    precision_recall,
    roc,
    threshold,
)


@dataclass(frozen=True)
class Picture:
    """A plot with its words.

    Args:
        title: A short heading.
        caption: How to read it, and what is in it.
        svg: An `<svg>` element.
    """

    title: str
    caption: str
    svg: str


def headline(record: RunRecord) -> str:
    """Returns the one picture: the headline score of all models on test; empty without one."""
    score = record.task.get("headline", "")
    found: dict[str, Measurement] = {}
    for model, items in record.measurements.get("test", {}).items():
        for item in items:
            if item.score == score:
                found[model] = item
    if found.get("model") is None or found["model"].value is None:
        return ""
    order = score_table.models(record, "test")
    return intervals.draw({name: found[name] for name in order if name in found})


def on_test(
    answers: Answers, others: dict[str, Answers], calibrated: Answers | None = None
) -> list[Picture]:
    """Returns confusion matrix, ROC, precision-recall and calibration on the test part.

    Args:
        answers: The model on test.
        others: Baselines on test, by name.
        calibrated: The model on test with the probabilities of the run's calibration.
    """
    pictures = [
        Picture(
            _("Confusion matrix"),
            _(
                "Rows are true classes, columns what was answered. The diagonal is right; darker "
                "means a larger share of the row."
            ),
            confusion.draw(answers),
        ),
        Picture(
            _("Each class by itself"),
            paragraph(
                _(
                    "Recall: how much of the class is found. Precision: how much of what is called "
                    "so is so."
                ),
                _lowest(answers),
            ),
            per_class.draw(answers),
        ),
    ]
    if answers.scored:
        pictures += _of_probabilities(answers, others, calibrated)
    return [picture for picture in pictures if picture.svg]


def _of_probabilities(
    answers: Answers, others: dict[str, Answers], calibrated: Answers | None
) -> list[Picture]:
    rest = "" if answers.binary else _("One curve for each class against the rest.")
    return [
        Picture(
            _("ROC curve"),
            paragraph(
                _(
                    "Share of true positives found against share of negatives wrongly flagged, "
                    "over all thresholds. Up and left is better; the dashed diagonal is chance."
                ),
                rest,
                _("Numbers are areas under the curves."),
            ),
            roc.draw(answers, others),
        ),
        Picture(
            _("Precision-recall curve"),
            paragraph(
                _(
                    "How many of the flagged are right, against how many of the positives are "
                    "found. Up and right is better."
                ),
                rest,
                _("Numbers are average precisions."),
            ),
            precision_recall.draw(answers, others),
        ),
        Picture(
            _("Calibration"),
            paragraph(
                _("When the model states the probability p, how often is it so?")
                if answers.binary
                else _("When the model states the confidence p, how often is it so?"),
                _("On the diagonal it can be taken at its word; below it, it is overconfident."),
                _("Bars count the examples, the line those after calibration.")
                if calibrated
                else _("Bars count the examples."),
            ),
            calibration.draw(answers, calibrated),
        ),
    ]


def _lowest(answers: Answers) -> str:
    if len(answers.class_names) <= per_class.MOST_CLASSES:
        return ""
    return _("The {count} classes with the lowest recall.", count=per_class.MOST_CLASSES)


def on_validation(answers: Answers, choice: dict[str, Any] | None = None) -> list[Picture]:
    """Returns the picture that a threshold may be chosen by, drawn on the validation part.

    Args:
        answers: The model on validation.
        choice: `analyses["threshold"]` of the record; `None` when none was chosen.
    """
    if not answers.scored:
        return []
    if answers.binary:
        picture = Picture(
            _("Decision threshold"),
            paragraph(
                _(
                    "Drawn on validation, where choosing is allowed; a threshold picked here looks "
                    "a little better than it will be."
                ),
                "" if choice is None else _("The band is where other samples would have put it."),
                _("The scores above use 0.5."),
            ),
            threshold.draw(answers, choice),
        )
    else:
        picture = Picture(
            _("Answering only when sure"),
            _(
                "Drawn on validation, where choosing is allowed. Withholding answers below a "
                "confidence raises the accuracy of the rest, and answers fewer."
            ),
            coverage.draw(answers),
        )
    return [picture] if picture.svg else []


def learning(record: RunRecord) -> list[Picture]:
    """Returns a picture for each log of training that has a validation twin, loss first."""
    logs: dict[str, None] = {}
    for phase in record.phases:
        for name, values in phase["history"].items():
            usable = not name.startswith("val_") and f"val_{name}" in phase["history"]
            if usable and np.isfinite(np.array(values, dtype=float)).any():
                logs[name] = None
    headline_log = record.task.get("headline", "")
    order = sorted(logs, key=lambda name: (name != "loss", name != headline_log))
    return [
        Picture(wording.plain_name(name), "", learning_curve.draw(name, record.phases))
        for name in order
    ]


def rates(record: RunRecord) -> list[Picture]:
    """Returns a picture for each phase that looked for its learning rate."""
    return [
        Picture(
            _("Learning rate of phase {number}", number=number),
            "",
            learning_rate.draw(number, found),
        )
        for number, phase in enumerate(record.phases, 1)
        if (found := phase.get("learning_rates"))
    ]
