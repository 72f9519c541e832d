"""What scores of texts, tags and boxes cost on the host: ours, and the packages they equal.

Run `python -m experiments.benchmarks.host_scores`; needs `pip install ftkeras[test]`. Contenders of
a row run in turn, round after round; printed are the median of CPU seconds of each, the median
ratio of paired rounds with its quartiles (above 1 ours is cheaper), and by how much values differ.
"""

import argparse
import contextlib
import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import sacrebleu
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from rouge_score.rouge_scorer import RougeScorer
from seqeval.metrics import f1_score

from ftkeras.scores.bleu import Bleu
from ftkeras.scores.character_error_rate import CharacterErrorRate
from ftkeras.scores.chrf import Chrf
from ftkeras.scores.coco_average_precision import CocoAveragePrecision
from ftkeras.scores.coco_average_recall import CocoAverageRecall
from ftkeras.scores.entity_f1_score import EntityF1Score
from ftkeras.scores.rouge_l import RougeL
from ftkeras.scores.rouge_n import RougeN
from ftkeras.scores.word_error_rate import WordErrorRate
from ftkeras.statistics.intervals import measure

RESULTS = Path(__file__).parent / "results" / "host_scores.json"
SENTENCES, IMAGES, CLASSES = 2000, 500, 80
Pair = tuple[Callable[[], Any], Callable[[], Any]]


