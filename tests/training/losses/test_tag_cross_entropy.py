import numpy as np
import pytest
from sklearn.metrics import log_loss

from ftkeras.training.losses.tag_cross_entropy import TagCrossEntropy

TAGS = np.array([[0, 2, 1, -1], [1, -1, -1, -1], [2, 2, 0, 1]])


def shares(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def test_every_word_counts_alike_and_padding_not_at_all():
    logits = np.random.default_rng(1).normal(size=(3, 4, 3)).astype("float32")
    there = TAGS >= 0
    expected = log_loss(TAGS[there], shares(logits)[there], labels=[0, 1, 2], normalize=False)
    words = there.sum() / 3
    loss = TagCrossEntropy()((words,), 0.0)
    assert float(loss(TAGS, logits)) == pytest.approx(expected / there.sum(), rel=1e-5)
    # However it is cut into batches: the mean over texts of what each batch says.
    parts = [float(loss(TAGS[k : k + 1], logits[k : k + 1])) for k in range(3)]
    assert np.mean(parts) == pytest.approx(expected / there.sum(), rel=1e-5)


def test_smoothed_labels_are_shares_of_all_tags():
    logits = np.random.default_rng(2).normal(size=(3, 4, 3)).astype("float32")
    wanted = 0.7 * np.eye(3)[np.where(TAGS >= 0, TAGS, 0)] + 0.3 / 3
    each = -(wanted * np.log(shares(logits))).sum(axis=-1)
    expected = each[TAGS >= 0].sum() / 3 / 2.0
    found = TagCrossEntropy()((2.0,), 0.3)(TAGS, logits)
    assert float(found) == pytest.approx(expected, rel=1e-5)
