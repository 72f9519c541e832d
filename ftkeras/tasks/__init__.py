"""What the answer is: one file a task; classes load on first use."""

from ftkeras import catalog

__getattr__, __dir__ = catalog.lazy_classes("tasks")
