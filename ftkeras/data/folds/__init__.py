"""Rules that make several splits, so that every example is tested once; one file a rule."""
