"""One threshold a label: chosen on validation, and what they give on test, label by label."""

import dataclasses
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import call_string, catalog
from ftkeras.contracts.score import Score
from ftkeras.contracts.task import Task
from ftkeras.contracts.threshold_rule import ThresholdRule
from ftkeras.errors import UserError
from ftkeras.records.decision import Decision
from ftkeras.records.predictions import Predictions
from ftkeras.scores.exact_match_ratio import ExactMatchRatio
from ftkeras.scores.hamming_loss import HammingLoss
from ftkeras.scores.multilabel_f1_score import MultilabelF1Score
from ftkeras.statistics.intervals import measure
from ftkeras.statistics.multiplicity import holm
from ftkeras.statistics.paired import compare
from ftkeras.statistics.threshold_choice import choose_threshold
from ftkeras.statistics.threshold_outcome import threshold_outcome

HALF = 0.5
_LEVEL = 0.95
_MOST_LABELS = 100
_RESAMPLES = 1000
# A tail of one of many labels has to hold some draws.
_DRAWS_OF_A_LABEL = 200


def choose(
    rule: ThresholdRule, labels: NDArray[Any], share: NDArray[np.float64], names: tuple[str, ...]
) -> dict[str, float]:
    """Returns label -> threshold; a label on which nothing fulfils the rule is left out.

    Args:
        rule: Which threshold to take.
        labels: `(examples, labels)` 0 or 1, of the validation part.
        share: `(examples, labels)` probabilities.
        names: The labels.

    Raises:
        UserError: The rule is fulfilled on none of them.
    """
    found = {}
    for column, name in enumerate(names):
        with suppress(UserError):
            found[name] = rule(labels[:, column], share[:, column])
    if not found:
        raise UserError(
            f"Expected a threshold that fulfils {rule} for at least one label. Received: "
            f"{len(labels)} examples of {len(names)} labels, for none of which one does. Ask for "
            "less, or give more examples."
        )
    return found


def label_thresholds(
    validation: Predictions, test: Predictions, task: Task, decision: Decision, seed: int
) -> dict[str, Any]:
    """Returns what the locked thresholds give on test, each label by itself and all together.

    `labels`: of each label (at most 100, the most frequent of validation first) its `threshold`,
    the `outcome` on test, whose intervals hold for all labels together with 95% (Bonferroni: one by
    one at 1 - 5% / labels), and the `choice` (each at 95% by itself; `None` where the label keeps
    one half). `scores`: of scores over all labels the values at the thresholds (`at`) and at one
    half (`half`), and their paired `change`, p-values adjusted by Holm.

    Args:
        validation: Answers on validation; may be empty.
        test: Answers on test.
        task: How logits are read.
        decision: What is locked into the run.
        seed: Seed of all resampling.
    """
    rule: ThresholdRule = _rule(decision)
    names = test.class_names
    shares = [np.asarray(task.probabilities(rows.logits)) for rows in (validation, test)]
    known = (validation if len(validation) else test).labels.sum(axis=0)
    order = np.argsort(-known, kind="stable")[:_MOST_LABELS]
    level = 1 - (1 - _LEVEL) / max(1, len(decision.thresholds))
    resamples = max(_RESAMPLES, _DRAWS_OF_A_LABEL * len(decision.thresholds))
    found = []
    for column in order.tolist():
        chosen, threshold = names[column] in decision.thresholds, HALF
        choice = None
        if chosen:
            threshold = decision.thresholds[names[column]]
            if len(validation):
                made = choose_threshold(
                    rule, validation.labels[:, column], shares[0][:, column], seed=seed
                )
                choice = dataclasses.asdict(made)
        outcome = threshold_outcome(
            rule,
            test.labels[:, column].astype("int64"),
            shares[1][:, column],
            threshold,
            level=level,
            resamples=resamples,
            seed=seed,
        )
        found.append(
            {
                "label": names[column],
                "positives": int(known[column]),
                "threshold": threshold,
                "chosen": chosen,
                "outcome": dataclasses.asdict(outcome),
                "choice": choice,
            }
        )
    return {
        "rule": decision.rule,
        "figure": rule.figure_name,
        "direction": rule.direction,
        "num_labels": len(names),
        "num_chosen": len(decision.thresholds),
        "level": _LEVEL,
        "labels": found,
        "scores": _together(test, shares[1], decision, seed),
    }


def decided(
    decision: Decision, share: NDArray[np.float64], names: tuple[str, ...]
) -> NDArray[np.int8]:
    """Returns `(examples, labels)`: 1 where a probability is above the label's threshold.

    Args:
        decision: Thresholds; a label without one has one half.
        share: `(examples, labels)` probabilities.
        names: The labels.
    """
    return (share > decision.of_labels(names)).astype("int8")


def _rule(decision: Decision) -> ThresholdRule:
    rule: ThresholdRule = catalog.build("thresholds", call_string.parse(decision.rule))
    return rule


def _together(
    test: Predictions, share: NDArray[np.float64], decision: Decision, seed: int
) -> list[dict[str, Any]]:
    count = len(test.class_names)
    scores: list[Score] = [
        MultilabelF1Score(count, average="micro"),
        MultilabelF1Score(count),
        ExactMatchRatio(count),
        HammingLoss(count),
    ]
    # As logits that say nothing but the answer.
    answers = [
        np.where(above, 1.0, -1.0)
        for above in (decided(decision, share, test.class_names), share > HALF)
    ]
    at, half = (measure(scores, test.labels, each, seed=seed) for each in answers)
    told = [k for k in range(len(scores)) if None not in (at[k].value, half[k].value)]
    changes = [compare(scores[k], test.labels, *answers, other="0.5", seed=seed) for k in told]
    adjusted = holm([item.p_value for item in changes])
    return [
        {
            "at": dataclasses.asdict(at[k]),
            "half": dataclasses.asdict(half[k]),
            "change": dataclasses.asdict(
                dataclasses.replace(change, adjusted_p_value=float(p_value))
            ),
        }
        for k, change, p_value in zip(told, changes, adjusted, strict=True)
    ]
