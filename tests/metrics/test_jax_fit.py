"""A suite in `fit` on JAX, in a program of its own: the backend is chosen at start."""

import pytest

from tests.metrics.test_replicas import output_of

pytestmark = pytest.mark.slow


CURVES = ("area_under_roc_curve", "average_precision")


def on_jax():
    return output_of("jax_fit_program", KERAS_BACKEND="jax", JAX_PLATFORMS="cpu")


@pytest.mark.parametrize("task", ["binary", "multiclass"])
@pytest.mark.parametrize("stage", ["validation", "evaluated", "loaded", "trained", "last_step"])
def test_what_fit_shows_is_what_the_predictions_score(task, stage):
    found = on_jax()[task]
    for name, exact in found["exact"].items():
        # At a step a curve is coarser: 256 buckets of some 75 units a class.
        is_coarse = stage == "last_step" and name in CURVES
        slack = 0.05 if is_coarse else found["bounds"][name] + 3e-6 * max(1, abs(exact))
        assert abs(found[stage][name] - exact) <= slack, name


def test_padding_is_left_out_in_fit_by_its_label():
    found = on_jax()["padded"]
    assert found["trained"] == pytest.approx(found["exact"], abs=1e-6)
