"""Rows of documents that were found for queries, as one example a query."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.data import table
from ftkeras.data.content_digest import content_digest
from ftkeras.errors import UserError

SUFFIX = "_list"


def query_lists(dataset: Dataset, query: str | None = None) -> Dataset:
    """Returns the dataset with one example a query: the list of its documents.

    An example's input is the tuple of the inputs of its rows, its label the tuple of their labels,
    in the order of the rows; its id does not depend on that order. A row that repeats another one
    of its list, label and all, is left out. Columns with one value a query are kept.

    Args:
        dataset: One document a row; pairs of texts are query and document.
        query: The column that says which query a row belongs to; `None` takes the first text of
            each pair.

    Raises:
        UserError: There is no such column or no query, or a document stands in a list twice, with
            different labels.

    Example:
        >>> from ftkeras.data.from_arrays import from_arrays
        >>> rows = [("red?", "a rose"), ("blue?", "the sea"), ("red?", "the sky")]
        >>> lists = query_lists(from_arrays(rows, [2, 1, 0]))
        >>> lists.inputs.tolist()[0], lists.labels.tolist()
        ((('red?', 'a rose'), ('red?', 'the sky')), [(2, 0), (1,)])
    """
    keys = _queries(dataset, query)
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(group, kind="stable")
    cuts = np.cumsum(np.bincount(group))[:-1]
    # In the order in which queries first appear, as a person finds them in the file.
    lists = [np.split(order, cuts)[index] for index in np.argsort(first)]
    lists = [_distinct(dataset, rows) for rows in lists]
    kept = [name for name, values in dataset.columns.items() if _is_one_a_list(values, lists)]
    heads = np.array([rows[0] for rows in lists])
    return replace(
        dataset,
        modality=dataset.modality + SUFFIX,
        ids=np.array([_id(dataset, rows) for rows in lists], np.str_),
        inputs=table.object_array([tuple(dataset.inputs[row] for row in rows) for rows in lists]),
        labels=table.object_array([tuple(dataset.labels[rows].tolist()) for rows in lists]),
        locations=table.object_array([_location(dataset, rows) for rows in lists]),
        columns={name: dataset.columns[name][heads] for name in kept},
    )


def _queries(dataset: Dataset, query: str | None) -> NDArray[Any]:
    if query is not None:
        if query not in dataset.columns:
            raise UserError(
                "Expected `query` to be one of the columns: "
                f"{', '.join(dataset.columns) or 'there are none'}. Received: query={query!r}."
            )
        return np.array([str(value) for value in dataset.columns[query]])
    if dataset.modality != "text_pair":
        raise UserError(
            "Expected a column that says which query a row belongs to, or pairs of a query and a "
            f"document. Received: query=None, with inputs that are {dataset.modality}. Name it: "
            "--task=\"ranking(query='...')\", or name the second text of the data source."
        )
    return np.array([first for first, _ in dataset.inputs])


def _distinct(dataset: Dataset, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    seen: dict[str, int] = {}
    for row in rows.tolist():
        earlier = seen.setdefault(str(dataset.ids[row]), row)
        if dataset.labels[earlier] != dataset.labels[row]:
            raise UserError(
                "Expected one relevance for each document of a query. Received: "
                f"{dataset.labels[earlier]} ({dataset.locations[earlier]}) and "
                f"{dataset.labels[row]} ({dataset.locations[row]}) for the same one. Keep one."
            )
    return np.array(list(seen.values()), np.int64)


def _is_one_a_list(values: NDArray[Any], lists: list[NDArray[np.int64]]) -> bool:
    return all(len({str(value) for value in values[rows]}) == 1 for rows in lists)


def _id(dataset: Dataset, rows: NDArray[np.int64]) -> str:
    items = sorted(str(dataset.ids[row]) for row in rows)
    return content_digest(dataset.modality + SUFFIX, json.dumps(items))


def _location(dataset: Dataset, rows: NDArray[np.int64]) -> str:
    more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    return f"{dataset.locations[rows[0]]}{more}"
