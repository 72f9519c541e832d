"""Data sets that TensorFlow Datasets has made ready."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ftkeras import catalog
from ftkeras.contracts.dataset import Dataset
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.sources import _answer_columns, _records
from ftkeras.errors import UserError

_LONGEST = 1_000_000


def build(  # noqa: PLR0913 - a call string names each of these by itself
    name: str,
    text: str | Sequence[str] = "",
    image: str = "",
    label: str = "label",
    split: str = "",
    data_dir: str = "",
    on_bad_row: str = "error",
    audio: str = "",
    sampling_rate: int | None = None,
    start: str | None = None,
) -> Dataset:
    """Reads a data set of TensorFlow Datasets, all of its splits or one.

    Labels of classes are their names. The column `part` holds the split an example is from, so that
    `--split="given(column='part')"` keeps the published test part. Images and sounds are kept in
    memory; samples that are integers of 64 bits are those of 16, as the library decodes them.

    Args:
        name: A name of the library, for example `imdb_reviews`, which is downloaded once; or a
            directory that holds one in its format.
        text: Name of the feature that holds the text, or of two.
        image: Name of the feature that holds the image.
        label: Name of the feature that holds the label.
        split: One split, also a slice such as `train[:10%]`; all of them by default.
        data_dir: Where the library keeps its data.
        on_bad_row: `"error"` refuses the data and names the examples; `"skip"` and `"quarantine"`
            leave them out.
        audio: Name of the feature that holds the sound; one of `text`, `image` and `audio` is the
            input.
        sampling_rate: Samples a second of sounds, where the data set does not say.
        start: For answers that stand in the second text: the feature of the character at which each
            begins; empty for `answer_start`, or what `label` says itself, as that of SQuAD does
            (`text=['question', 'context'], label='answers'`).

    Raises:
        UserError: The library is not installed, or has no such data set, split or feature.

    Example:
        >>> build("imdb_reviews", text="text")  # doctest: +SKIP
    """
    builder = _builder(name, data_dir)
    features = builder.info.features
    parts = [split] if split else list(builder.info.splits)
    if start is not None:
        return _of_answers(builder, name, parts, (text, label, start), on_bad_row)
    inputs = _records.check_names(name, sorted(features), text, image, label, audio)
    rate = getattr(features[audio], "sample_rate", None) if audio else None
    wanted = _records.wanted(inputs, image, audio, label, rate or sampling_rate)
    names = getattr(features[label], "names", None)

    def records() -> Iterator[tuple[str, dict[str, Any]]]:
        for part in parts:
            for number, example in enumerate(_examples(builder, name, part)):
                if names is not None:
                    number_of_class = int(example[label])
                    known = 0 <= number_of_class < len(names)  # -1 stands for "not published"
                    example[label] = names[number_of_class] if known else None
                yield f"{name}/{part}, example {number}", {**example, _records.PART: part}

    title = Path(name).name
    return _records.assemble(records(), wanted, title, on_bad_row)


def _of_answers(
    builder: Any,
    name: str,
    parts: Sequence[str],
    named: tuple[str | Sequence[str], str, str],
    on_bad_row: str,
) -> Dataset:
    """Questions and their contexts; answers are pieces of these."""
    texts, label, start = named
    question, context = _answer_columns.question_and_context(texts, label)
    features = builder.info.features
    needed = [question, context, label, *filter(None, [start])]
    _records.check_names(name, sorted(features), [question, context], "", label)
    if start:
        _records.check_names(name, sorted(features), start, "", label)
    plain = [known for known, feature in features.items() if getattr(feature, "shape", None) == ()]
    columns: dict[str, list[Any]] = {known: [] for known in dict.fromkeys([*plain, *needed])}
    part_of, places = [], []
    for part in parts:
        for number, example in enumerate(_examples(builder, name, part)):
            places.append(f"{name}/{part}, example {number}")
            part_of.append(part)
            for known, cells in columns.items():
                # What is no UTF-8 stays bytes, which are refused as no text.
                is_broken = known in (question, context) and _records.is_not_utf8(example[known])
                cells.append(example[known] if is_broken else _records.as_python(example[known]))
    bad = BadRows(on_bad_row, source=Path(name).name)
    columns |= {_records.PART: part_of}
    return _answer_columns.assemble(
        columns, places, (question, context, label, start), _LONGEST, bad
    )


def _builder(name: str, data_dir: str) -> Any:
    try:
        import tensorflow_datasets as tfds  # optional
    except ImportError as error:
        raise UserError(
            "Expected TensorFlow Datasets. Received: no such package "
            f"({error}). pip install ftkeras[tfds]"
        ) from error
    place = Path(os.path.expanduser(name))
    try:
        if place.is_dir():
            return tfds.builder_from_directory(str(place))
        builder = tfds.builder(name, data_dir=data_dir or None)
        builder.download_and_prepare()
    except Exception as error:  # the library and its downloads raise of all kinds
        raise UserError(
            f"Expected a data set of TensorFlow Datasets, or a directory with one. Received: "
            f"name={name!r} ({type(error).__name__}: {str(error)[:200]}). Check the name, and "
            "that there is a network for the first time."
        ) from error
    return builder


def _examples(builder: Any, name: str, part: str) -> Iterator[dict[str, Any]]:
    import tensorflow_datasets as tfds  # optional

    known = list(builder.info.splits)
    try:
        stored = builder.as_dataset(split=part, shuffle_files=False)
    except (ValueError, KeyError) as error:
        raise UserError(
            f"Expected a split of {name}: {', '.join(known)}. Received: split={part!r} "
            f"({str(error)[:80]}).{catalog.nearest(part, known)}"
        ) from None
    try:
        yield from (dict(example) for example in tfds.as_numpy(stored))
    except Exception as error:  # TensorFlow's own errors, and those of decoders
        raise UserError(
            f"Expected files that are whole. Received: {name}/{part} ({str(error)[:200]}). Make "
            "the data set ready anew."
        ) from error
