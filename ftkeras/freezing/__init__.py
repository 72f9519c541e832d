"""Which layers train: one file a rule; classes load on first use."""

from ftkeras import catalog

__getattr__, __dir__ = catalog.lazy_classes("freezing")
