"""What holds for every file in `tasks/`: a new one is tested before its author writes a line."""

import subprocess
import sys

import pytest

from ftkeras import call_string, catalog
from ftkeras.call_string import Call
from ftkeras.contracts.task import KINDS, SIZES
from ftkeras.metrics import suite

TASKS = [catalog.build("tasks", Call(name)) for name in catalog.names("tasks")]
EVERY = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)


@EVERY
def test_a_task_is_called_as_its_file(task):
    assert type(task) is catalog.find("tasks", task.name)


@EVERY
def test_the_scores_and_metrics_it_names_exist_and_take_these_arguments(task):
    for kind, texts in (("scores", task.scores), ("metrics", task.metrics)):
        for text in texts:
            call = call_string.parse(text)
            size = SIZES.get(task.kind)
            sized = {size: 3} if size in catalog.parameters(kind, call.name) else {}
            catalog.check(kind, Call(call.name, {**sized, **call.arguments}))
    assert len(set(task.scores)) == len(task.scores)


@EVERY
def test_its_metrics_stream_together(task):
    size = {**SIZES, "tags": "num_classes"}.get(task.kind)  # scores of tags take names
    if not task.metrics:  # the loss alone
        return
    built = suite(task.name, metrics=task.metrics, **({size: 3} if size else {}))
    assert len({metric.name for metric in built}) == len(task.metrics)


@EVERY
def test_what_it_monitors_is_streamed_and_has_a_direction(task):
    # What no compiled step can hold is computed from answers when an epoch ends.
    decoded = task.kind == "tags"
    if not task.metrics:
        assert task.monitor == "loss"
        return
    assert task.monitor in (task.scores if decoded else task.metrics)
    name = call_string.parse(task.monitor).name
    assert catalog.find("scores", name).direction in ("min", "max")


@EVERY
def test_its_loss_is_said_to_take_logits(task):
    no_logits = task.kind in ("numbers", "relevances")
    expected = {} if no_logits else {"from_logits": True}
    assert call_string.parse(task.loss).arguments == expected


@EVERY
def test_its_kind_is_one_that_others_know(task):
    assert task.kind in KINDS


def test_tasks_baselines_and_data_load_no_deep_learning_framework():
    program = (
        "import sys\n"
        "from ftkeras import catalog\n"
        "from ftkeras.data import deduplicate, near_duplicates, run_checks\n"
        "for kind in ('tasks', 'baselines', 'data/sources', 'data/splits', 'data/folds',\n"
        "             'data/checks', 'data/balance'):\n"
        "    for name in catalog.names(kind):\n"
        "        catalog.find(kind, name)\n"
        "print([name for name in ('tensorflow', 'keras', 'jax', 'torch') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
