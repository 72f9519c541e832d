"""What a careful reader must know beside the verdict, read off the record."""

from ftkeras.records.run_record import RunRecord
from ftkeras.report import answer_kind, wording
from ftkeras.report.language import gettext as _
from ftkeras.report.language import ngettext, said

_FEW = 200
_ONE_SIDED = 0.8
_BATCHES = (8, 16, 32, 64, 128, 256)
# By Bonferroni's inequality, whatever the readings have in common.
_ERROR = 0.05


def find(record: RunRecord) -> list[str]:
    """Returns warnings in plain sentences, the gravest first; empty when there are none.

    It warns of a test part that was read more than once, of a small one, of a headline that
    misleads where one class holds at least four fifths of the test part, of weighted F1 as the
    only metric there, of foreign answers as many as one batch holds, and of random weights whose
    training ended too early; and of what average precision of boxes cannot promise.

    Args:
        record: The run's record.
    """
    found = (
        _read_again(record),
        _one_batch(record),
        _few(record),
        _few_pictures(record),
        _one_sided(record),
        _weighted_alone(record),
        _short_twin(record),
    )
    return [text for text in found if text is not None]


def _read_again(record: RunRecord) -> str | None:
    reads = len(record.test_reads)
    if reads <= 1:
        return None
    return _(
        "The test part was read {reads} times. If anything was changed after seeing an earlier "
        "reading, these numbers are too optimistic, by an unknown amount. And if each reading was "
        "a decision at 95%, one of the {reads} is wrong with a probability of up to {error}.",
        reads=reads,
        error=wording.percent(min(1.0, _ERROR * reads)),
    )


def _one_batch(record: RunRecord) -> str | None:
    """Tutorials that score the last batch of their loop leave such files."""
    examples = record.split.get("counts", {}).get("test")
    if "predictions" not in record.config or examples not in _BATCHES:
        return None
    return _(
        "The file holds {count} answers, just as many as a batch. If they are those of the last "
        "batch of a training or test loop, the score is that of a handful of examples, and perhaps "
        "of ones that were trained on: write down the answers of the whole test part.",
        count=examples,
    )


def _few(record: RunRecord) -> str | None:
    examples = record.split.get("counts", {}).get("test")
    if examples is None or examples >= _FEW:
        return None
    return ngettext(
        "The test part is small ({count} example): look at the intervals, not the points.",
        "The test part is small ({count} examples): look at the intervals, not the points.",
        count=examples,
    )


def _few_pictures(record: RunRecord) -> str | None:
    if answer_kind.of(record) != "boxes":
        return None
    return _(
        "Average precision of boxes runs high where pictures are few, and its intervals promise "
        "too much: in simulations the {level} intervals of AP50 held in {of_few} of samples of 100 "
        "pictures and in {of_many} of 1,000.",
        level="95%",
        of_few="89%",
        of_many="75%",
    )


def _one_sided(record: RunRecord) -> str | None:
    labels = record.data.get("labels", {}).get("test", {})
    advice = record.analyses.get("which_metric")
    if not advice or record.task.get("headline") not in advice["misleads"]:
        return None
    if max(labels.values(), default=0) < _ONE_SIDED * sum(labels.values()):
        return None
    return said(advice["sentence"])


def _weighted_alone(record: RunRecord) -> str | None:
    labels = record.data.get("labels", {}).get("test", {})
    asked = record.config.get("metric") or []
    if not asked or not all("weighted" in text for text in asked) or not labels:
        return None
    most, total = max(labels.values()), sum(labels.values())
    if most < _ONE_SIDED * total:
        return None
    return _(
        "Only {metric} was asked for. It weighs each class by how frequent it is, so {share} of it "
        "are the most frequent class, and a rare class that is never found hardly shows. Look at "
        "macro F1, or at precision and recall of the rare class.",
        metric=asked[0],
        share=wording.percent(most / total),
    )


def _short_twin(record: RunRecord) -> str | None:
    twin = record.analyses.get("random_twin")
    if not twin or not twin["still_improving"]:
        return None
    return ngettext(
        "The same architecture from random weights was trained for {count} epoch, and its last "
        "epoch was its best: with more of them it may come closer.",
        "The same architecture from random weights was trained for {count} epochs, and its last "
        "epoch was its best: with more of them it may come closer.",
        count=twin["epochs"],
    )
