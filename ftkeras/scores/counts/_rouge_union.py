"""How many words of a summary lie on common subsequences with its reference, line by line."""

from collections import Counter
from collections.abc import Sequence


def union_hits(truth: Sequence[Sequence[str]], answer: Sequence[Sequence[str]]) -> int:
    """Returns the words of the true sentences that some sentence of the answer has in order.

    Each word counts as often as it occurs on both sides at most. Where several subsequences are
    longest, the one that is found from the end decides, as in the original program.

    Example:
        >>> union_hits([["a", "b", "c"]], [["a", "x"], ["y", "c"]])
        2
    """
    left_true = Counter(word for sentence in truth for word in sentence)
    left_answer = Counter(word for sentence in answer for word in sentence)
    hits = 0
    for sentence in truth:
        places = {place for other in answer for place in _on_subsequence(sentence, other)}
        for place in sorted(places):
            word = sentence[place]
            if left_true[word] > 0 and left_answer[word] > 0:
                hits += 1
                left_true[word] -= 1
                left_answer[word] -= 1
    return hits


def _on_subsequence(truth: Sequence[str], answer: Sequence[str]) -> list[int]:
    """Returns the places in the true sentence that a longest common subsequence takes."""
    lengths = [[0] * (len(answer) + 1)]
    for word in truth:
        row = [0]
        for column, other in enumerate(answer):
            is_same = word == other
            row.append(
                lengths[-1][column] + 1 if is_same else max(lengths[-1][column + 1], row[-1])
            )
        lengths.append(row)
    places, row_, column = [], len(truth), len(answer)
    while row_ and column:
        if truth[row_ - 1] == answer[column - 1]:
            row_, column = row_ - 1, column - 1
            places.append(row_)
        elif lengths[row_][column - 1] > lengths[row_ - 1][column]:
            column -= 1
        else:
            row_ -= 1
    return places
