"""How many of the true entities were found."""

import keras

from ftkeras.metrics._host_metric import HostMetric
from ftkeras.scores import entity_recall as score


@keras.saving.register_keras_serializable(package="ftkeras")
class EntityRecall(HostMetric):
    """`scores/entity_recall.py` as a Keras metric: formula, range and references there.

    It counts on the host: see `HostMetric`.

    Args:
        average: `"micro"` (all entities together), `"macro"` (mean over types that are true or
            predicted) or `"weighted"` (mean over types, weighted by true entities).
        types: The types there are, such as `("LOC", "PER")`; needed for all but micro. A type that
            is not among them is an error.
        entity_type: The one type to score, instead of an average.
        scheme: How tags are read: `"conll"` makes an entity of whatever could be one; `"iob2"`,
            `"ioe2"`, `"iobes"` and `"bilou"` drop what breaks their rules (seqeval's strict mode).
        name: Name in logs.

    Shapes:
        y_true: one list of tags a sentence.
        y_pred: one list of tags a sentence, of the same length.

    Example:
        >>> metric = EntityRecall()
        >>> metric.update_state([["B-PER", "I-PER", "O"]], [["B-PER", "I-PER", "B-LOC"]])
        >>> metric.result()
        1.0
    """

    def __init__(
        self,
        average: str = "micro",
        types: tuple[str, ...] | None = None,
        entity_type: str | None = None,
        scheme: str = "conll",
        name: str = "entity_recall",
    ) -> None:
        super().__init__(score.EntityRecall(average, types, entity_type, scheme), name)
