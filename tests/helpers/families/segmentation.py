"""Images whose pixels have a class each."""

from dataclasses import dataclass

import numpy as np

from tests.helpers.families._family import Case, Family, drawn_weights

HEIGHT, WIDTH = 3, 4


@dataclass(frozen=True)
class SegmentationCase(Case):
    """Images with what a reference implementation wants to know about their pixels."""

    @property
    def pixels(self):
        """(true classes, predicted classes, weights) of all pixels that weigh anything."""
        true, predicted = self.y_true.ravel(), self.predictions.argmax(-1).ravel()
        if self.weights is None:
            return true, predicted, None
        weights = np.repeat(self.weights, true.size // len(self.weights))
        return true[weights > 0], predicted[weights > 0], weights[weights > 0]


def case(num_classes, size=60, seed=0, ties=False, weighted=False, classes=None, skill=1.5):
    """Makes a case: `classes` are those that may be true."""
    rng = np.random.default_rng(seed)
    classes = np.arange(num_classes) if classes is None else np.asarray(classes)
    y_true = rng.choice(classes, (size, HEIGHT, WIDTH))
    logits = rng.normal(size=(*y_true.shape, num_classes)) + skill * np.eye(num_classes)[y_true]
    logits = (np.round(logits) if ties else logits).astype("float32")
    return SegmentationCase(y_true, logits, drawn_weights(rng, size, weighted))


class Segmentation(Family):
    inputs = "Segmentation"
    is_compiled_together = True

    def __init__(self, num_classes):
        self.num_classes = num_classes
        self.sizes = {"num_classes": num_classes}

    def usual_cases(self):
        return [
            case(self.num_classes),
            case(self.num_classes, seed=1, ties=True),
            case(self.num_classes, seed=2, weighted=True),
            case(self.num_classes, seed=3, classes=[0]),
            case(self.num_classes, seed=4, classes=[self.num_classes - 1], skill=20),
            case(self.num_classes, seed=5, size=1),
        ]

    def one(self, seed=11, size=60, weighted=False):
        return case(self.num_classes, seed=seed, size=size, weighted=weighted)

    def perfect(self, one):
        return 60 * np.eye(self.num_classes, dtype="float32")[one.y_true]

    def wrong(self, one):
        return -self.perfect(one)

    def unknown(self, labels):
        first = np.arange(labels.size).reshape(labels.shape) == 0
        return [np.where(first, -1, labels), np.where(first, self.num_classes, labels)]

    def spoiled(self, predictions, bad):
        spoiled = predictions.copy()
        spoiled[1, 1, 0] = bad
        return spoiled

    def same(self, one, weights):
        rows = (
            one.y_true.reshape(len(one), -1),
            one.predictions.reshape(len(one), -1, self.num_classes),
        )
        return super().same(one, weights) | {
            "channel of labels": (one.y_true[..., None], one.predictions, weights),
            "rows of pixels": (*rows, weights),
            "small integers": (one.y_true.astype("uint8"), one.predictions, weights),
        }


FAMILIES = [Segmentation(3)]
