"""The share of relevant documents among the first k."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import precision_at_k as score


@keras.saving.register_keras_serializable(package="ftkeras")
class PrecisionAtK(ScoreMetric):
    """`scores/precision_at_k.py` as a Keras metric: formula, range and references there.

    Args:
        k: How many documents count; `None` for the whole list.
        ties: Which of equal scores comes first: `"worst"`, the one that is not relevant, so that
            constant scores gain nothing; `"order"`, the earlier in the list. trec_eval sorts ties
            by document id, descending: `"order"` on lists that are sorted so is equal to it.
        min_relevance: Relevance from which a document is relevant.
        empty: What a query without a relevant document does: `"zero"` scores 0, `"skip"` leaves it
            out.
        name: Name in logs.

    Shapes:
        y_true: `(queries, list_size)` relevances, -1 where a list is padded.
        y_pred: `(queries, list_size)` scores, larger first.
        sample_weight: `(queries,)`.

    Example:
        >>> metric = PrecisionAtK()
        >>> metric.update_state([[0, 2, 1], [1, 0, -1]], [[0.3, 0.2, 0.1], [2.0, 1.0, 0.0]])
        >>> round(float(metric.result()), 4)
        0.15
    """

    def __init__(
        self,
        k: int | None = 10,
        ties: str = "worst",
        min_relevance: float = 1.0,
        empty: str = "zero",
        name: str = "precision_at_k",
    ) -> None:
        super().__init__(
            score.PrecisionAtK(k, ties, min_relevance, empty),
            name=name,
        )
