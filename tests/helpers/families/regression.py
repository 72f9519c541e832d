"""One number a unit, or several."""

from dataclasses import dataclass

import numpy as np

from tests.helpers.families._family import Case, Family, drawn_weights


@dataclass(frozen=True)
class RegressionCase(Case):
    """Units with what a reference implementation wants to know about them, in double precision."""

    @property
    def true(self):
        return self.y_true.astype("float64")

    @property
    def predicted(self):
        return self.predictions.astype("float64")

    @property
    def repeated(self):
        """(labels, predictions) `(units, outputs)`, as often as weights say, which are quarters."""
        times = 1 if self.weights is None else (4 * self.weights).astype(int)
        return tuple(
            np.repeat(x.reshape(len(x), -1), times, axis=0) for x in (self.true, self.predicted)
        )


def case(num_outputs=1, size=257, seed=0, scale=1.0, offset=0.0, ties=False, weighted=False,
         degrees=30.0):  # fmt: skip
    """Makes a case; `degrees` of freedom say how heavy the tails are."""
    rng = np.random.default_rng(seed)
    y_true = rng.standard_t(degrees, size=(size, num_outputs))
    predictions = 0.8 * y_true + 0.1 + 0.5 * rng.normal(size=y_true.shape)
    arrays = [scale * x + offset for x in (y_true, predictions)]
    arrays = [(np.round(2 * x) / 2 if ties else x).astype("float32") for x in arrays]
    if num_outputs == 1:
        arrays = [x[:, 0] for x in arrays]
    return RegressionCase(*arrays, drawn_weights(rng, size, weighted))


def constant(num_outputs=1, size=20):
    """A case whose labels are all equal."""
    one = case(num_outputs, size=size, seed=9)
    return RegressionCase(np.full_like(one.y_true, 0.1), one.predictions)


class Regression(Family):
    inputs = "Regression"
    is_compiled_together = True

    def __init__(self, num_outputs):
        self.num_outputs = num_outputs
        self.sizes = {"num_outputs": num_outputs}

    def usual_cases(self):
        return [
            case(self.num_outputs),
            case(self.num_outputs, seed=1, degrees=1.5, size=701),
            case(self.num_outputs, seed=2, ties=True),
            case(self.num_outputs, seed=3, scale=1e-3),
            case(self.num_outputs, seed=4, weighted=True),
            case(self.num_outputs, seed=5, scale=1e4, offset=3e4),
            constant(self.num_outputs),
            case(self.num_outputs, seed=7, size=2),
            case(self.num_outputs, seed=8, size=1),
        ]

    def one(self, seed=11, size=257, weighted=False):
        return case(self.num_outputs, seed=seed, size=size, weighted=weighted)

    def perfect(self, one):
        return one.y_true.copy()

    def wrong(self, one):
        return -1000 * one.y_true

    def unknown(self, labels):
        return [labels * 0 + np.float32(np.nan), labels * 0 + np.float32(np.inf)]

    def same(self, one, weights):
        found = super().same(one, weights) | {
            "double precision": (one.y_true.astype("float64"), one.predictions, weights),
        }
        if self.num_outputs == 1:
            labels, predictions = one.y_true[:, None], one.predictions[:, None]
            found["column of labels"] = (labels, one.predictions, weights)
            found["column of predictions"] = (one.y_true, predictions, weights)
            found["columns"] = (labels, predictions, weights)
        return found

    def positions(self, one):
        shape = (len(one) // 4, 4, self.num_outputs)
        return one.y_true.reshape(shape), one.predictions.reshape(shape)


FAMILIES = [Regression(1), Regression(2)]
