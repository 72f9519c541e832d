"""The exponential of the mean loss of a token, from the log-likelihoods of whole documents."""

import keras

from ftkeras.metrics._host_metric import HostMetric
from ftkeras.scores import document_perplexity as score


@keras.saving.register_keras_serializable(package="ftkeras")
class DocumentPerplexity(HostMetric):
    """`scores/document_perplexity.py` as a Keras metric: formula, range and references there.

    It counts on the host: see `HostMetric`.

    Args:
        ignore_label: Label of tokens that are left out, such as padding and the prompt.
        name: Name in logs.

    Shapes:
        y_true: one list of tokens a document.
        y_pred: one list of log-likelihoods a document, of the same length.

    Example:
        >>> metric = DocumentPerplexity()
        >>> metric.update_state([[5, 3, -100], [7]], [[-0.5, -1.5, 0.0], [-1.0]])
        >>> round(metric.result(), 4)
        2.7183
    """

    def __init__(
        self,
        ignore_label: int = -100,
        name: str = "document_perplexity",
    ) -> None:
        super().__init__(score.DocumentPerplexity(ignore_label), name)
