"""A head that answers for every token of a text."""

from dataclasses import dataclass

import keras

from ftkeras.heads import _positions
from ftkeras.heads._expect import expect_rate

TAPS = ("sequence",)
BY_POSITION = True


@dataclass(frozen=True)
class TokenLevel:
    """One dense layer at every position, after dropout: logits of each token's tag.

    `logits_t = W dropout(h_t) + b` where there is a token, and 0 at padding, so that how far a
    batch is padded changes no answer. It takes the `sequence` of a text backbone by itself: leave
    `--tap` out.

    Args:
        dropout: Share of features set to zero in training, in [0, 1).

    Example:
        >>> sequence, mask = keras.Input((None, 384)), keras.Input((None,), dtype="int32")
        >>> TokenLevel()(sequence, num_outputs=9, mask=mask).shape
        (None, None, 9)

    References:
        Devlin et al., 2019, NAACL, section 5.3.
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
        """Returns `(batch, length, num_outputs)` logits, always float32.

        Args:
            features: `(batch, length, width)`.
            num_outputs: Number of logits of each token.
            mask: `(batch, length)`, not zero where there is a token; `None` where all are.

        Raises:
            UserError: The features are not those of a sequence.
        """
        return _positions.logits(features, num_outputs, mask, dropout=self.dropout, elsewhere=0.0)
