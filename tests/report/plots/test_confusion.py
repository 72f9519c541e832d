import dataclasses

import numpy as np
from sklearn.metrics import confusion_matrix

from ftkeras.report.plots import confusion
from tests.report import drawing


def test_every_count_stands_in_its_cell(multiclass):
    counts = confusion_matrix(multiclass.labels, multiclass.predicted)
    words = drawing.words(confusion.draw(multiclass))
    numbers = [int(word) for word in words if word.isdigit()]
    # ten column names, ten row names, then the cells that are not empty, row by row
    assert numbers[20:] == counts[counts > 0].tolist()


def test_few_classes_show_shares_of_the_row_as_well(binary):
    counts = confusion_matrix(binary.labels, binary.predicted)
    words = drawing.words(confusion.draw(binary))
    for row in counts:
        for value in row:
            assert f"{100 * value / row.sum():.1f}%" in words


def test_the_description_names_the_most_common_mistake(binary):
    counts = confusion_matrix(binary.labels, binary.predicted)
    assert counts[0, 1] > counts[1, 0] > 0
    assert drawing.description(confusion.draw(binary)) == (
        f"{counts.trace()} of {counts.sum()} are right. The most common mistake: {counts[0, 1]} of "
        "true class malignant predicted as benign."
    )


def test_a_class_that_never_occurs_is_a_row_of_its_own(multiclass):
    more = dataclasses.replace(multiclass, class_names=(*multiclass.class_names, "eleventh"))
    assert "eleventh" in drawing.words(confusion.draw(more))


def test_too_many_classes_are_not_drawn(multiclass):
    many = dataclasses.replace(multiclass, class_names=tuple(map(str, np.arange(41))))
    assert confusion.draw(many) == ""
