"""Predictions in a Parquet file."""

import pyarrow as pa
import pyarrow.parquet as pq

from ftkeras.contracts.answer_table import AnswerTable
from ftkeras.data.existing_file import existing_file
from ftkeras.data.predictions import _columns
from ftkeras.errors import UserError


def build(  # noqa: PLR0913 - the columns of a file, each with its usual name
    path: str,
    label: str = "label",
    id: str = "id",
    probability: str | list[str] | None = None,
    logit: str | list[str] | None = None,
    answer: str | None = None,
    classes: list[str] | None = None,
    split: str = "split",
    preview: str = "text",
) -> AnswerTable:
    """Reads a Parquet file of labels and answers; see `csv` for what the columns are.

    Args:
        path: The file. Rows are numbered from 0.
        label: The column of true labels.
        id: The column of example ids.
        probability: A column, the beginning of several, or a list of columns.
        logit: The same for log-odds (one column) or unnormalised log-probabilities (several).
        answer: The column of answered labels.
        classes: The class of each column of a list.
        split: The column that says `validation` or `test`; without it all is test.
        preview: The column that a person is shown.

    Raises:
        UserError: The file cannot be read, lacks a column, or holds what is no answer.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> path = Path(tempfile.mkdtemp()) / "predictions.parquet"
        >>> pq.write_table(pa.table({"label": [0, 1], "logit": [-2.0, 3.5]}), path)
        >>> build(str(path)).ids.tolist()
        ['row 0', 'row 1']
    """
    file = existing_file(path, "parquet")
    try:
        content = pq.ParquetFile(file).read()
        _ = content.column_names  # decodes them
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        raise UserError(
            f"Expected a Parquet file. Received: path={path!r} ({str(error)[:200]}). "
            "Correct the path or the file."
        ) from None
    given = {"probability": probability, "logit": logit, "answer": answer}
    names = _columns.Names(label, id, split, preview, given, classes)
    return _columns.read(file, content, names, first_row=0)
