"""Which boxes are right, missed or wrong, and how the page shows them."""

from types import SimpleNamespace

import numpy as np
import pytest

from ftkeras.records.predictions import Predictions
from ftkeras.report import box_page, model_card
from ftkeras.report.answers import decode
from ftkeras.report.plots import box_precision_recall
from ftkeras.scores.inputs.detections import Detections
from ftkeras.workflows._boxes import best_f1
from tests.helpers.coco_reference import images


def answers_of(y_true, y_pred, previews=None):
    def corners(each):
        boxes = np.asarray(each["boxes"], "float64").reshape(-1, 4)
        ends = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
        kept = {key: np.asarray(each[key]).tolist() for key in ("labels", "scores", "is_crowd")
                if key in each}  # fmt: skip
        return {"boxes": ends.tolist(), **kept, "height": 300, "width": 400}

    rows = [np.empty(len(y_true), object) for _ in range(2)]
    rows[0][:] = [corners(each) for each in y_true]
    rows[1][:] = [corners(each) for each in y_pred]
    return decode(
        Predictions(
            ids=np.arange(len(y_true)).astype(str), labels=rows[0], answers=rows[1],
            logits=np.zeros((len(y_true), 0), "float32"), splits=np.full(len(y_true), "test"),
            task="object_detection", class_names=("a", "b", "c"), previews=previews,
        )
    )  # fmt: skip


@pytest.mark.parametrize("shown_from", [0.0, 0.3, 0.8])
def test_right_and_wrong_are_counted_as_coco_does(shown_from):
    """At one half, all sizes: what `scores` count, which is held to pycocotools."""
    y_true, y_pred = images(seed=4, number=12, noise=8.0)
    answers = answers_of(y_true, y_pred)
    found = {one.id: one for one in box_page.errors(answers, {"shown_from": shown_from})}
    for row, (true, said) in enumerate(zip(y_true, y_pred, strict=True)):
        kept = said["scores"] >= shown_from
        said = {key: value[kept] for key, value in said.items()}
        (matches,) = Detections(3, "xywh").units([true], [said], np).predictions
        outcomes = matches.outcomes[0, 0]
        missed = int(matches.positives[0].sum()) - int((outcomes == 1).sum())
        wrong = int((outcomes == -1).sum())
        if missed or wrong:
            assert (found[str(row)].missed, found[str(row)].wrong) == (missed, wrong)
        else:
            assert str(row) not in found


def test_pictures_with_most_mistakes_come_first():
    y_true, y_pred = images(seed=5)
    found = box_page.errors(answers_of(y_true, y_pred), None)
    mistakes = [one.missed + one.wrong for one in found]
    assert mistakes == sorted(mistakes, reverse=True)
    assert min(mistakes) > 0


def test_boxes_keep_their_place_and_score():
    true = [{"boxes": [[10, 20, 30, 40]], "labels": [1], "is_crowd": [False]}]
    said = [{"boxes": [[10, 20, 30, 30], [200, 200, 10, 10]], "labels": [1, 0],
             "scores": [0.9, 0.8]}]  # fmt: skip
    (one,) = box_page.errors(answers_of(true, said), {"shown_from": 0.5})
    assert (one.width, one.height, one.image) == (400, 300, "")
    told = {(box.kind, box.name, box.left, box.top, box.width, box.height, box.score)
            for box in one.boxes}  # fmt: skip
    assert told == {
        ("found", "b", 10, 20, 30, 40, None), ("right", "b", 10, 20, 30, 30, 0.9),
        ("wrong", "a", 200, 200, 10, 10, 0.8),
    }  # fmt: skip


def test_the_curve_ends_where_all_answers_are_counted():
    y_true, y_pred = images(seed=6, has_crowds=False)
    answers = answers_of(y_true, y_pred)
    matches = Detections(3, "xywh").units(y_true, y_pred, np).predictions
    for index in range(3):
        positives = sum(int(each.positives[0, index]) for each in matches)
        recall, precision = box_precision_recall._points(matches, index, positives)
        outcomes = np.concatenate([each.outcomes[0, 0][each.classes == index] for each in matches])
        assert recall[-1] == pytest.approx((outcomes == 1).sum() / positives)
        assert precision[-1] == pytest.approx((outcomes == 1).mean())
    svg = box_precision_recall.draw(answers)
    assert svg.startswith("<svg")
    nothing = [{"boxes": [], "labels": [], "is_crowd": []}]
    empty = [{"boxes": [], "labels": [], "scores": []}]
    assert box_precision_recall.draw(answers_of(nothing, empty)) == ""
    assert box_precision_recall.draw(answers_of(y_true[:3], empty * 3)).startswith("<svg")


def test_the_best_score_is_that_of_all_scores_tried():
    generator = np.random.default_rng(0)
    for _ in range(20):
        scores, right = generator.random(30).round(2), generator.random(30) < 0.5
        positives = int(right.sum()) + 4

        def f1(cut, scores=scores, right=right, positives=positives):
            shown = scores >= cut
            return 2 * (right & shown).sum() / (shown.sum() + positives)

        found = f1(best_f1(scores, right, positives))
        assert found >= max(map(f1, np.unique(scores))) - 1e-12
    assert best_f1(np.zeros(0), np.zeros(0, bool), 3) == 0.5
    assert best_f1(np.array([0.2]), np.array([False]), 3) == 0.5


@pytest.mark.parametrize(
    ("task", "pipeline"),
    [("object_detection", "object-detection"), ("semantic_segmentation", "image-segmentation"),
     ("multiclass", "image-classification")],
)  # fmt: skip
def test_a_card_says_what_a_hub_calls_the_task(task, pipeline):
    record = SimpleNamespace(task={"name": task}, data={"modality": "image"}, measurements={})
    assert model_card._pipeline(record) == pipeline
    assert pipeline in model_card._index(record, "run")
