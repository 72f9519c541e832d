"""Scores: formulas over counts that are sums over independent units, one file a score.

A file holds a frozen dataclass of the same name that says what is counted (`counts`), how inputs
become units (`inputs`) and the formula, written for NumPy and `keras.ops` alike. What can be
counted stands in `counts/`, what can be an input in `inputs/`. No framework is needed here.
"""
