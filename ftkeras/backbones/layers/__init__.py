"""Keras layers that a backbone's graph needs; import them before loading a saved model."""
