import numpy as np

from ftkeras.report.plots import critical_difference, quality_cost


def rows(values, costs):
    return [
        {"name": f"m{i}", "value": v, "low": v - 0.01, "high": v + 0.01, "cost": c}
        for i, (v, c) in enumerate(zip(values, costs, strict=True))
    ]


def test_the_frontier_holds_what_nothing_else_beats_in_both():
    rng = np.random.default_rng(0)
    for direction, sign in (("max", 1), ("min", -1)):
        drawn = rows(rng.random(40).tolist(), (1 + rng.random(40)).tolist())
        best = {row["name"] for row in quality_cost.frontier(drawn, direction)}
        for row in drawn:
            beaten = any(
                other["cost"] <= row["cost"] and sign * other["value"] > sign * row["value"]
                for other in drawn
            )
            assert (row["name"] in best) == (not beaten)


def test_the_picture_names_score_cost_and_every_model():
    for costs in ([1.0, 2.0, 3.0], [1.0, 50.0, 4000.0]):
        svg = quality_cost.draw(rows([0.8, 0.9, 0.7], costs), "accuracy", "seconds", "max")
        assert all(name in svg for name in ("Accuracy against seconds", "m0", "m1", "m2"))
    assert "log scale" in svg


def test_bars_join_exactly_what_cannot_be_told_apart():
    ranks = [1.0, 1.5, 2.2, 3.9, 4.1]
    joined = critical_difference.groups(ranks, 1.0)
    for first in range(len(ranks)):
        for second in range(first + 1, len(ranks)):
            close = ranks[second] - ranks[first] <= 1.0
            under_one = any(a <= ranks[first] and ranks[second] <= b for a, b in joined)
            assert close == under_one
    svg = critical_difference.draw(list("abcde"), ranks, 1.0)
    assert "1.00 cannot be told apart" in svg
