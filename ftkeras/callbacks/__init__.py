"""Keras callbacks: one file a callback; classes load on first use."""

from ftkeras import catalog

__getattr__, __dir__ = catalog.lazy_classes("callbacks")
