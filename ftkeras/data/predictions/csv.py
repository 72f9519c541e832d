"""Predictions in a CSV or TSV file."""

import pyarrow as pa
import pyarrow.csv as pacsv

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
    separator: str | None = None,
) -> AnswerTable:
    r"""Reads a file of labels and answers that any program wrote.

    Without further arguments the answers are in `probability` or `logit` (two classes: of the
    positive one), in `probability_<class>` or `logit_<class>` (one column a class), or in `answer`
    (only the label that was answered, as a language model gives it). All other columns are kept to
    cut slices by. Without ids, examples are known by their row.

    Args:
        path: The file; its first row names the columns.
        label: The column of true labels.
        id: The column of example ids.
        probability: A column, the beginning of several, or a list of columns.
        logit: The same for log-odds (one column) or unnormalised log-probabilities (several).
        answer: The column of answered labels.
        classes: The class of each column of a list.
        split: The column that says `validation` or `test`; without it all is test.
        preview: The column that a person is shown, for example the text.
        separator: One character; `None` takes a tab for `.tsv` and a comma otherwise.

    Raises:
        UserError: The file cannot be read, lacks a column, or holds what is no answer; the message
            names the row.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> path = Path(tempfile.mkdtemp()) / "predictions.csv"
        >>> _ = path.write_text("id,label,probability,country\na,spam,0.9,NO\nb,wanted,0.2,PE\n")
        >>> table = build(str(path))
        >>> table.kind, table.values[:, 0].tolist(), table.columns["country"].tolist()
        ('probability', [0.9, 0.2], ['NO', 'PE'])
    """
    file = existing_file(path, "csv")
    separator = separator or ("\t" if file.suffix.lower() in (".tsv", ".tab") else ",")
    texts = (label, id, split, preview, answer or "answer")
    try:
        content = pacsv.read_csv(
            file,
            parse_options=pacsv.ParseOptions(delimiter=separator, newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types={name: pa.string() for name in texts},
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
        _ = content.column_names  # decodes them
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        raise UserError(
            f"Expected a table in UTF-8 with a header row. Received: path={path!r} "
            f"({str(error)[:200]}). Correct the path or the file."
        ) from None
    given = {"probability": probability, "logit": logit, "answer": answer}
    names = _columns.Names(label, id, split, preview, given, classes)
    # A person counts the header as row 1.
    return _columns.read(file, content, names, first_row=2)
