"""Several sources, one for each part that the user made: files of their own for train and test."""

import re
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ftkeras import call_string, catalog
from ftkeras.call_string import Call
from ftkeras.contracts.dataset import Dataset
from ftkeras.data.input_parts import numbered
from ftkeras.data.lazy_column import concatenated
from ftkeras.errors import UserError

_ROOM = "data/sources"
_NUMBER = re.compile(r"-\d+$")


def build(train: str, test: str, validation: str = "", on_bad_row: str = "error") -> Dataset:
    r"""Reads each part from a source of its own, and names it in the column `part`.

    With `--split="given(column='part')"` the parts stay as they are; what stands in two of them is
    found, and dropped from the earlier one (but for rows of tables, which may well be equal).
    Further columns are those that all parts have.

    Args:
        train: Call string of the source of the training part, for example
            `csv(path='train.csv', label='topic')`.
        test: That of the test part.
        validation: That of the validation part; empty leaves it to the split.
        on_bad_row: `"error"` refuses bad rows and names them; `"skip"` and `"quarantine"` leave
            them out. What a source says itself wins.

    Raises:
        UserError: A source cannot be read, or the parts do not fit together.

    Example:
        >>> import pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> for name in ("train", "test"):
        ...     _ = (folder / f"{name}.csv").write_text(f"text,label\nfor {name},yes\n")
        >>> dataset = build(f"csv(path='{folder}/train.csv')", f"csv(path='{folder}/test.csv')")
        >>> dataset.inputs.tolist(), dataset.columns["part"].tolist()
        (['for train', 'for test'], ['train', 'test'])
    """
    given = {"train": train, "validation": validation, "test": test}
    calls = {part: _call(part, text, on_bad_row) for part, text in given.items() if text}
    read = {part: catalog.build(_ROOM, call) for part, call in calls.items()}
    _expect_alike(read)
    datasets = list(read.values())
    ids = np.concatenate([dataset.ids for dataset in datasets])
    if datasets[0].modality == "tabular":  # equal rows of two parts are two examples
        ids = numbered([_NUMBER.sub("", id_) for id_ in ids.tolist()])
    shared = [name for name in datasets[0].columns if all(name in d.columns for d in datasets)]
    columns = {name: _joined([each.columns[name] for each in datasets]) for name in shared}
    return Dataset(
        modality=datasets[0].modality,
        ids=ids,
        inputs=_joined([dataset.inputs for dataset in datasets]),
        labels=_joined([dataset.labels for dataset in datasets]),
        locations=_joined([dataset.locations for dataset in datasets]),
        columns={
            **columns,
            "part": np.repeat(np.array(list(read), object), [len(dataset) for dataset in datasets]),
        },
        rejected=tuple(row for dataset in datasets for row in dataset.rejected),
        label_names=datasets[0].label_names,
    )


def _call(part: str, text: str, on_bad_row: str) -> Call:
    if not isinstance(text, str):
        raise UserError(f"Expected a call string for `{part}`. Received: {part}={text!r:.200}.")
    call = call_string.parse(text)
    if call.name == "parts":
        raise UserError(f"Expected a source that holds examples. Received: {part}={text[:200]!r}.")
    catalog.check(_ROOM, call)
    known = catalog.parameters(_ROOM, call.name)
    if "on_bad_row" in known and "on_bad_row" not in call.arguments:
        call = Call(call.name, {**call.arguments, "on_bad_row": on_bad_row})
    return call


def _expect_alike(read: dict[str, Dataset]) -> None:
    """Raises `UserError` if parts hold different kinds of inputs or of labels."""
    told = {
        part: f"{dataset.modality} with {_kind(dataset.labels)}" for part, dataset in read.items()
    }
    if len(set(told.values())) > 1 or len({each.label_names for each in read.values()}) > 1:
        listed = ", ".join(f"{part}: {what}" for part, what in told.items())
        raise UserError(
            f"Expected parts of the same kind of inputs and labels. Received: {listed}. Name the "
            "same columns in each."
        )


def _kind(labels: NDArray[Any]) -> str:
    if labels.dtype == object:
        return "lists of labels"
    return "labels that are texts" if labels.dtype.kind in "US" else "labels that are numbers"


def _joined(columns: Sequence[Any]) -> NDArray[Any]:
    """Columns one behind the other, left on disk where one of them is there."""
    if len({column.dtype.kind in "OUT" for column in columns}) > 1:  # numbers here, texts there
        columns = [np.asarray(column).astype(str).astype(object) for column in columns]
    return cast("NDArray[Any]", concatenated(columns))
