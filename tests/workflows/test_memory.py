"""Memory of a model, against sizes worked out by hand."""

import dataclasses
import itertools
import subprocess
import sys
import time
from types import SimpleNamespace

import jax
import keras
import numpy as np
import pytest
import tensorflow as tf

from ftkeras.contracts.memory_use import MemoryUse, PassMemory
from ftkeras.report import memory_words
from ftkeras.workflows import _memory, _memory_meter, _memory_program
from ftkeras.workflows._memory_program import Passes

MEBIBYTE = 2**20
LENGTH, GIVEN, WIDTHS = 512, 64, (2048, 1024, 2048)
linux = pytest.mark.skipif(not _memory_meter._STATUS.exists(), reason="the system does not tell")


def stack():
    """Dense layers over the last axis: their outputs are large, their weights are not."""
    x = inputs = keras.Input((LENGTH, GIVEN))
    for width in WIDTHS:
        x = keras.layers.Dense(width, activation="relu")(x)
    return keras.Model(inputs, keras.layers.GlobalAveragePooling1D()(x))


def activations():
    """Bytes of the input and of each layer's output, for a batch of 32."""
    return [32 * LENGTH * width * 4 for width in (GIVEN, *WIDTHS)]


def measured(model, arrays):
    with _memory.Probe() as probe:
        return probe.measured(model, arrays)


@pytest.mark.slow
@linux
def test_passes_take_what_the_activations_of_dense_layers_take(monkeypatch):
    # oneDNN keeps buffers for later calls; without it a pass takes what is alive and no more.
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    model = stack()
    use = measured(model, {"inputs": np.zeros((2, LENGTH, GIVEN), "float32")})
    given, *outputs = activations()
    neighbours = max(x + y for x, y in itertools.pairwise(outputs))
    assert use.weight_bytes == 4 * model.count_params() == use.trained_bytes
    assert use.kept_bytes == 12 * model.count_params()
    alive = neighbours + given
    # Above: the graph itself, and on a slow machine the line through a batch of 8.
    assert 0.95 * alive < use.many.added_bytes < 1.2 * alive + 10 * MEBIBYTE
    assert use.one.added_bytes < neighbours / 32 + 10 * MEBIBYTE
    # Backward every input of a layer is still there, and the gradient of the last one twice.
    backward = given + sum(outputs) + 2 * outputs[-1] + use.kept_bytes
    assert 0.9 * backward < use.training.added_bytes < 1.3 * backward
    assert use.framework_bytes > 50 * MEBIBYTE
    assert not use.at_least


@pytest.mark.slow
@linux
def test_repeated_measurements_agree_to_the_stated_resolution():
    x = inputs = keras.Input((64,))
    for _ in range(3):
        x = keras.layers.Dense(256, activation="relu")(x)
    arrays = {"inputs": np.zeros((2, 64), "float32")}
    uses = [measured(keras.Model(inputs, x), arrays) for _ in range(3)]
    for stage in ("one", "many", "training"):
        found = [getattr(use, stage).added_bytes for use in uses]
        assert max(found) - min(found) < memory_words.RESOLUTION


@linux
@pytest.mark.skipif(_memory_meter.ProcessMeter().at_least, reason="the system does not allow it")
def test_the_most_held_while_something_runs_is_seen_after_it_was_given_back():
    meter, size = _memory_meter.ProcessMeter(), 64 * MEBIBYTE
    np.ones(2 * size, "uint8")  # an earlier and higher peak, which is forgotten
    before = meter.held()
    peak = meter.peak(lambda: np.ones(size, "uint8"))
    assert peak - before == pytest.approx(size, abs=memory_words.RESOLUTION)
    assert meter.held() - before == pytest.approx(0, abs=memory_words.RESOLUTION)


def test_where_a_peak_cannot_be_forgotten_the_figures_say_so(monkeypatch, tmp_path):
    monkeypatch.setattr(_memory_meter, "_RESET", tmp_path / "no" / "such_file")
    meter = _memory_meter.ProcessMeter()
    assert meter.at_least
    held = meter.held()
    peak = meter.peak(lambda: np.ones(8 * MEBIBYTE, "uint8"))
    assert peak >= held
    monkeypatch.setattr(_memory_meter, "_STATUS", tmp_path / "no" / "such_file")
    assert meter.peak(lambda: None) >= meter.held() > 50 * MEBIBYTE
    told = memory_words.lines(dataclasses.replace(USE, at_least=True))
    assert told[-1].startswith("it may be more")


