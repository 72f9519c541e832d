"""Every part that people can name is called something in every language."""

import re

import pytest

from ftkeras import catalog
from ftkeras.report import language, wording

# What Chinese papers write in Latin letters.
KEPT = {"Platt", "BLEU", "ROUGE-L", "ROUGE-Lsum", "ROUGE-N", "chrF", "BM25", "kNN"}
KINDS = ("scores", "baselines", "tasks", "thresholds", "calibration", "data/checks")


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_of_a_folder_has_a_chinese_name(kind):
    with language.using("zh"):
        names = {name: wording.plain_name(name) for name in catalog.names(kind)}
    english = {
        name: said
        for name, said in names.items()
        if said not in KEPT and not re.search(r"[\u4e00-\u9fff]", said)
    }
    assert english == {}, "name them in report/_names.py and translate them"


def test_every_reason_for_an_undefined_score_is_translated():
    left = set()
    for name in catalog.names("scores"):
        reason = getattr(catalog.find("scores", name), "undefined", "")
        with language.using("zh"):
            if isinstance(reason, str) and reason and language.gettext(reason) == reason:
                left.add(reason)
    assert left == set()
