"""Texts and labels in the columns of a CSV or TSV file."""

from ftkeras.contracts.dataset import Dataset
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.sources import _delimited, _text_table


def build(
    path: str,
    text: str = "text",
    label: str | list[str] = "label",
    separator: str | None = None,
    encoding: str = "utf-8",
    quoted: bool = True,
    max_characters: int = 1_000_000,
    on_bad_row: str = "error",
) -> Dataset:
    r"""Reads a table with a header row; the columns beside text and label become slice columns.

    Rows are numbered as a spreadsheet numbers them: the header is row 1. Blank lines are skipped.
    White space around a label does not count. A label is missing when it is empty or `nan`; every
    other word (`none`, `NA`) is a class.

    Args:
        path: The file.
        text: The column that holds the texts.
        label: The column that holds the labels; a list of columns for several numbers to predict.
        separator: One character between cells. `None` takes the one that splits the header into
            the wanted columns: a comma, tab, semicolon or vertical bar.
        encoding: How characters are stored; a byte-order mark of UTF-8 is skipped.
        quoted: Whether `"` encloses cells that hold separators or line breaks. `False` takes it
            as an ordinary character, as many TSV files do.
        max_characters: Longer texts are bad rows: mostly a quotation mark that is never closed.
        on_bad_row: `"error"` refuses the file and names the rows; `"skip"` and
            `"quarantine"` leave them out.

    Raises:
        UserError: The file is missing, empty, not in this encoding, or lacks a column; or a row
            has too few or too many cells, an empty text, or no label.

    Example:
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "reviews.csv"
        >>> _ = path.write_text("text,label,stars\nGreat fun,good,5\nA bore,bad,1\n")
        >>> dataset = build(str(path))
        >>> list(dataset.inputs), dataset.labels.tolist(), dataset.columns["stars"].tolist()
        (['Great fun', 'A bore'], ['good', 'bad'], [5, 1])
    """
    file = _text_table.existing_file(path, "csv")
    bad = BadRows(on_bad_row)
    wanted = {"text": text, **_text_table.wanted_labels(label)}
    cells, locations = _delimited.read(file, wanted, separator, encoding, quoted, bad)
    return _text_table.assemble(cells, locations, text, label, max_characters, bad)
