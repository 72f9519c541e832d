"""Drawing parts so that the draw depends on seed and content alone, and rounding them fairly.

Examples are put in the order of a digest of (seed, id). Unlike a shuffle of row numbers this does
not move when the file is sorted anew, nor between versions of Python, NumPy or scikit-learn.
"""

import hashlib
import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog, seeds
from ftkeras.call_string import Call
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.ids import has_repeats
from ftkeras.contracts.split import PARTS, Split
from ftkeras.data.iterative_stratification import iterative_stratification
from ftkeras.data.label_kind import label_kind, label_sets
from ftkeras.data.quantile_bins import quantile_bins
from ftkeras.errors import UserError

# Shares such as 0.7 are no exact binary fractions: 0.7 * 10 must still count as 7.
_TOLERANCE = 1e-9
_AT_ONCE = 65_536


def check_shares(train: float, validation: float, test: float) -> None:
    """Raises `UserError` unless the three shares are above 0 and sum to 1."""
    shares = (train, validation, test)
    if not all(isinstance(share, int | float) and 0 < share < 1 for share in shares) or (
        abs(math.fsum(shares) - 1) > 1e-6
    ):
        raise UserError(
            "Expected three shares between 0 and 1 that sum to 1. Received: "
            f"train={train!r}, validation={validation!r}, test={test!r}."
        )


def check_distinct(dataset: Dataset) -> None:
    """Raises `UserError` when two examples have the same id: they could land in two parts."""
    if not has_repeats(dataset.ids):
        return
    values, counts = np.unique(dataset.ids, return_counts=True)
    repeated = values[np.argmax(counts > 1)]
    rows = dataset.locations[dataset.ids == repeated][:2]
    raise UserError(
        f"Expected every example once. Received: {len(dataset) - len(values)} repeated, for "
        f"example {rows[0]} and {rows[1]}. Remove repeats before the split "
        "(ftkeras.data.deduplicate does)."
    )


def column(dataset: Dataset, name: str, rule: str) -> list[str]:
    """Returns a column's values as texts, or raises `UserError` with the nearest column."""
    known = list(dataset.columns)
    if name not in known:
        raise UserError(
            f"Expected `column` of split={rule} to be a column of the data: "
            f"{', '.join(known) or 'there is none'}. Received: column={name!r}."
            f"{catalog.nearest(name, known)}"
        )
    return [str(value).strip() for value in dataset.columns[name].tolist()]


def drawn_order(dataset: Dataset, seed: int) -> NDArray[np.int64]:
    """Returns the rows in the order of their digests."""
    return np.argsort(digests(dataset, seed), kind="stable")


def digests(dataset: Dataset, seed: int) -> NDArray[np.bytes_]:
    """Returns `(examples,)` SHA-256 over the child seed `"split"` and each example's id."""
    prefix = f"{seeds.child(seed, 'split')}/".encode()
    keys = (hashlib.sha256(prefix + identity.encode()).digest() for identity in _each(dataset.ids))
    return np.fromiter(keys, "S32", count=len(dataset))


def _each(ids: NDArray[np.str_]) -> Iterator[str]:
    """Yields ids as texts of Python, never all of them at once."""
    for first in range(0, len(ids), _AT_ONCE):
        yield from ids[first : first + _AT_ONCE].tolist()


def split_of(
    dataset: Dataset, rows: dict[str, NDArray[np.int64]], name: str, rule: object, seed: int
) -> Split:
    """Returns the split that puts the given rows in each part.

    Args:
        dataset: The examples.
        rows: Part -> its rows.
        name: The rule's file in `data/splits/`.
        rule: The rule, a dataclass; its fields are written down with the split.
        seed: The seed of the run.

    Raises:
        UserError: A part is empty.
    """
    counts = {part: len(rows[part]) for part in PARTS}
    if not all(counts.values()):
        told = ", ".join(f"{count} {part}" for part, count in counts.items())
        raise UserError(
            f"Expected examples in every part. Received: {told}, of {len(dataset)} examples by "
            f"split={name}. Add examples, or change the rule."
        )
    parts = {part: dataset.ids[rows[part]] for part in PARTS}
    return Split(**parts, rule=str(Call(name, dict(vars(rule)))), seed=seed)


def allocate(counts: NDArray[np.int64], shares: tuple[float, float, float]) -> NDArray[np.int64]:
    """Rounds `counts x shares` to whole examples, every cell down or up by less than one.

    Within a class the examples left over by rounding down go first to parts that would have none
    of it, then to the part that lags most behind its share over all classes so far.

    Args:
        counts: `(classes,)` examples of each class.
        shares: Share of each part; they sum to 1.

    Returns:
        `(classes, parts)` whole numbers; rows sum to `counts`.
    """
    exact = counts[:, None] * np.array(shares)
    cells = np.floor(exact + _TOLERANCE).astype("int64")
    lag = np.zeros(len(shares))
    for row, left in enumerate(counts - cells.sum(axis=1)):
        fraction = exact[row] - cells[row]
        lag += fraction
        order = np.lexsort((-lag, cells[row] > 0, fraction <= _TOLERANCE))
        cells[row, order[:left]] += 1
        lag[order[:left]] -= 1
    return cells


