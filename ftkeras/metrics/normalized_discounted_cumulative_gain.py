"""What a ranking is worth beside the best one, documents further down counting less: NDCG."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import normalized_discounted_cumulative_gain as score


@keras.saving.register_keras_serializable(package="ftkeras")
class NormalizedDiscountedCumulativeGain(ScoreMetric):
    """`scores/normalized_discounted_cumulative_gain.py` as a Keras metric; see there.

    Args:
        k: How many documents count; `None` for all.
        gain: `"linear"`, the relevance, as in scikit-learn and trec_eval; `"exponential"`,
            2^relevance - 1, as in learning to rank.
        ties: What equal scores are worth: `"average"` over all their orders, as in scikit-learn;
            `"worst"`, the least relevant first; `"order"`, the earlier in the list first. trec_eval
            sorts ties by document id, descending: `"order"` on lists that are sorted so is equal.
        empty: What a query without a relevant document does: `"zero"` scores 0, as in scikit-learn,
            `"skip"` leaves it out.
        name: Name in logs.

    Shapes:
        y_true: `(queries, list_size)` relevances, -1 where a list is padded.
        y_pred: `(queries, list_size)` scores, larger first.
        sample_weight: `(queries,)`.

    Example:
        >>> metric = NormalizedDiscountedCumulativeGain()
        >>> metric.update_state([[0, 2, 1], [1, 0, -1]], [[0.3, 0.2, 0.1], [2.0, 1.0, 0.0]])
        >>> round(float(metric.result()), 4)
        0.8348
    """

    def __init__(
        self,
        k: int | None = None,
        gain: str = "linear",
        ties: str = "average",
        empty: str = "zero",
        name: str = "normalized_discounted_cumulative_gain",
    ) -> None:
        super().__init__(
            score.NormalizedDiscountedCumulativeGain(k, gain, ties, empty),
            name=name,
        )
