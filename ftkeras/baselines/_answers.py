"""Answers of baselines, in the form that predictions hold them in."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

# The full stop, exclamation and question mark of Chinese need no space behind them.
_SENTENCE = re.compile(r".+?(?:[.!?]+[\"')\]]*(?=\s|$)|[\u3002\uff01\uff1f]+|\n|$)", re.DOTALL)


def listed(found: Sequence[tuple[str, int]]) -> NDArray[Any]:
    """Returns `(examples,)` answers of a text and where it begins; empty for no answer.

    Example:
        >>> listed([("Ann", 3)]).tolist()
        [{'text': 'Ann', 'start': 3}]
    """
    answers = np.empty(len(found), object)
    answers[:] = [{"text": text, "start": int(start)} for text, start in found]
    return answers


def sentences(context: str) -> list[tuple[str, int]]:
    """Returns the sentences of a text, each with the character at which it begins.

    Example:
        >>> sentences("Ann ate 3.5 pears. Bob stayed!  ")
        [('Ann ate 3.5 pears.', 0), ('Bob stayed!', 19)]
    """
    found = []
    for match in _SENTENCE.finditer(context):
        text = match.group()
        if text.strip():
            found.append((text.strip(), match.start() + len(text) - len(text.lstrip())))
    return found
