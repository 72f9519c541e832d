from made_datasets import texts

from ftkeras.data.checks.conflicting_labels import ConflictingLabels


def test_every_copy_with_its_label_is_named():
    dataset = texts(["Fine", "fine", "fine ", "ok", "ok."], ["+", "-", "+", "+", "-"])
    (finding,) = ConflictingLabels()(dataset)
    assert finding.count == 3
    assert finding.ids == tuple(dataset.ids[:3])
    assert "row 2 is +, made.csv, row 3 is -, made.csv, row 4 is +" in finding.message
