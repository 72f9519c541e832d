"""Long texts cut into windows that overlap, each of which a backbone can read with its question."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.placed_pair import PlacedPair

# So many tokens a window may be shorter, that it begins and ends between words.
_LOOSE = 16


@dataclass(frozen=True)
class Window:
    """A piece of a context, beside its question.

    Args:
        question: The question, cut where it is too long.
        context: The piece.
        begin: Where the piece begins in the whole context, in characters.
    """

    question: str
    context: str
    begin: int

    @property
    def end(self) -> int:
        """Where the piece ends in the whole context, in characters."""
        return self.begin + len(self.context)


def windows(
    pairs: Sequence[tuple[str, str]], preprocess: PlacedPair, stride: int, longest_question: int
) -> list[list[Window]]:
    """Returns the windows of each pair of a question and its context, at least one.

    A window holds as many tokens as there is room for beside the question, and the next one begins
    `stride` tokens later (half of them, where less fit). Windows begin and end between words where
    that costs few tokens: what a word's tokens are then does not depend on where it was cut.

    Args:
        pairs: `(question, context)`.
        preprocess: How the backbone reads pairs.
        stride: Tokens from the beginning of a window to that of the next.
        longest_question: Further tokens of a question are cut off.

    References:
        Devlin et al., 2019, NAACL: `run_squad.py` of its code, "sliding window approach".
    """
    questions = list(dict.fromkeys(question for question, _ in pairs))
    contexts = list(dict.fromkeys(context for _, context in pairs))
    of_question = dict(zip(questions, preprocess.offsets(questions), strict=True))
    of_context = dict(zip(contexts, preprocess.offsets(contexts), strict=True))

    @cache
    def pieces(context: str, room: int) -> list[tuple[int, int]]:
        return _pieces(context, of_context[context], preprocess, room, stride)

    found = []
    for question, context in pairs:
        kept = min(len(of_question[question]), longest_question, preprocess.room // 2)
        if kept < len(of_question[question]):
            question = question[: of_question[question][kept - 1, 1]]
        room = preprocess.room - kept
        found.append([Window(question, context[a:b], a) for a, b in pieces(context, room)])
    return found


def _pieces(
    context: str, places: NDArray[np.int64], preprocess: PlacedPair, room: int, stride: int
) -> list[tuple[int, int]]:
    """Returns where each window begins and ends, in characters."""
    count = len(places)
    if count <= room:
        return [(0, len(context))]
    step = min(stride, max(1, room // 2))
    found = []
    first = 0
    while True:
        last = min(first + room, count)
        if last < count:
            last = _between_words(places, last, first + step)
        begin = int(places[first, 0])
        last, end = _fitting(context, places, preprocess, room, first, last)
        found.append((begin, end))
        if last >= count:
            return found
        first = _between_words(places, min(first + step, last), first + 1)


def _fitting(
    context: str,
    places: NDArray[np.int64],
    preprocess: PlacedPair,
    room: int,
    first: int,
    last: int,
) -> tuple[int, int]:
    """Returns the last token of a window and where it ends: a piece may have tokens of its own."""
    begin = int(places[first, 0])
    while True:
        # What has no token at the very end, such as an accent, may be part of an answer.
        end = len(context) if last == len(places) else int(places[last - 1, 1])
        [tokens] = preprocess.offsets([context[begin:end]])
        if len(tokens) <= room or last == first + 1:
            return last, end
        last = max(first + 1, last - (len(tokens) - room))


def _between_words(places: NDArray[np.int64], at: int, least: int) -> int:
    """Returns the last token up to `at` that follows white space, if that is near."""
    for token in range(at, max(least, at - _LOOSE) - 1, -1):
        if places[token - 1, 1] < places[token, 0]:
            return token
    return at
