"""Several devices, and the other backend: programs of their own, since both are chosen at start."""

import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ftkeras import catalog
from tests.helpers.metric_checks import variants

ROOT = Path(__file__).parents[2]


@functools.cache
def finished(program, **environment):
    return subprocess.run(
        [sys.executable, "-m", f"tests.metrics.{program}"],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def output_of(program, **environment):
    # What a program said is kept even if it failed, so that it is not started again.
    ended = finished(program, **environment)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return json.loads(ended.stdout.splitlines()[-1])


def mirrored():
    return output_of("mirrored_program", KERAS_BACKEND="tensorflow")


def on_jax():
    flags = "--xla_force_host_platform_device_count=4"
    return output_of("jax_program", KERAS_BACKEND="jax", JAX_PLATFORMS="cpu", XLA_FLAGS=flags)


SETUPS = ["2 binary", "4 binary", "2 multiclass", "4 multiclass"]


@pytest.mark.slow
@pytest.mark.parametrize("setup", SETUPS)
def test_mirrored_replicas_with_a_ragged_last_batch_count_every_unit_once(setup):
    found = mirrored()[setup]
    assert found["counted"] == 103
    for name, exact in found["exact"].items():
        bound = found["bound"] if name == "area_under_roc_curve" else 0
        assert abs(found["result"][name] - exact) <= bound + 1e-6, name


@pytest.mark.slow
@pytest.mark.parametrize("setup", SETUPS)
def test_mirrored_replicas_show_exact_values_at_every_step(setup):
    found = mirrored()[setup]
    assert len(found["steps"]) == len(found["exact_steps"]) == 5
    for shown, exact in zip(found["steps"], found["exact_steps"], strict=True):
        for name, value in exact.items():
            # A live curve is coarse: 256 buckets (128 with more classes) of some 24 units.
            slack = 0.02 if name == "area_under_roc_curve" else 2e-6 * max(1, abs(value))
            assert abs(shown[name] - value) <= slack, name


@pytest.mark.slow
@pytest.mark.parametrize("devices", [2, 4])
@pytest.mark.parametrize("task", ["multilabel", "regression", "ranking", "segmentation"])
def test_mirrored_replicas_count_the_suites_of_further_tasks(devices, task):
    program = output_of("mirrored_families_program", KERAS_BACKEND="tensorflow")
    found = program[f"{devices} {task}"]
    assert len(found["exact"]) >= 3
    for name, exact in found["exact"].items():
        slack = found["bound"][name] + 2e-6 * max(1, abs(exact))
        assert abs(found["result"][name] - exact) <= slack, name


@pytest.mark.parametrize("name", catalog.names("metrics"))
def test_every_metric_counts_on_jax_as_numpy_does(name):
    if not any(family.is_compiled for family, _ in variants("scores", name)):
        pytest.skip("counted on the host")
    runs = {key: run for key, run in on_jax()["metrics"].items() if key.split()[0] == name}
    assert runs
    for found in runs.values():
        assert found["counts_differ"] < 5e-6
        slack = 2e-6 * max(1, abs(found["exact"]))
        assert abs(found["streamed"] - found["exact"]) <= found["bound"] + slack
        assert abs(found["live"] - found["streamed"]) <= found["live_bound"] + slack


@pytest.mark.parametrize("power", ["24", "31", "40"])
def test_jax_counts_on_past_the_end_of_float32_and_int32(power):
    right, true, predicted = on_jax()["large"][power]
    assert right == [1000, 1000]
    assert true == [1000, 2000]
    assert predicted == [2000, 1000]


def test_jax_data_parallel_with_a_padded_last_batch_counts_every_unit_once():
    found = on_jax()["parallel"]
    assert (found["devices"], found["counted"]) == (4, 103)
    for name, exact in found["exact"].items():
        bound = found["bound"] if name == "area_under_roc_curve" else 0
        assert abs(found["found"][name] - exact) <= bound + 1e-6, name
