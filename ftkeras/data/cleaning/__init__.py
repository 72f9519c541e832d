"""Text cleaning, the same for all parts and for new data: one file a step, `--clean=name(...)`."""
