"""A tag for each word: named entities, parts of speech."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from ftkeras.contracts.task import Labels, Locations, class_name
from ftkeras.errors import UserError
from ftkeras.tasks import _wrong_labels

HEAD = "token_level"
"""The head of a run that names none: one that answers for each word."""

SCHEMES = ("conll", "iob2", "ioe2", "iobes", "bilou", "plain")
OUTSIDE = "O"
_NO_WORD, _UNKNOWN = -1, -2


@dataclass(frozen=True)
class TokenClassification:
    """Gives every word of a text one tag.

    Inputs are texts in words, as `conll` and `words=` of other sources give them; a text is one
    example, and the unit that is split, counted and resampled. The first token of a word answers
    for it. Words that the backbone never sees (behind its sequence length) are answered with the
    first tag, which is `O`: an entity there counts as missed.

    Args:
        scheme: How tags make entities: `"conll"` makes one of whatever could be one (IOB1, IOB2 and
            all others); `"iob2"`, `"ioe2"`, `"iobes"` and `"bilou"` drop what breaks their rules;
            `"plain"` makes none: each tag stands for itself, as in parts of speech.

    Raises:
        UserError: An unknown scheme.

    Example:
        >>> task = TokenClassification()
        >>> rows = np.empty(2, object)
        >>> rows[:] = [("B-PER", "I-PER", "O"), ("O",)]
        >>> vocabulary = task.fit_labels(rows)
        >>> vocabulary.class_names
        ('O', 'B-PER', 'I-PER')
        >>> task.encode(rows, vocabulary).tolist()
        [[1, 2, 0], [0, -1, -1]]
    """

    scheme: str = "conll"

    name = "token_classification"
    kind = "tags"
    loss = "SparseCategoricalCrossentropy(from_logits=True)"  # training takes tag_cross_entropy
    metrics: tuple[str, ...] = ("token_accuracy",)

    def __post_init__(self) -> None:
        if self.scheme not in SCHEMES:
            raise UserError(
                f"Expected `scheme` to be one of {', '.join(SCHEMES)}. Received: "
                f"scheme={self.scheme!r}."
            )

    @property
    def scores(self) -> tuple[str, ...]:
        """Scores of a report, headline first: those of entities, where tags make any."""
        if self.scheme == "plain":
            return ("tag_accuracy",)
        told = f"(scheme='{self.scheme}')" if self.scheme != "conll" else ""
        names = ("entity_f1_score", "entity_precision", "entity_recall")
        return (*(f"{name}{told}" for name in names), "tag_accuracy")

    @property
    def monitor(self) -> str:
        """The headline chooses the best epoch."""
        return self.scores[0]

    def read(self, labels: NDArray[Any], locations: Locations = None) -> NDArray[Any]:
        """Returns `(texts,)` tuples of tags, one a word; see `contracts.task`.

        Raises:
            UserError: A label is no list of tags, or a tag is none of the scheme.
        """
        rows = np.empty(len(labels), object)
        wrong: list[tuple[int, str]] = []
        for row, label in enumerate(labels):
            if not isinstance(label, tuple | list) or not len(label):
                wrong.append((row, str(label)))
                continue
            rows[row] = tuple(map(class_name, label))
            odd = next((tag for tag in rows[row] if not self._is_tag(tag)), None)
            if odd is not None:
                wrong.append((row, odd))
        if wrong:
            shown = _wrong_labels.named([(row, tag[:40]) for row, tag in wrong], locations)
            raise UserError(
                f"Expected a tag for each word for task={self.name}, such as "
                f"{_EXAMPLES[self.scheme]} (scheme={self.scheme!r}). Received: {shown}. Read "
                "words and tags with --data=conll(…) or words='…', or name another scheme; "
                "scheme='plain' takes any tags."
            )
        return rows

    def _is_tag(self, tag: str) -> bool:
        if self.scheme == "plain":
            return bool(tag)
        return tag == OUTSIDE or (tag[:1] in _PREFIXES[self.scheme] and tag[1:2] == "-")

    def fit_labels(self, labels: NDArray[Any]) -> Labels:
        """Returns the tags: `O` first, then by type; of plain tags the most frequent one first.

        A type that is there in some forms is there in all that the data use: `B-LOC` alone in the
        training part makes a place for `I-LOC`, if other types have such tags.

        Raises:
            UserError: There is one tag only.
        """
        counts = Counter(tag for row in self.read(labels) for tag in row)
        if len(counts) < 2:
            raise UserError(
                "Expected at least two different tags in the training part. Received: "
                f"{', '.join(counts) or 'no examples'}. Check which column holds the tags."
            )
        if self.scheme == "plain":
            first = min(counts, key=lambda tag: (-counts[tag], tag))
            return Labels((first, *sorted(counts.keys() - {first})))
        entities = counts.keys() - {OUTSIDE}
        prefixes = sorted({tag[0] for tag in entities})
        types = sorted({tag[2:] for tag in entities})
        return Labels((OUTSIDE, *(f"{prefix}-{name}" for name in types for prefix in prefixes)))

    def encode(self, labels: NDArray[Any], vocabulary: Labels) -> NDArray[np.int64]:
        """Returns `(texts, longest)` indices of tags: -1 for no word, -2 for an unknown tag."""
        rows = self.read(labels)
        index = {name: number for number, name in enumerate(vocabulary.class_names)}
        encoded = np.full((len(rows), max(map(len, rows), default=0)), _NO_WORD, np.int64)
        for row, tags in enumerate(rows):
            encoded[row, : len(tags)] = [index.get(tag, _UNKNOWN) for tag in tags]
        return encoded

    def num_outputs(self, num_classes: int) -> int:
        """Returns the number of tags, the logits of each word."""
        return num_classes

    def probabilities(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """Returns `(texts, longest, tags)` float64: softmax over the tags of each word."""
        return np.exp(log_softmax(np.asarray(logits, "float64"), axis=-1))

    def predict_label(self, logits: NDArray[Any]) -> NDArray[np.int64]:
        """Returns `(texts, longest)` the most probable tag of each word, the first of equals.

        The tag of words without an answer, whose logits are 0, is the first.
        """
        return np.asarray(logits).argmax(axis=-1)

    def named(self, tags: NDArray[np.integer], class_names: Sequence[str]) -> NDArray[np.object_]:
        """Returns `(texts,)` lists of the names of tags, which scores compare.

        Args:
            tags: `(texts, longest)` indices, -1 where there is no word.
            class_names: Names of the tags.
        """
        rows = np.empty(len(tags), object)
        for row, each in enumerate(tags):
            rows[row] = [class_names[tag] for tag in each.tolist() if tag >= 0]
        return rows


_PREFIXES = {"conll": "BIES", "iob2": "BI", "ioe2": "IE", "iobes": "BIES", "bilou": "BILU"}
_EXAMPLES = {
    "conll": "B-PER, I-PER and O",
    "iob2": "B-PER, I-PER and O",
    "ioe2": "I-PER, E-PER and O",
    "iobes": "B-PER, I-PER, E-PER, S-PER and O",
    "bilou": "B-PER, I-PER, L-PER, U-PER and O",
    "plain": "NOUN or VERB",
}
