"""Which layers train: one file a rule."""
