"""What to do about rare classes while training, one file a rule; evaluation is never resampled."""
