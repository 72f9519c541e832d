from ftkeras.report.plots import _canvas, learning_curve
from tests.report import drawing

FIRST = {"loss": [0.9, 0.5, 0.4], "val_loss": [0.8, 0.6, 0.7]}
SECOND = {"loss": [0.3], "val_loss": [0.5]}


def phases(*histories, best=(2, 1)):
    return [
        {"history": history, "best_epoch": epoch}
        for history, epoch in zip(histories, best, strict=False)
    ]


def test_phases_stand_side_by_side_with_their_best_epochs():
    svg = learning_curve.draw("loss", phases(FIRST, SECOND))
    assert drawing.description(svg) == (
        "phase 1: best epoch 2, validation 0.600; phase 2: best epoch 1, validation 0.500."
    )
    words = drawing.words(svg)
    assert words.count("phase 1") == words.count("phase 2") == 1
    assert words.count("training") == words.count("validation") == 1


def test_one_phase_has_no_heading():
    assert "phase 1" not in drawing.words(learning_curve.draw("loss", phases(FIRST)))


def test_the_validation_line_follows_the_history():
    line = max(drawing.lines(learning_curve.draw("loss", phases(FIRST)), _canvas.MODEL), key=len)
    drawn = drawing.to_unit(line)
    assert drawn.round(3).tolist() == [[0, 1], [0.5, 0], [1, 0.5]]


def test_a_phase_that_never_improved_marks_nothing():
    svg = learning_curve.draw("loss", phases(FIRST, best=(0,)))
    assert drawing.description(svg) == "No epoch is marked as the best."
    assert "best epoch" not in drawing.words(svg)


def test_a_value_that_is_not_a_number_leaves_a_gap():
    broken = {"loss": [0.9, None], "val_loss": [0.8, None]}
    assert learning_curve.draw("loss", phases(broken, best=(1,)))
