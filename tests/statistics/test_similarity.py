import numpy as np
import pytest
from scipy.linalg import hilbert
from scipy.stats import entropy

from ftkeras.errors import UserError
from ftkeras.statistics.similarity import centred_kernel_alignment, effective_rank


def independent_alignment(x, y):
    """Kornblith et al., equations 1 to 3: HSIC of centred linear kernels."""
    n = len(x)
    centring = np.eye(n) - np.ones((n, n)) / n
    k, l = centring @ x @ x.T @ centring, centring @ y @ y.T @ centring  # noqa: E741
    return np.trace(k @ l) / np.sqrt(np.trace(k @ k) * np.trace(l @ l))


def test_alignment_is_that_of_the_centred_kernels():
    rng = np.random.default_rng(0)
    for width in (3, 40):
        x = rng.normal(size=(30, 5)) + 7
        y = np.tanh(x @ rng.normal(size=(5, width))) + 0.1 * rng.normal(size=(30, width))
        assert centred_kernel_alignment(x, y) == pytest.approx(independent_alignment(x, y))


def test_turning_and_scaling_change_nothing_and_noise_has_nothing_in_common():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(2000, 6))
    turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    assert centred_kernel_alignment(x, 5 * x @ turn + 3) == pytest.approx(1)
    assert centred_kernel_alignment(x, rng.normal(size=(2000, 6))) < 0.02


def test_constant_features_have_no_alignment_and_other_examples_are_refused():
    assert np.isnan(centred_kernel_alignment(np.ones((5, 2)), np.eye(5)))
    with pytest.raises(UserError, match=r"\(5, 5\) and \(4, 4\)"):
        centred_kernel_alignment(np.eye(5), np.eye(4))


def test_effective_rank_is_the_exponential_of_scipys_entropy():
    matrix = hilbert(6)
    values = np.linalg.svd(matrix, compute_uv=False)
    assert effective_rank(matrix) == pytest.approx(np.exp(entropy(values / values.sum())))
    outer = np.outer([1.0, 2.0, 3.0], [4.0, 5.0])
    assert effective_rank(outer) == pytest.approx(1)
