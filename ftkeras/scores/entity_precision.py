"""How many of the predicted entities are right."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ftkeras.scores._entity_average import EntityAverage


@dataclass(frozen=True)
class EntityPrecision(EntityAverage):
    """Right entities / predicted entities, over entities of sentences.

    An entity is right when its type, its first and its last token are. Range [0, 1]; 1 is best.
    Undefined when none is predicted; in an average such a type counts as 0, as in seqeval.

    Args:
        average: `"micro"` (all entities together), `"macro"` (mean over types that are true or
            predicted) or `"weighted"` (mean over types, weighted by true entities).
        types: The types there are, such as `("LOC", "PER")`; needed for all but micro. A type that
            is not among them is an error.
        entity_type: The one type to score, instead of an average.
        scheme: How tags are read: `"conll"` makes an entity of whatever could be one; `"iob2"`,
            `"ioe2"`, `"iobes"` and `"bilou"` drop what breaks their rules (seqeval's strict mode).

    Example:
        >>> true = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-LOC"]]
        >>> predicted = [["B-PER", "I-PER", "O", "O"], ["B-LOC", "B-LOC"]]
        >>> EntityPrecision()(true, predicted)
        0.6666666666666666
        >>> EntityPrecision(average="macro", types=("LOC", "PER"))(true, predicted)
        0.75

    References:
        Tjong Kim Sang and De Meulder, 2003, CoNLL. Checked against seqeval.
    """

    undefined: ClassVar[str] = "no entity was predicted"

    average: str = "micro"
    types: tuple[str, ...] | None = None
    entity_type: str | None = None
    scheme: str = "conll"

    def parts(self, right: Any, true: Any, predicted: Any) -> tuple[Any, Any]:
        """Returns (part, whole) of right / predicted."""
        return right, predicted
