"""Which entities a sequence of tags says there are."""

from collections.abc import Callable, Sequence

from ftkeras.errors import UserError

Span = tuple[str, int, int]
"""Type, first token, one past the last."""

PREFIXES = {"conll": "OBIES", "iob2": "OBI", "ioe2": "OIE", "iobes": "OBIES", "bilou": "OBILU"}


def spans(tags: Sequence[str], scheme: str) -> set[Span]:
    """Returns the entities of one sentence.

    Args:
        tags: One tag a token: a prefix, and for all but `O` a dash and a type.
        scheme: `"conll"` reads leniently what any scheme may mean; the others drop what is
            malformed by their rules.

    Example:
        >>> sorted(spans(["I-PER", "I-PER", "O", "B-LOC"], "conll"))
        [('LOC', 3, 4), ('PER', 0, 2)]
        >>> sorted(spans(["I-PER", "I-PER", "O", "B-LOC"], "iob2"))
        [('LOC', 3, 4)]
    """
    for tag in tags:
        if not tag or tag[0] not in PREFIXES[scheme]:
            raise UserError(
                f"Expected tags of scheme {scheme!r}, which begin with one of "
                f"{', '.join(PREFIXES[scheme])}. Received: tag={tag!r}. Set `scheme` to one of "
                f"{', '.join(PREFIXES)}, or rename the tags."
            )
    if scheme == "conll":
        return _lenient([(tag[0], tag[1:].split("-", 1)[-1] or "_") for tag in tags])
    pieces = [(tag[0], tag[1:].strip("-") or "_") for tag in tags]
    return _strict(pieces, *_RULES[scheme])


def _lenient(pieces: list[tuple[str, str]]) -> set[Span]:
    """An entity ends where its type does, and begins wherever one could."""
    found: set[Span] = set()
    start, before, before_type = 0, "O", "_"
    for index, (prefix, type_) in enumerate([*pieces, ("O", "_")]):
        is_other = before_type != type_
        ends = before in "ES" or (before in "BI" and prefix in "BSO")
        if before != "O" and (ends or is_other):
            found.add((before_type, start, index))
        starts = prefix in "BS" or (before in "OES" and prefix in "IE")
        if prefix != "O" and (starts or is_other):
            start = index
        before, before_type = prefix, type_
    return found


def _strict(
    pieces: list[tuple[str, str]], starts: str, continues: Callable[[str, str], bool], ends: str
) -> set[Span]:
    """An entity is a longest run that begins, goes on and ends as the scheme says."""
    found: set[Span] = set()
    index = 0
    while index < len(pieces):
        start, (prefix, type_) = index, pieces[index]
        index += 1
        if prefix not in starts:
            continue
        while (
            index < len(pieces)
            and pieces[index][1] == type_
            and continues(pieces[index - 1][0], pieces[index][0])
        ):
            index += 1
        if pieces[index - 1][0] in ends:
            found.add((type_, start, index))
    return found


_RULES: dict[str, tuple[str, Callable[[str, str], bool], str]] = {
    "iob2": ("B", lambda before, now: before in "BI" and now == "I", "BI"),
    "ioe2": ("IE", lambda before, now: before == "I" and now in "IE", "E"),
    "iobes": ("BS", lambda before, now: before in "BI" and now in "IE", "ES"),
    "bilou": ("BU", lambda before, now: before in "BI" and now in "IL", "LU"),
}
