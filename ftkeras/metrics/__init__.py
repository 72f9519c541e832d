"""Streaming Keras metrics: one file a metric."""
