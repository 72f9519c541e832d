"""How a decision threshold is chosen on validation: one file a rule; classes load on first use."""

from ftkeras import catalog

__getattr__, __dir__ = catalog.lazy_classes("thresholds")
