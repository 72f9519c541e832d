"""Edit distance and longest common subsequence, a whole column of the table in one integer."""

from collections.abc import Hashable, Sequence


def edit_distance(first: Sequence[Hashable], second: Sequence[Hashable]) -> int:
    """Returns the smallest number of substitutions, insertions and deletions between the two.

    Bit k of `plus` (`minus`) says that the table grows (falls) by 1 from row k to row k + 1 of the
    present column; the sum in `diagonal` carries a match through a run of such rows.

    Example:
        >>> edit_distance("kitten", "sitting")
        3

    References:
        Myers, 1999, J. ACM 46(3), in the form of Hyyrö, 2003, Nordic J. Computing 10(1).
    """
    if not first:
        return len(second)
    places, all_rows = _places(first), (1 << len(first)) - 1
    last, distance, plus, minus = 1 << (len(first) - 1), len(first), all_rows, 0
    for item in second:
        match = places.get(item, 0) | minus
        diagonal = (((match & plus) + plus) ^ plus | match) & all_rows
        right_plus = minus | (all_rows & ~(plus | diagonal))
        right_minus = plus & diagonal
        distance += bool(right_plus & last) - bool(right_minus & last)
        right_plus = right_plus << 1 | 1
        minus = right_plus & diagonal & all_rows
        plus = (right_minus << 1 | ~(right_plus | diagonal)) & all_rows
    return distance


def common_subsequence(first: Sequence[Hashable], second: Sequence[Hashable]) -> int:
    """Returns the length of the longest common subsequence of the two.

    Example:
        >>> common_subsequence("the cat sat".split(), "the dog sat".split())
        2

    References:
        Hyyrö, 2004, Bit-parallel LCS-length computation revisited, AWOCA.
    """
    places, all_rows = _places(first), (1 << len(first)) - 1
    rows = all_rows
    for item in second:
        match = rows & places.get(item, 0)
        rows = ((rows + match) | (rows - match)) & all_rows
    return len(first) - rows.bit_count()


def _places(items: Sequence[Hashable]) -> dict[Hashable, int]:
    places: dict[Hashable, int] = {}
    for index, item in enumerate(items):
        places[item] = places.get(item, 0) | 1 << index
    return places
