"""Made-up inputs with their labels in CSV files."""

import csv

import numpy as np
from PIL import Image

from tests.helpers import tiny_image_file
from tests.helpers.made_rows import pairs, table_rows
from tests.helpers.tiny_backbone import sentences


def write_columns(path, columns):
    """Writes columns by name; returns the path as text."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return str(path)


def several_inputs(directory, count):
    """Writes pairs of texts, a table, pictures, and all of one thing, with two classes each.

    Returns the files by name, and as `image` a network that reads the pictures.
    """
    (first, second), same = zip(*pairs(count)[0], strict=True), pairs(count)[1]
    rows, rich = table_rows(count)
    texts, good = sentences(count, seed=5)
    red = np.random.default_rng(0).integers(0, 256, (count, 8, 8, 3), "uint8")
    red[good == 1, :, :, 0] //= 3
    files = [f"{i}.png" for i in range(count)]
    for name, pixels in zip(files, red, strict=True):
        Image.fromarray(pixels).save(directory / name)
    numbers = {name: [row[name] for row in rows] for name in ("age", "income", "city")}
    numbers["age"] = ["" if np.isnan(age) else age for age in numbers["age"]]
    tables = {
        "pairs": {"a": first, "b": second, "label": same},
        "table": {**numbers, "label": rich},
        "pictures": {"file": files, "label": good},
        "both": {"text": texts, "file": files, **numbers, "label": good},
    }
    written = {
        name: write_columns(directory / f"{name}.csv", columns) for name, columns in tables.items()
    }
    return {**written, "image": f"keras://{tiny_image_file.write(directory / 'image.keras')}"}


def tagged_and_rated(path, count, seed=1):
    """Writes texts, the tags and the two numbers that their words tell, and who wrote them."""
    texts, labels = sentences(count, seed)
    rng = np.random.default_rng(seed)
    tags = ["|".join([("bad", "good")[label], *(["cafe"] if "cafe" in text else [])])
            for text, label in zip(texts, labels, strict=True)]  # fmt: skip
    rating = 1000 + 20 * labels + rng.normal(size=count)
    depth = rng.normal(size=count) - 2.0 * labels
    return write_columns(path, {
        "text": texts, "tags": tags, "rating": rating.round(4), "depth": depth.round(4),
        "author": rng.integers(0, 12, count),
    })  # fmt: skip


def ranked_documents(path, queries, seed=0, longest=9):
    """Writes two or more documents a query; good ones are relevant, and some are more so.

    Returns the call of the source that reads them.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for query in range(queries):
        count = int(rng.integers(2, longest + 1))
        texts, good = sentences(count, seed=1000 * seed + query)
        for text, mood in zip(texts, good, strict=True):
            grade = int(mood) * (2 if rng.random() < 0.3 else 1)
            rows.append((f"which is good, {seed} {query}?", text, grade, f"q{query}"))
    rng.shuffle(rows)  # documents of a query need not stand together
    names = ("query", "document", "relevance", "id")
    written = write_columns(path, dict(zip(names, zip(*rows, strict=True), strict=True)))
    return f"csv(path={written!r}, text='query', second_text='document', label='relevance')"
