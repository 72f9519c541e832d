"""A word that alone tells the label."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import Split
from ftkeras.data.checks import _wording
from ftkeras.data.input_parts import texts_of
from ftkeras.errors import UserError
from ftkeras.message import message

_WORD = r"(?u)\w+|[^\w\s]"
_FEWEST = 20

LARGEST = 100_000
"""Of more examples a sample is looked at; see `run_checks`."""


@dataclass(frozen=True)
class GiveawayWords:
    """Finds words and signs that stand in almost all texts of a class and in almost no others.

    So it looks when the label was left in the text (`[spam] …`), or when the classes come from
    different files with different headers. A model then learns the mark and not the matter. The
    measure is balanced accuracy: half the share of the class's texts that have the word, plus
    half the share of the others that have not. Classes of fewer than 20 texts are left out. Of
    several labels each is looked at by itself; numbers are not.

    Args:
        threshold: Balanced accuracy from which a word counts as giving the label away.

    Example:
        >>> from ftkeras.data.from_arrays import from_arrays
        >>> texts = [f"ham: note {i}" if i % 2 else f"spam: note {i}" for i in range(60)]
        >>> dataset = from_arrays(texts, ["ham" if i % 2 else "spam" for i in range(60)])
        >>> GiveawayWords()(dataset)[0].message
        "'ham' tells ham from the rest in 100.0% of the cases; 'spam' tells spam from the ..."
    """

    threshold: float = 0.95

    def __post_init__(self) -> None:
        if not 0.5 < self.threshold <= 1:
            raise UserError(
                f"Expected `threshold` in (0.5, 1]. Received: threshold={self.threshold!r}."
            )

    def __call__(self, dataset: Dataset, split: Split | None = None) -> list[Finding]:
        """Returns at most one warning; the split makes no difference."""
        texts = texts_of(dataset)
        if texts is None or dataset.label_kind not in ("classes", "labels"):
            return []
        vectorizer = CountVectorizer(token_pattern=_WORD, binary=True, dtype=np.int32)
        present = vectorizer.fit_transform(texts.inputs)
        in_all = np.asarray(present.sum(axis=0)).ravel()
        words = vectorizer.get_feature_names_out()
        told = []
        for name, rows in _classes(dataset).items():
            count = int(rows.sum())
            others = len(dataset) - count
            if count < _FEWEST or not others:
                continue
            in_class = np.asarray(present[rows].sum(axis=0)).ravel()
            accuracy = (in_class / count + 1 - (in_all - in_class) / others) / 2
            best = int(accuracy.argmax())
            if accuracy[best] >= self.threshold:
                told.append(
                    message(
                        "{word!r} tells {name} from the rest in {share:.1%} of the cases",
                        word=str(words[best]),
                        name=name,
                        share=accuracy[best],
                    )
                )
        if not told:
            return []
        found = message("{words}.", words=_wording.places(told, len(told)))
        action = message(
            "Take the mark out of the texts, unless it will be there when the model is used."
        )
        return [Finding("giveaway_words", "warning", found, action, len(dataset))]


def _classes(dataset: Dataset) -> dict[str, NDArray[np.bool_]]:
    """Returns class or label -> which examples have it."""
    if dataset.label_kind == "labels":
        names = sorted({name for each in dataset.labels for name in each})
        return {name: np.array([name in each for each in dataset.labels]) for name in names}
    return {str(name): dataset.labels == name for name in np.unique(dataset.labels)}
