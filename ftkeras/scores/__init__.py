"""Counts that are sums over units, and formulas over them: one file a score."""
