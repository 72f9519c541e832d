"""How often a relevant document is ranked above another one of the same query."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import query_area_under_roc_curve as score


@keras.saving.register_keras_serializable(package="ftkeras")
class QueryAreaUnderRocCurve(ScoreMetric):
    """`scores/query_area_under_roc_curve.py` as a Keras metric; formula and references there.

    Args:
        min_relevance: Relevance from which a document is relevant.
        name: Name in logs.

    Shapes:
        y_true: `(queries, list_size)` relevances, -1 where a list is padded.
        y_pred: `(queries, list_size)` scores, larger first.
        sample_weight: `(queries,)`.

    Example:
        >>> metric = QueryAreaUnderRocCurve()
        >>> metric.update_state([[0, 2, 1], [1, 0, -1]], [[0.3, 0.2, 0.1], [2.0, 1.0, 0.0]])
        >>> round(float(metric.result()), 4)
        0.5
    """

    def __init__(
        self,
        min_relevance: float = 1.0,
        name: str = "query_area_under_roc_curve",
    ) -> None:
        super().__init__(
            score.QueryAreaUnderRocCurve(min_relevance),
            name=name,
        )
