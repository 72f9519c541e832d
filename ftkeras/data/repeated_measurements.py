"""Numbers that were measured again for the same input: no contradiction, but their mean."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.data import repeats
from ftkeras.data.checks import _wording
from ftkeras.message import joined, message


def averaged(
    dataset: Dataset, found: repeats.Repeats, part_column: str | None = None
) -> tuple[Dataset, list[Finding]]:
    """Returns the examples with the mean of what was measured for each content.

    Two ratings of one text, or two readings of one sample, differ because measuring has an error,
    not because one of them is wrong. Of a content one example is kept, as everywhere, so that no
    part can hold what another one holds; its label is the mean of its copies, which has less
    error than any of them. Where the user made the parts, only copies in the part of the one that
    is kept are averaged: what stands in train never changes what test asks for.

    How far copies lie apart is the error of measuring ("pure error"), `s^2 = sum (y - mean)^2 / (n
    - contents)`. No model can come closer to a single measurement than that.

    Args:
        dataset: Examples whose labels are numbers, or tuples of them.
        found: Their repeats.
        part_column: A column that names the part of each example, if the user made the split.

    Example:
        >>> from ftkeras.data.from_arrays import from_arrays
        >>> ratings = from_arrays(["So so", "so so", "Good"], [1.0, 2.0, 4.0])
        >>> better, findings = averaged(ratings, repeats.find(ratings))
        >>> better.labels.tolist(), findings[0].count
        ([1.5, 1.5, 4.0], 2)

    References:
        Draper and Smith, 1998, Applied regression analysis, section 2.1 (pure error).
    """
    rows = np.flatnonzero(found.conflicting)
    if not len(rows):
        return dataset, []
    values = np.array(dataset.labels.tolist(), "float64").reshape(len(dataset), -1)
    used = rows
    if part_column is not None:
        parts = repeats.named_parts(dataset, part_column)
        used = rows[parts[rows] == parts[found.kept[found.group[rows]]]]
    contents, place = np.unique(found.group[used], return_inverse=True)
    counts = np.bincount(place)
    sums = np.zeros((len(contents), values.shape[1]))
    np.add.at(sums, place, values[used])
    means = sums / counts[:, None]
    changed = values.copy()
    changed[used] = means[place]
    freedom = len(used) - len(contents)
    spread = ((values[used] - means[place]) ** 2).sum(axis=0) / max(freedom, 1)
    finding = _finding(dataset, rows, found, np.sqrt(spread) if freedom else None)
    return replace(dataset, labels=_as_labels(changed, dataset.labels)), [finding]


def _as_labels(values: NDArray[np.float64], like: NDArray[Any]) -> NDArray[Any]:
    if like.dtype != object:
        return values[:, 0] if like.ndim == 1 else values
    labels = np.empty(len(values), object)
    labels[:] = [tuple(row) if isinstance(like[0], tuple) else row[0] for row in values.tolist()]
    return labels


def _finding(
    dataset: Dataset,
    rows: NDArray[np.int64],
    found: repeats.Repeats,
    spread: NDArray[np.float64] | None,
) -> Finding:
    contents = np.flatnonzero(found.disputed)
    told = [
        joined(
            (_wording.place(str(dataset.locations[row])) for row in group[:4]),
            ", ",
        )
        for content in contents[: _wording.SHOWN]
        for group in [rows[found.group[rows] == content]]
    ]
    names: dict[str, Any] = {
        "examples": _wording.examples(len(rows)),
        "contents": len(contents),
        "places": _wording.places(told, len(contents)),
    }
    if spread is None:
        words = message(
            "{examples} whose content ({contents:,} in all) was measured again, with other "
            "numbers: {places}.",
            **names,
        )
    else:
        words = message(
            "{examples} whose content ({contents:,} in all) was measured again, with other "
            "numbers: {places}. Copies lie {spread} apart (standard deviation), the error of "
            "measuring: no model comes closer to a single one.",
            spread=joined((f"{value:.3g}" for value in spread.tolist()), ", "),
            **names,
        )
    return _wording.finding(
        dataset,
        rows,
        check="repeated_measurements",
        severity="warning",
        message=words,
        action=message("One of each is kept, before the split, with the mean of its numbers."),
    )
