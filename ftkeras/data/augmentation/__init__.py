"""Changes to training examples: one file each, `--augment=name(...)`. No other part is touched."""
