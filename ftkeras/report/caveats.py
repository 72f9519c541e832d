"""What a careful reader must know beside the verdict, read off the record."""

from ftkeras.records.run_record import RunRecord
from ftkeras.report import wording
from ftkeras.report.language import gettext as _
from ftkeras.report.language import ngettext

_FEW = 200
_ONE_SIDED = 0.8
# By Bonferroni's inequality, whatever the readings have in common.
_ERROR = 0.05


def find(record: RunRecord) -> list[str]:
    """Returns warnings in plain sentences, the gravest first; empty when there are none.

    It warns of a test part that was read more than once, of a small one, and of an accuracy
    headline where one class holds at least four fifths of the test part.

    Args:
        record: The run's record.
    """
    return [
        text for text in (_read_again(record), _few(record), _one_sided(record)) if text is not None
    ]


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


def _few(record: RunRecord) -> str | None:
    examples = record.split.get("counts", {}).get("test")
    if examples is None or examples >= _FEW:
        return None
    return ngettext(
        "The test part is small ({count} example): look at the intervals, not the points.",
        "The test part is small ({count} examples): look at the intervals, not the points.",
        count=examples,
    )


def _one_sided(record: RunRecord) -> str | None:
    labels = record.data.get("labels", {}).get("test", {})
    total = sum(labels.values())
    if record.task.get("headline") != "accuracy" or not total:
        return None
    name, most = max(labels.items(), key=lambda item: item[1])
    if most / total < _ONE_SIDED:
        return None
    return _(
        "{share} of the test examples are of class “{name}”, so always answering it reaches "
        "accuracy {share}. Look at balanced accuracy, F1 or the area under the precision-recall "
        "curve instead.",
        share=wording.percent(round(most / total, 3)),
        name=wording.shortened(name, 40),
    )
