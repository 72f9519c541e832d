"""One class out of several."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, softmax

from tests.helpers.families._family import Case, Family, drawn_weights


@dataclass(frozen=True)
class ClassificationCase(Case):
    """Units with what a reference implementation wants to know about them."""

    num_classes: int = 2

    @property
    def logits(self):
        return self.predictions

    @property
    def probabilities(self):
        logits = self.logits.astype("float64")
        if self.num_classes == 2:
            return np.stack([expit(-logits), expit(logits)], -1)
        return softmax(logits, axis=-1)

    @property
    def predicted(self):
        if self.num_classes == 2:
            return (self.logits > 0).astype(int)
        return self.logits.argmax(-1)

    @property
    def coarse(self):
        """With scores that are bfloat16, which have a bucket each, so that streaming is exact."""
        bits = self.logits.view("uint32") & np.uint32(0xFFFF0000)
        return replace(self, predictions=bits.view("float32"))

    @property
    def present(self):
        """The true classes that occur with a weight."""
        counted = self.y_true if self.weights is None else self.y_true[self.weights > 0]
        return np.unique(counted)


def case(num_classes, size=257, seed=0, scale=1.0, rare=None, ties=False, weighted=False,
         classes=None):  # fmt: skip
    """Makes a case: `rare` is the share of the last class, `classes` those that may be true."""
    rng = np.random.default_rng(seed)
    classes = np.arange(num_classes) if classes is None else np.asarray(classes)
    shares = np.ones(len(classes))
    if rare is not None and len(classes) > 1:
        shares[:-1] = (1 - rare) / (len(classes) - 1)
        shares[-1] = rare
    y_true = rng.choice(classes, size, p=shares / shares.sum())
    if num_classes == 2:
        logits = rng.normal(size=size) + 1.5 * y_true - 0.7
    else:
        logits = rng.normal(size=(size, num_classes)) + 1.5 * np.eye(num_classes)[y_true]
    logits = logits * scale
    logits = (np.round(logits) if ties else logits).astype("float32")
    return ClassificationCase(y_true, logits, drawn_weights(rng, size, weighted), num_classes)


def usual_cases(num_classes):
    """The cases on which every metric is compared with its reference."""
    return [
        case(num_classes),
        case(num_classes, seed=1, rare=0.01, size=701),
        case(num_classes, seed=2, ties=True),
        case(num_classes, seed=3, scale=9.0),
        case(num_classes, seed=4, weighted=True),
        case(num_classes, seed=5, classes=[0]),
        case(num_classes, seed=6, classes=[num_classes - 1], size=5),
        case(num_classes, seed=7, classes=list(range(max(1, num_classes - 1)))),
        case(num_classes, seed=8, size=1),
    ]


class Classification(Family):
    inputs = "Classification"
    is_compiled_together = True

    def __init__(self, num_classes):
        self.num_classes = num_classes
        self.sizes = {"num_classes": num_classes}

    def usual_cases(self):
        return usual_cases(self.num_classes)

    def one(self, seed=11, size=257, weighted=False):
        return case(self.num_classes, seed=seed, size=size, weighted=weighted)

    def perfect(self, one):
        right = 60.0 * np.eye(self.num_classes, dtype="float32")[one.y_true]
        return right[:, 1] - right[:, 0] if self.num_classes == 2 else right

    def wrong(self, one):
        return -self.perfect(one)

    def unknown(self, labels):
        return [labels * 0 - 1, labels * 0 + self.num_classes]

    def same(self, one, weights):
        found = super().same(one, weights) | {
            "column of labels": (one.y_true[:, None], one.logits, weights),
            "labels as floats": (one.y_true.astype("float32"), one.logits, weights),
        }
        if self.num_classes == 2:
            found["column of logits"] = (one.y_true, one.logits[:, None], weights)
            # Halves are exact in float32, so that the margin is the same number.
            pair = np.stack([-one.logits / 2, one.logits / 2], -1)
            found["two logits"] = (one.y_true, pair, weights)
        return found

    def positions(self, one):
        shape = (len(one) // 4, 4)
        return one.y_true.reshape(shape), one.logits.reshape(*shape, -1)


FAMILIES = [Classification(2), Classification(5)]
