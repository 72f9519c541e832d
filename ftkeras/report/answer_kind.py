"""What the answers of a run are: classes, labels, numbers or scores of documents."""

from ftkeras import catalog
from ftkeras.records.run_record import RunRecord
from ftkeras.report.language import gettext as _
from ftkeras.report.language import ngettext


def of(record: RunRecord) -> str:
    """Returns the kind of a run's answers, of `contracts.task.KINDS`; classes where it has no task.

    Args:
        record: The run's record.
    """
    name = str(record.task.get("name", ""))
    if name not in catalog.names("tasks"):
        return "classes"
    kind: str = catalog.find("tasks", name).kind
    return kind


def counted(record: RunRecord) -> str:
    """Returns how many things are told apart or predicted: "3 classes", "19 labels", "2 numbers".

    Args:
        record: The run's record.
    """
    count = len(record.task.get("class_names", []))
    kind = of(record)
    if kind == "labels":
        return ngettext("{count} label", "{count} labels", count=count)
    if kind == "numbers":
        return ngettext("{count} number", "{count} numbers", count=count)
    if kind == "tags":
        return ngettext("{count} tag", "{count} tags", count=count)
    if kind == "spans":
        return _("one piece of a text a question")
    if kind == "relevances":
        return _("one score a document")
    if kind == "boxes":
        return ngettext("{count} class", "{count} classes", count=count)
    return _("{classes} classes", classes=count)
