"""Texts, images, numbers and their labels in the columns of a CSV or TSV file."""

from ftkeras.contracts.dataset import Dataset
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.existing_file import existing_file
from ftkeras.data.sources import _delimited, _input_columns, _text_table


def build(  # noqa: PLR0913 - a call string names each of these by itself
    path: str,
    text: str | None = None,
    label: str | list[str] = "label",
    separator: str | None = None,
    encoding: str = "utf-8",
    quoted: bool = True,
    max_characters: int = 1_000_000,
    on_bad_row: str = "error",
    second_text: str | None = None,
    image: str | None = None,
    numbers: str | list[str] | None = None,
    categories: str | list[str] | None = None,
    root: str | None = None,
    start: str | None = None,
) -> Dataset:
    r"""Reads a table with a header row; the columns beside text and label become slice columns.

    Rows are numbered as a spreadsheet numbers them: the header is row 1. Blank lines are skipped.
    White space around a label does not count. A label is missing when it is empty or `nan`; every
    other word (`none`, `NA`) is a class.

    Args:
        path: The file.
        text: The column that holds the texts; `None` takes `text`, unless an image, numbers or
            categories are the input.
        label: The column that holds the labels; a list of columns for several numbers to predict.
        separator: One character between cells. `None` takes the one that splits the header into
            the wanted columns: a comma, tab, semicolon or vertical bar.
        encoding: How characters are stored; a byte-order mark of UTF-8 is skipped.
        quoted: Whether `"` encloses cells that hold separators or line breaks. `False` takes it
            as an ordinary character, as many TSV files do.
        max_characters: Longer texts are bad rows: mostly a quotation mark that is never closed.
        on_bad_row: `"error"` refuses the file and names the rows; `"skip"` and
            `"quarantine"` leave them out.
        second_text: The column of the second text, for pairs: an input is then both.
        image: The column of paths of images, relative to `root`.
        numbers: Columns of numbers, joined by commas or in a list; empty cells are missing values.
        categories: Columns of categories; they are slice columns, too.
        root: The folder of the images; by default that of the table.
        start: For answers that stand in the second text: the column of the character at which each
            begins; empty for `answer_start`, or the first occurrence where that is missing.

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
    file = existing_file(path, "csv")
    bad = BadRows(on_bad_row, source=file.name)
    inputs = _input_columns.chosen(text, second_text, image, numbers, categories, root)
    inputs = _input_columns.with_answers(inputs, label, start)
    wanted = {**inputs.wanted, **_text_table.wanted_labels(label)}
    cells, locations = _delimited.read(file, wanted, separator, encoding, quoted, bad)
    return _input_columns.assemble(
        cells, locations, inputs, label, max_characters, file.parent, bad
    )