def parts_of_classes(
    classes: NDArray[np.int64], order: NDArray[np.int64], cells: NDArray[np.int64]
) -> dict[str, NDArray[np.int64]]:
    """Cuts each class, in the drawn order, into its cells.

    Args:
        classes: `(examples,)` class of each row.
        order: The rows as they were drawn.
        cells: `(classes, parts)` from `allocate`.

    Returns:
        Part -> its rows, as they were drawn.
    """
    by_class = order[np.argsort(classes[order], kind="stable")]
    part_of = np.empty(len(classes), "int64")
    part_of[by_class] = np.repeat(np.tile(np.arange(len(PARTS)), len(cells)), cells.ravel())
    return {name: order[part_of[order] == part] for part, name in enumerate(PARTS)}


def hold_out(
    labels: NDArray[np.generic], share: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns which rows are kept and which are held out, class by class, cut at a share.

    The first rows of a class are kept, so they must be in drawn order. Shares are rounded as
    `allocate` does; the only example of a class is kept, for learning it. Numbers are held out bin
    by bin, examples with several labels by iterative stratification.

    Args:
        labels: `(examples,)` labels in drawn order.
        share: Share to hold out.
    """
    places, kind = np.arange(len(labels)), label_kind(labels)
    if kind == "sets":
        part_of = iterative_stratification(label_sets(labels), places, (1 - share, share))
        return np.flatnonzero(part_of == 0), np.flatnonzero(part_of == 1)
    if kind == "numbers":
        labels = quantile_bins(labels, places, min(share, 1 - share))
    _, classes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    cells = allocate(counts, (1 - share, share, 0.0))
    cells[counts == 1] = (1, 0, 0)
    rows = parts_of_classes(classes, np.arange(len(labels)), cells)
    return rows["train"], rows["validation"]


def assign_groups(
    groups: NDArray[np.int64], labels: NDArray[np.generic], shares: Sequence[float]
) -> NDArray[np.int64]:
    """Returns `(examples,)` the part of each example, no group being in two.

    Groups take their turns in the order of their first rows; each goes to the part that lacks its
    classes most, a rare class counting as much as a frequent one. Numbers count by their bin, sets
    of labels label by label.

    Args:
        groups: `(examples,)` number of each example's group, in drawn order.
        labels: `(examples,)` labels.
        shares: Share of each part.
    """
    distinct, first, members = np.unique(groups, return_index=True, return_inverse=True)
    rows, classes = _classes_of_rows(labels, min(shares))
    tallies = np.zeros((len(distinct), classes.max() + 1))
    np.add.at(tallies, (members[rows], classes), 1)
    totals = tallies.sum(axis=0)
    lacking = np.array(shares)[:, None] * totals
    part_of_group = np.empty(len(distinct), "int64")
    for group in np.argsort(first):
        part = int(((lacking / totals) @ tallies[group]).argmax())
        part_of_group[group] = part
        lacking[part] -= tallies[group]
    return part_of_group[members]


def _classes_of_rows(
    labels: NDArray[np.generic], smallest_share: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns rows and what each counts as; a row of several labels is there once for each."""
    every = np.arange(len(labels))
    kind = label_kind(labels)
    if kind == "numbers":
        return every, quantile_bins(labels, every, smallest_share)
    if kind == "classes":
        return every, np.unique(labels, return_inverse=True)[1]
    sets = [names or [""] for names in label_sets(labels)]  # none at all counts as a label, too
    rows = np.repeat(every, [len(names) for names in sets])
    flat = np.array([str(name) for names in sets for name in names])
    return rows, np.unique(flat, return_inverse=True)[1]


def single_classes(labels: NDArray[np.generic], smallest_share: float) -> NDArray[np.int64]:
    """Returns `(examples,)` one class for each row: its bin, or the rarest of its labels.

    Args:
        labels: `(examples,)` labels in drawn order.
        smallest_share: Share of the smallest part.
    """
    rows, classes = _classes_of_rows(labels, smallest_share)
    if len(rows) == len(labels):
        return classes
    rarest_first = np.lexsort((np.bincount(classes)[classes], rows))
    _, first = np.unique(rows[rarest_first], return_index=True)
    return classes[rarest_first[first]]


def groups_of(dataset: Dataset, name: str, rule: str, fewest: int) -> NDArray[np.int64]:
    """Returns `(examples,)` the number of each example's group.

    Args:
        dataset: The examples.
        name: The column that names the group.
        rule: Name of the rule that asks, for messages.
        fewest: Fewer groups are refused.

    Raises:
        UserError: There is no such column, a group is missing, or there are too few.
    """
    names = column(dataset, name, rule)
    missing = [row for row, value in enumerate(names) if value in ("", "nan")]
    if missing:
        told = ", ".join(dataset.locations[missing[:5]].tolist())
        raise UserError(
            f"Expected a group in `{name}` for every example. Received: {len(missing)} without "
            f"one: {told}. Fill them in, each with a name of its own where the example belongs to "
            "no group."
        )
    distinct, groups = np.unique(names, return_inverse=True)
    if len(distinct) < fewest:
        raise UserError(
            f"Expected at least {fewest} groups in `{name}`. "
            f"Received: {', '.join(distinct)}. Take another column."
        )
    return groups