class Linear:
    """A pass that holds 100 bytes, and 7 more for each example."""

    at_least = False

    def __init__(self):
        self.calls = []

    def run(self, batch):
        self.calls.append(batch)

    def held(self):
        return 1000

    def peak(self, run):
        run()
        return 1000 + 100 + 7 * self.calls[-1]


class Constant(Linear):
    """Runs whatever passes, and holds 234 bytes for it."""

    def peak(self, run):
        run()
        return 1234


def test_large_batches_lie_on_the_line_through_smaller_ones(monkeypatch):
    meter = Linear()
    passes = Passes(meter.run, lambda count: count, meter, meter.held())
    assert passes.batch(32, None, 0.01) == {"added_bytes": 324, "from_batch": 32}
    assert passes.batch(32, None, 0.3) == {"added_bytes": 324, "from_batch": 32}
    clock = itertools.count()  # each look at it is a minute later, so nothing larger is affordable
    monkeypatch.setattr(time, "perf_counter", lambda: 60.0 * next(clock))
    monkeypatch.setattr(time, "process_time", lambda: 60.0 * next(clock))
    assert passes.batch(32, None, 0.3) == {"added_bytes": 324, "from_batch": 8}
    assert max(meter.calls[-6:]) == 8
    assert passes.batch(32, 107, 0.3) == {"added_bytes": 324, "from_batch": 8}
    assert passes.batch(32, 107, 1.0) == {"missing": "slow"}
    assert passes.batch(32, 107, 60.0) == {"missing": "slow"}


def test_tensorflow_tells_the_peak_since_it_was_reset(monkeypatch):
    told = {"current": 100, "peak": 900}
    asked = []

    def reset(device):
        asked.append(device)
        told["peak"] = told["current"]

    stated = SimpleNamespace(get_memory_info=lambda device: dict(told), reset_memory_stats=reset)
    monkeypatch.setattr(tf.config, "experimental", stated)
    meter = _memory_meter.TensorFlowMeter("gpu")
    assert meter.held() == 100
    assert meter.peak(lambda: told.update(peak=350)) == 350
    assert asked == ["GPU:0"]


def test_jax_tells_a_peak_only_if_it_is_the_highest_so_far(monkeypatch):
    told = {"bytes_in_use": 100, "peak_bytes_in_use": 300}
    device = SimpleNamespace(memory_stats=lambda: dict(told))
    monkeypatch.setattr(jax, "local_devices", lambda: [device])
    meter = _memory_meter.JaxMeter()
    assert meter.held() == 100
    assert meter.peak(lambda: None) is None
    assert meter.peak(lambda: told.update(peak_bytes_in_use=350)) == 350
    passes = Passes(lambda batch: None, lambda count: count, meter, 100)
    assert passes.batch(32, None, 0.0) == {"missing": "hidden"}


@pytest.fixture
def small():
    inputs = keras.Input((2,), name="inputs")
    return keras.Model(inputs, keras.layers.Dense(1)(inputs))


def test_a_program_that_fails_leaves_the_weights_and_the_reason(monkeypatch, small):
    monkeypatch.setattr(_memory, "_PROGRAM", "no_such_module")
    use = measured(small, {"inputs": np.zeros((1, 2), "float32")})
    assert (use.weight_bytes, use.one.added_bytes, use.framework_bytes) == (12, None, None)
    assert "No module named no_such_module" in use.one.missing
    assert use.training.missing == use.one.missing


