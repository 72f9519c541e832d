"""Which pictures a run of several labels, of numbers or of rankings gets on its test part."""

from collections.abc import Mapping

from ftkeras.report.answers import Answers
from ftkeras.report.figures import Picture
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import (
    gain_by_depth,
    per_class,
    precision_recall,
    predicted_against_true,
    residuals,
    roc,
)


def of_labels(answers: Answers) -> list[Picture]:
    """Returns each label by itself, ROC and precision-recall curves.

    Args:
        answers: The model on test.
    """
    pictures = [
        Picture(
            _("Each label by itself"),
            _(
                "Recall: how often the label is found where it holds. Precision: how often it "
                "holds where it was answered. Of many labels, those with the lowest recall."
            ),
            per_class.draw(answers),
        ),
        Picture(
            _("ROC curve"),
            _(
                "Share of true positives found against share of negatives wrongly flagged, over "
                "all thresholds, one curve a label (the first twelve). Up and left is better."
            ),
            roc.draw(answers, {}),
        ),
        Picture(
            _("Precision-recall curve"),
            _(
                "How many of the flagged are right, against how many of the positives are found, "
                "one curve a label (the first twelve). Up and right is better."
            ),
            precision_recall.draw(answers, {}),
        ),
    ]
    return [picture for picture in pictures if picture.svg]


def of_numbers(answers: Answers) -> list[Picture]:
    """Returns predicted against true numbers, and errors by what was predicted.

    Args:
        answers: The model on test.
    """
    return [
        Picture(
            _("Predicted against true"),
            _(
                "A point is a test example; on the dashed diagonal the answer is right. Flatter "
                "than the diagonal: the model keeps to the middle."
            ),
            predicted_against_true.draw(answers),
        ),
        Picture(
            _("Errors"),
            _(
                "True minus predicted, by what was predicted. Diamonds are means over ranges of "
                "answers, with {level} intervals: away from zero, answers in that range are off on "
                "average.",
                level="95%",
            ),
            residuals.draw(answers),
        ),
    ]


def of_relevances(answers: Answers, others: Mapping[str, Answers]) -> list[Picture]:
    """Returns how good the first documents are, by how many of them are looked at.

    Args:
        answers: The model on test.
        others: Baselines by name, on the same queries.
    """
    return [
        Picture(
            _("How good the first documents are"),
            _(
                "Normalized discounted cumulative gain of the first k documents of each query: 1 "
                "where no other order would be better. Most people look at the first few."
            ),
            gain_by_depth.draw(answers, others),
        )
    ]
