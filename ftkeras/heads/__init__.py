"""What is attached to a backbone: one file a head; classes load on first use."""

from ftkeras import catalog

__getattr__, __dir__ = catalog.lazy_classes("heads")