def test_a_program_that_is_killed_keeps_what_it_had_found(monkeypatch, tmp_path, small):
    (tmp_path / "ending.py").write_text(
        "import json, os, pathlib, signal, sys\n"
        "to = pathlib.Path(sys.stdin.readline().strip()) / 'figures.json'\n"
        "to.write_text(json.dumps({'device': 'cpu', 'framework_bytes': 9, 'weight_bytes': 12,\n"
        "    'trained_bytes': 12, 'at_least': False, 'one': {'added_bytes': 5, 'from_batch': 1}}))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(_memory, "_PROGRAM", "ending")
    use = measured(small, {"inputs": np.zeros((1, 2), "float32")})
    assert use.one == PassMemory(1, 5, 1)
    assert use.many.added_bytes is None
    assert "want of memory" in use.training.missing


def test_a_model_that_cannot_be_saved_is_not_measured(monkeypatch, small):
    def refuse(*_, **__):
        raise NotImplementedError("a layer of mine")

    monkeypatch.setattr(small, "save", refuse, raising=False)
    monkeypatch.setattr(_memory, "_PROGRAM", "this")
    use = measured(small, {"inputs": np.zeros((1, 2), "float32")})
    assert use.one.missing == "the model cannot be saved: a layer of mine"


def test_in_this_process_the_same_program_measures_copies(tmp_path, small):
    """As on accelerators: the figures are the meter's, and the model stays as it is."""
    before = small.get_weights()
    texts = {"inputs": np.zeros((3, 2), "float32")}
    assert not _memory._written(tmp_path, small, texts)
    found = _memory_program.measure(tmp_path, Constant())
    assert found["training"] == {"added_bytes": 234, "from_batch": 32}
    for one, other in zip(before, small.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_step_that_an_accelerator_has_no_room_for_leaves_what_was_found(monkeypatch, small):
    """There it is tried in this process, which has more to do than to measure."""

    def refuse(*_):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating\nand so on")

    monkeypatch.setattr(_memory.feature_batches, "device", lambda: "gpu")
    monkeypatch.setattr(_memory_meter, "meter", Constant)
    monkeypatch.setattr(_memory_program, "_training", refuse)
    use = measured(small, {"inputs": np.zeros((3, 2), "float32")})
    assert use.one == PassMemory(1, 234, 1)
    assert use.many == PassMemory(32, 234, 32)
    assert use.training == PassMemory(
        32, missing="it failed: ResourceExhaustedError: OOM when allocating"
    )


def test_what_cannot_train_has_no_training_step(tmp_path):
    inputs = keras.Input((2,))
    model = keras.Model(inputs, keras.layers.Rescaling(2.0)(inputs))
    assert not _memory._written(tmp_path, model, {"inputs": np.zeros((1, 2), "float32")})
    found = _memory_program.measure(tmp_path, Constant())
    assert found["training"] == {"missing": "frozen"}


def test_texts_come_through_a_file_as_they_are(tmp_path, small):
    given = np.array(["ein Wort", "é"], dtype=object)
    assert not _memory._written(tmp_path, small, {"texts": given})
    kept = _memory_program._arrays(tmp_path / _memory_program.ARRAYS)
    assert kept["texts"].dtype == object
    assert kept["texts"].tolist() == given.tolist()


ONE, MANY = PassMemory(1, 8 * MEBIBYTE, 1), PassMemory(32, 100 * MEBIBYTE, 32)
USE = MemoryUse(
    40 * MEBIBYTE, 40 * MEBIBYTE, "cpu", 800 * MEBIBYTE, ONE, MANY, PassMemory(32, 3 << 30, 8)
)  # fmt: skip


def test_the_lines_tell_every_figure_and_how_it_was_found():
    assert memory_words.lines(USE) == [
        "weights: 40.0 MiB",
        "forward pass, batch of 1: 8 MiB more",
        "forward pass, batch of 32: 100 MiB more",
        "training step of everything with Adam, batch of 32: about 3.00 GiB more, by a line "
        "through batches of 1 and 8",
        "gradients and the means of Adam are 120.0 MiB of it, whatever the batch",
        "Python and the framework: 800 MiB besides",
        "measured on the CPU in a process of its own: passes to within 5 MiB, a training step to "
        "within a quarter",
    ]
    on_gpu = dataclasses.replace(USE, device="gpu", framework_bytes=None)
    assert memory_words.lines(on_gpu)[5:] == ["as the framework's own statistics of the GPU say"]


def test_what_is_missing_reads_as_missing():
    use = _memory.unmeasured(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]))
    told = memory_words.lines(use)
    assert told[0] == "weights: 0.0 KiB"
    assert len(told) == 4
    assert all(line.endswith(": not measured (not asked for)") for line in told[1:])
    assert memory_words.answering(use) == memory_words.training(use) == "–"
    assert memory_words.passed(use.many) == "not measured"


def test_a_description_of_memory_is_read_back_from_a_record():
    assert MemoryUse.read(dataclasses.asdict(USE)) == USE


def test_the_program_ends_where_nothing_is_asked(tmp_path):
    """A backbone that cannot be loaded leaves no process behind."""
    with pytest.raises(KeyError), _memory.Probe() as probe:
        process = probe._process
        raise KeyError
    assert isinstance(process, subprocess.Popen)
    assert process.poll() is not None
    assert process.args[0] == sys.executable
