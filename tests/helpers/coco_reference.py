"""Drawn images with boxes, and pycocotools as the reference for their scores."""

import contextlib
import io

import numpy as np
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

NUM_CLASSES = 3

# What pycocotools calls its numbers, as settings of ours: (kind, settings).
NUMBERS = [
    ("precision", {}),
    ("precision", {"iou_threshold": 0.5}),
    ("precision", {"iou_threshold": 0.75}),
    ("precision", {"area": "small"}),
    ("precision", {"area": "medium"}),
    ("precision", {"area": "large"}),
    ("recall", {"max_detections": 1}),
    ("recall", {"max_detections": 10}),
    ("recall", {}),
    ("recall", {"area": "small"}),
    ("recall", {"area": "medium"}),
    ("recall", {"area": "large"}),
]


def images(seed, number=20, objects=6, noise=4.0, has_crowds=True, num_classes=NUM_CLASSES):
    """Returns true and drawn boxes `xywh` of images; all scores differ."""
    rng = np.random.default_rng(seed)
    y_true, y_pred = [], []
    for _ in range(number):
        count = rng.integers(0, objects + 1)
        sides = rng.choice([12.0, 30.0, 60.0, 140.0], (count, 1)) * rng.uniform(
            0.7, 1.4, (count, 2)
        )
        boxes = np.concatenate([rng.uniform(0, 250, (count, 2)), sides], axis=1)
        labels = rng.integers(0, num_classes, count)
        y_true.append({
            "boxes": boxes, "labels": labels, "areas": sides.prod(axis=1) * rng.uniform(0.6, 1, count),
            "is_crowd": (rng.random(count) < 0.15) & has_crowds,
        })  # fmt: skip
        again = rng.integers(0, 3, count)
        found = np.repeat(boxes, again, axis=0)
        found = found + rng.normal(scale=noise, size=found.shape) * [1, 1, 0.5, 0.5]
        found[:, 2:] = np.maximum(found[:, 2:], 1.0)
        guessed = np.concatenate([rng.uniform(0, 250, (3, 2)), rng.uniform(5, 90, (3, 2))], axis=1)
        drawn = np.concatenate([found, guessed])
        kinds = np.concatenate([np.repeat(labels, again), rng.integers(0, num_classes, 3)])
        y_pred.append({"boxes": drawn, "labels": kinds, "scores": rng.random(len(drawn))})
    return y_true, y_pred


def coco_numbers(y_true, y_pred, num_classes=NUM_CLASSES):
    """Returns the twelve numbers of pycocotools, NaN where it says -1."""
    annotations, results = [], []
    for image, (true, drawn) in enumerate(zip(y_true, y_pred, strict=True)):
        for k, box in enumerate(true["boxes"]):
            area = true["areas"][k] if "areas" in true else box[2] * box[3]
            crowd = int(true["is_crowd"][k]) if "is_crowd" in true else 0
            annotations.append({
                "id": len(annotations) + 1, "image_id": image, "bbox": [float(x) for x in box],
                "category_id": int(true["labels"][k]), "area": float(area), "iscrowd": crowd,
            })  # fmt: skip
        for box, label, score in zip(drawn["boxes"], drawn["labels"], drawn["scores"], strict=True):
            results.append({
                "image_id": image, "category_id": int(label), "bbox": [float(x) for x in box],
                "score": float(score),
            })  # fmt: skip
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {
            "info": {}, "annotations": annotations,
            "images": [{"id": image} for image in range(len(y_true))],
            "categories": [{"id": class_} for class_ in range(num_classes)],
        }  # fmt: skip
        truth.createIndex()
        if results:
            drawn = truth.loadRes(results)
        else:
            drawn = COCO()
            drawn.dataset = {**truth.dataset, "annotations": []}
            drawn.createIndex()
        evaluation = COCOeval(truth, drawn, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return np.where(evaluation.stats < 0, np.nan, evaluation.stats)


@st.composite
def crowded(draw):
    """Few images of few boxes on a coarse grid: equal overlaps, nested boxes, exact thresholds."""
    side = st.sampled_from([10.0, 20.0, 40.0, 100.0])
    corner = st.sampled_from([0.0, 5.0, 10.0, 20.0])
    box = st.tuples(corner, corner, side, side)
    y_true, y_pred = [], []
    used = iter(draw(st.permutations(range(1, 60))))
    for _ in range(draw(st.integers(1, 3))):
        true = draw(st.lists(st.tuples(box, st.integers(0, 1), st.booleans()), max_size=4))
        drawn = draw(st.lists(st.tuples(box, st.integers(0, 1)), max_size=6))
        y_true.append({"boxes": np.reshape([one[0] for one in true], (-1, 4)),
                       "labels": np.array([one[1] for one in true], int),
                       "is_crowd": np.array([one[2] for one in true], bool)})  # fmt: skip
        y_pred.append({"boxes": np.reshape([one[0] for one in drawn], (-1, 4)),
                       "labels": np.array([one[1] for one in drawn], int),
                       "scores": np.array([next(used) / 64 for _ in drawn])})  # fmt: skip
    return y_true, y_pred
