"""The words that tell some texts from all others."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

# Words with their apostrophes; scripts that put no space between words, sign by sign.
_TOKEN = r"(?u)[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+(?:'\w+)?"  # noqa: S105
_FEWEST = 3
_CLEAR = 1.96
_PRIOR = 10.0


def typical_terms(texts: Sequence[str], inside: NDArray[np.bool_], most: int = 6) -> list[str]:
    """Returns the words that stand in these texts more often than in the others, clearest first.

    Each word's log odds of standing in a text here and elsewhere are shrunk towards those over all
    texts (a Dirichlet prior worth 10 words), and their difference is divided by its standard
    deviation; words below 1.96, or in fewer than 3 of these texts, are left out.

    Args:
        texts: All texts.
        inside: `(texts,)` which of them are asked about.
        most: How many words at most.

    Example:
        >>> texts = ["a dull film"] * 9 + ["a great film"] * 9
        >>> typical_terms(texts, np.arange(18) < 9)
        ['dull']

    References:
        Monroe, Colaresi and Quinn, 2008, Political Analysis 16, eqs. 15 to 22.
    """
    inside = np.asarray(inside)
    if not inside.any() or inside.all():
        return []
    try:
        reader = CountVectorizer(token_pattern=_TOKEN, binary=True)
        table: Any = reader.fit_transform([str(text) for text in texts])
    except ValueError:  # no word in any of them
        return []
    here, elsewhere = (
        np.asarray(table[rows].sum(axis=0), "float64").ravel() for rows in (inside, ~inside)
    )
    clear = _standardised(here, elsewhere)
    order = np.argsort(-clear, kind="stable")
    words = reader.get_feature_names_out()
    kept = [k for k in order if clear[k] >= _CLEAR and here[k] >= _FEWEST]
    return [str(words[k]) for k in kept[:most]]


def _standardised(here: NDArray[np.float64], elsewhere: NDArray[np.float64]) -> NDArray[np.float64]:
    prior = _PRIOR * (here + elsewhere) / (here + elsewhere).sum()
    logs = []
    for counts in (here, elsewhere):
        shrunk = counts + prior
        logs.append(np.log(shrunk / np.maximum(shrunk.sum() - shrunk, 1e-12)))
    spread = np.sqrt(1 / (here + prior) + 1 / (elsewhere + prior))
    return np.asarray((logs[0] - logs[1]) / spread)
