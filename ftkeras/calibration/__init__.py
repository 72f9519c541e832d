"""How logits become probabilities that can be believed: one file a method, fitted on validation."""

from ftkeras import catalog

__getattr__, __dir__ = catalog.lazy_classes("calibration")
