"""Keras callbacks: one file a callback."""
