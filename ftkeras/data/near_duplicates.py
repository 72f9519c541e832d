"""Examples that are nearly the same, and keeping them out of two parts."""

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.split import PARTS, Split
from ftkeras.data import repeats
from ftkeras.data.input_parts import parts_of, texts_of
from ftkeras.data.similar_images import similar_images
from ftkeras.data.similar_texts import similar_texts

SIMILARITY = 0.8
DISTANCE = 32


def near_pairs(
    dataset: Dataset, similarity: float = SIMILARITY, distance: int = DISTANCE
) -> NDArray[np.int64]:
    """Returns `(pairs, 2)` rows of examples that are nearly the same, the smaller row first.

    Sounds and rows of tables are not compared: no pairs are found among them. Two texts in one
    example are compared as one; inputs of several parts are nearly the same where their texts and
    their images are.

    Args:
        dataset: The examples.
        similarity: For texts: share of their five-character shingles that two have in common, at
            least. At 0.8 two texts of 100 characters differ in one or two words.
        distance: For images: bits of 256 in which their perceptual hashes differ, at most.
    """
    texts, images = texts_of(dataset), parts_of(dataset).get("image")
    found = []
    if texts is not None:
        found.append(similar_texts(texts.inputs, similarity))
    if images is not None:
        found.append(similar_images(images.inputs, distance))
    if len(found) == 2:
        both = set(map(tuple, found[0].tolist())) & set(map(tuple, found[1].tolist()))
        return np.array(sorted(both), np.int64).reshape(-1, 2)
    return found[0] if found else np.empty((0, 2), np.int64)


def drop_near_leaks(
    dataset: Dataset, split: Split, pairs: NDArray[np.int64]
) -> tuple[Split, dict[str, int]]:
    """Drops from train what is nearly in validation or test, and from validation what is in test.

    Args:
        dataset: The examples.
        split: Their parts.
        pairs: What `near_pairs` found.

    Returns:
        The smaller split, and how many examples each part lost.

    Example:
        >>> from ftkeras.data.from_arrays import from_arrays
        >>> dataset = from_arrays(["Good morning all", "So so", "GOOD morning, all!"], [1, 0, 1])
        >>> split = Split(*(dataset.ids[row : row + 1] for row in (0, 1, 2)), rule="", seed=0)
        >>> drop_near_leaks(dataset, split, near_pairs(dataset))[1]
        {'train': 1, 'validation': 0}
    """
    part_of = repeats.part_of_rows(dataset, split)
    rank = np.array([PARTS.index(part) if part else -1 for part in part_of.tolist()])
    first, second = pairs[:, 0], pairs[:, 1]
    crossing = (rank[first] != rank[second]) & (rank[first] >= 0) & (rank[second] >= 0)
    lower = np.where(rank[first] < rank[second], first, second)[crossing]
    dropped = set(dataset.ids[lower].tolist())

    def kept(part: str) -> NDArray[np.str_]:
        ids = split.ids(part)  # of the type they are: ids of tables on disk have their own
        return ids[np.array([id_ not in dropped for id_ in ids.tolist()], bool)]

    smaller = Split(kept("train"), kept("validation"), split.test, split.rule, split.seed)
    lost = {part: len(split.ids(part)) - len(smaller.ids(part)) for part in PARTS[:2]}
    return smaller, lost