def texts(rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Returns sentences of 10 to 40 words, and the same with three words of ten replaced."""
    words = np.array([f"w{number}" for number in rng.integers(0, 999, 3000)])
    true = [" ".join(rng.choice(words, rng.integers(10, 40))) for _ in range(SENTENCES)]
    drawn = [
        " ".join(rng.choice(words) if rng.random() < 0.3 else word for word in text.split())
        for text in true
    ]
    return true, drawn


def tags(rng: np.random.Generator) -> tuple[list[list[str]], list[list[str]]]:
    """Returns tags of sentences of 25 words, and the same with a fifth replaced."""
    kinds = ["O", "O", "B-PER", "I-PER", "B-LOC"]
    true = rng.choice(kinds, (SENTENCES, 25))
    drawn = np.where(rng.random(true.shape) < 0.2, rng.choice(["O", "B-PER"], true.shape), true)
    return true.tolist(), drawn.tolist()


def boxes(rng: np.random.Generator) -> tuple[list[dict], list[dict]]:
    """Returns up to 14 objects of 80 classes an image, and 100 detections an image."""
    true, drawn = [], []
    for _ in range(IMAGES):
        count = rng.integers(1, 15)
        own = np.c_[rng.uniform(0, 250, (count, 2)), rng.uniform(9, 150, (count, 2))]
        labels = rng.integers(0, CLASSES, count)
        again = rng.integers(0, 3, count)
        found = np.repeat(own, again, axis=0)
        found = found + rng.normal(scale=4, size=found.shape) * [1, 1, 0.5, 0.5]
        rest = 100 - len(found)
        alarms = np.c_[rng.uniform(0, 250, (rest, 2)), rng.uniform(5, 90, (rest, 2))]
        true.append({"boxes": own, "labels": labels})
        drawn.append(
            {
                "boxes": np.concatenate([np.maximum(found, 1), alarms]),
                "labels": np.r_[np.repeat(labels, again), rng.integers(0, CLASSES, rest)],
                "scores": np.r_[rng.random(len(found)), rng.random(rest) * 0.3],
            }
        )
    return true, drawn


def coco_by_pycocotools(true: list[dict], drawn: list[dict]) -> np.ndarray:
    """Returns the twelve numbers, with the conversion that pycocotools asks for."""
    annotations = [
        {"id": 0, "image_id": image, "category_id": int(label), "bbox": box.tolist(),
         "area": float(box[2] * box[3]), "iscrowd": 0}
        for image, one in enumerate(true)
        for box, label in zip(one["boxes"], one["labels"], strict=True)
    ]  # fmt: skip
    for number, annotation in enumerate(annotations, 1):
        annotation["id"] = number
    results = [
        {"image_id": image, "category_id": int(label), "bbox": box.tolist(), "score": float(score)}
        for image, one in enumerate(drawn)
        for box, label, score in zip(one["boxes"], one["labels"], one["scores"], strict=True)
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {
            "info": {}, "annotations": annotations,
            "images": [{"id": image} for image in range(len(true))],
            "categories": [{"id": class_} for class_ in range(CLASSES)],
        }  # fmt: skip
        truth.createIndex()
        evaluation = COCOeval(truth, truth.loadRes(results), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation.stats


def coco_by_counts(true: list[dict], drawn: list[dict]) -> np.ndarray:
    """Returns the twelve numbers from one matching."""
    precisions = [{}, {"iou_threshold": 0.5}, {"iou_threshold": 0.75}]
    sizes = [{"area": area} for area in ("small", "medium", "large")]
    recalls = [{"max_detections": most} for most in (1, 10, 100)]
    scores = [CocoAveragePrecision(CLASSES, box_format="xywh", **one) for one in precisions + sizes]
    scores += [CocoAverageRecall(CLASSES, box_format="xywh", **one) for one in recalls + sizes]
    units = scores[0].inputs.units(true, drawn, np)
    return np.array(
        [score.formula(score.counts.fitted(units).tally(units), np) for score in scores]
    )


def pairs(rng: np.random.Generator) -> dict[str, Pair]:
    """Returns name -> (ours, theirs)."""
    true, drawn = texts(rng)
    true_tags, drawn_tags = tags(rng)
    true_boxes, drawn_boxes = boxes(rng)
    rouge = {kind: RougeScorer([kind]) for kind in ("rouge1", "rougeL")}

    def by_rouge_score(kind: str) -> float:
        both = zip(true, drawn, strict=True)
        return float(np.mean([rouge[kind].score(*pair)[kind].fmeasure for pair in both]))

    return {
        "BLEU": (
            lambda: Bleu()(true, drawn),
            lambda: sacrebleu.BLEU().corpus_score(drawn, [true]).score,
        ),
        "chrF": (
            lambda: Chrf()(true, drawn),
            lambda: sacrebleu.CHRF().corpus_score(drawn, [true]).score,
        ),
        "ROUGE-1": (lambda: RougeN()(true, drawn), lambda: by_rouge_score("rouge1")),
        "ROUGE-L": (lambda: RougeL()(true, drawn), lambda: by_rouge_score("rougeL")),
        "WER": (lambda: WordErrorRate()(true, drawn), lambda: jiwer.wer(true, drawn)),
        "CER": (lambda: CharacterErrorRate()(true, drawn), lambda: jiwer.cer(true, drawn)),
        "entity F1": (
            lambda: EntityF1Score()(true_tags, drawn_tags),
            lambda: f1_score(true_tags, drawn_tags),
        ),
        "COCO, 12 numbers": (
            lambda: coco_by_counts(true_boxes, drawn_boxes),
            lambda: coco_by_pycocotools(true_boxes, drawn_boxes),
        ),
    }


def seconds(call: Callable[[], Any]) -> tuple[float, Any]:
    """Returns CPU seconds of a call, and what it returned."""
    start = time.process_time()
    value = call()
    return time.process_time() - start, value


def main() -> None:
    """Runs all rows, prints them and writes them down."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    rng = np.random.default_rng(0)
    found = {}
    for name, (ours, theirs) in pairs(rng).items():
        runs = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
        own, other = (np.array([run[side][0] for run in runs]) for side in (0, 1))
        quartiles = np.quantile(other / own, [0.25, 0.5, 0.75])
        differs = float(np.max(np.abs(np.subtract(runs[0][0][1], runs[0][1][1]))))
        found[name] = {
            "ours": float(np.median(own)),
            "theirs": float(np.median(other)),
            "ratio": quartiles.tolist(),
            "differs": differs,
        }
        low, middle, high = quartiles
        print(
            f"{name:18s} {np.median(own):6.2f} s  {np.median(other):6.2f} s  ratio {middle:5.2f} "
            f"({low:.2f} to {high:.2f})  differ by {differs:.0e}"
        )
    true, drawn = boxes(rng)
    score = CocoAveragePrecision(CLASSES, box_format="xywh")
    sides = score.inputs.array(true), score.inputs.array(drawn)
    cost, (interval,) = seconds(lambda: measure([score], *sides))
    found["interval of AP"] = {"ours": cost}
    print(f"AP {interval.value:.4f} ({interval.low:.4f} to {interval.high:.4f}) in {cost:.1f} s")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
