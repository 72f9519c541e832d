"""Made-up inputs of several parts."""

import numpy as np

from tests.helpers.tiny_backbone import sentences


def pairs(n, seed=0):
    """Two texts each; the label says whether both are of the same mood."""
    first, one = sentences(n, seed)
    second, other = sentences(n, seed + 1000)
    return list(zip(first, second, strict=True)), (one == other).astype(int)


def table_rows(n, seed=0):
    """Two numbers (some missing) and a category, and a label that all three have a say in."""
    generator = np.random.default_rng(seed)
    age, income = generator.normal(40, 12, n), generator.lognormal(10, 1, n)
    city = generator.choice(["Bern", "Rome", "Oslo"], n)
    score = (age - 40) / 12 + np.log(income) - 10 + 1.5 * (city == "Rome")
    rows = [
        {"age": float(a) if generator.random() > 0.1 else float("nan"), "income": float(i),
         "city": str(c)}
        for a, i, c in zip(age, income, city, strict=True)
    ]  # fmt: skip
    return rows, (score > 0.5).astype(int)
