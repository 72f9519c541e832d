"""Any number of labels a unit."""

from dataclasses import dataclass, replace

import numpy as np

from tests.helpers.families._family import Case, Family, drawn_weights


@dataclass(frozen=True)
class MultilabelCase(Case):
    """Units with what a reference implementation wants to know about them."""

    @property
    def predicted(self):
        return (self.predictions > 0).astype(int)

    @property
    def counted(self):
        """Without the units that weigh nothing, which scikit-learn would look at."""
        return self if self.weights is None else self.take(self.weights > 0)


def case(num_labels=4, size=257, seed=0, scale=1.0, share=0.4, ties=False, weighted=False):
    """Makes a case: `share` is how often a label holds, one number or one a label."""
    rng = np.random.default_rng(seed)
    y_true = (rng.random((size, num_labels)) < share).astype(int)
    logits = (rng.normal(size=(size, num_labels)) + 1.5 * y_true - 0.7) * scale
    logits = (np.round(logits) if ties else logits).astype("float32")
    return MultilabelCase(y_true, logits, drawn_weights(rng, size, weighted))


class Multilabel(Family):
    inputs = "Multilabel"
    is_compiled_together = True

    def __init__(self, num_labels):
        self.num_labels = num_labels
        self.sizes = {"num_labels": num_labels}

    def usual_cases(self):
        rare = np.linspace(0.01, 0.9, self.num_labels)
        never = (np.arange(self.num_labels) > 0) * 0.5
        return [
            case(self.num_labels),
            case(self.num_labels, seed=1, share=rare, size=701),
            case(self.num_labels, seed=2, ties=True),
            case(self.num_labels, seed=3, scale=9.0, share=0.1),
            case(self.num_labels, seed=4, weighted=True),
            case(self.num_labels, seed=5, share=never),
            case(self.num_labels, seed=6, share=0.0, size=20, scale=3.0),
            case(self.num_labels, seed=7, share=1.0, size=20),
            case(self.num_labels, seed=8, size=1),
        ]

    def one(self, seed=11, size=257, weighted=False):
        return case(self.num_labels, seed=seed, size=size, weighted=weighted)

    def perfect(self, one):
        return np.where(one.y_true == 1, 60, -60).astype("float32")

    def wrong(self, one):
        return -self.perfect(one)

    def unknown(self, labels):
        first = np.arange(self.num_labels) == 0
        return [np.where(first, -1, labels), np.where(first, 2, labels)]

    def spoiled(self, predictions, bad):
        return np.where(np.arange(self.num_labels) == 0, np.float32(bad), predictions)

    def same(self, one, weights):
        return super().same(one, weights) | {
            "labels as floats": (one.y_true.astype("float32"), one.predictions, weights),
            "labels as truth": (one.y_true == 1, one.predictions, weights),
        }

    def positions(self, one):
        shape = (len(one) // 4, 4, self.num_labels)
        return one.y_true.reshape(shape), one.predictions.reshape(shape)


def with_unknown_labels(seed=21, size=100):
    """A case in which a fifth of the labels is -1, a unit of them altogether, with wild logits."""
    one = case(4, seed=seed, size=size, weighted=True)
    is_unknown = np.random.default_rng(seed).random(one.y_true.shape) < 0.2
    is_unknown[7] = True
    y_true = np.where(is_unknown, -1, one.y_true)
    return replace(one, y_true=y_true, predictions=np.where(is_unknown, np.nan, one.predictions))


FAMILIES = [Multilabel(4)]
