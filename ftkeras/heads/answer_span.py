"""A head that points at where an answer begins and where it ends."""

from dataclasses import dataclass

import keras

from ftkeras.errors import UserError
from ftkeras.heads import _positions
from ftkeras.heads._expect import expect_rate

TAPS = ("sequence",)
# Far below any logit of a token, and far above the smallest number of float16.
_NOWHERE = -3e4


@dataclass(frozen=True)
class AnswerSpan:
    """Two logits at every position: does the answer begin here, does it end here.

    `logits_t = W dropout(h_t) + b` where there is a token, and -30000 at padding, so that a softmax
    over the positions gives padding nothing. It takes the `sequence` of a text backbone by itself:
    leave `--tap` out.

    Args:
        dropout: Share of features set to zero in training, in [0, 1).

    Example:
        >>> sequence, mask = keras.Input((None, 384)), keras.Input((None,), dtype="int32")
        >>> AnswerSpan()(sequence, num_outputs=2, mask=mask).shape
        (None, None, 2)

    References:
        Devlin et al., 2019, NAACL, section 4.2.
    """

    dropout: float = 0.1

    def __post_init__(self) -> None:
        expect_rate("dropout", self.dropout)

    def __call__(
        self,
        features: keras.KerasTensor,
        num_outputs: int,
        mask: keras.KerasTensor | None = None,
    ) -> keras.KerasTensor:
        """Returns `(batch, length, 2)` logits of begin and end, always float32.

        Args:
            features: `(batch, length, width)`.
            num_outputs: 2.
            mask: `(batch, length)`, not zero where there is a token; `None` where all are.

        Raises:
            UserError: The features are not those of a sequence, or the task wants something else.
        """
        if num_outputs != 2:
            raise UserError(
                "Expected a task with two logits a token, begin and end. Received: "
                f"num_outputs={num_outputs}. Choose another head, for example token_level."
            )
        return _positions.logits(features, 2, mask, dropout=self.dropout, elsewhere=_NOWHERE)
