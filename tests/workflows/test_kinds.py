"""What answers of each kind cannot have is refused by a message, before anything is computed."""

import pytest

from ftkeras import catalog
from ftkeras.config import RunConfig
from ftkeras.contracts.task import SIZES
from ftkeras.errors import UserError
from ftkeras.workflows import _kinds

TASKS = {name: catalog.find("tasks", name).kind for name in catalog.names("tasks")}


def config(**settings):
    return RunConfig.read(mode="evaluate", run_dir="runs/none", **settings)


@pytest.mark.parametrize("task", [name for name, kind in TASKS.items() if kind in SIZES])
def test_a_loss_is_taken_by_the_kinds_it_is_for_and_by_no_other(task):
    kinds = {
        loss: catalog.constant("training/losses", loss, "KINDS") or ("classes",)
        for loss in catalog.names("training/losses")
    }
    fitting = [loss for loss in kinds if TASKS[task] in kinds[loss]]
    assert fitting
    for loss in fitting:
        _kinds.check(config(task=task, loss=loss))
    for loss in kinds.keys() - set(fitting):
        with pytest.raises(UserError, match=f"--task={task} .*--loss={loss}.*{fitting[0]}"):
            _kinds.check(config(task=task, loss=loss))


@pytest.mark.parametrize("task", sorted(TASKS))
def test_balance_is_for_classes(task):
    asked = config(task=task, balance="oversample")
    if TASKS[task] == "classes":
        _kinds.check(asked)
        return
    with pytest.raises(UserError, match=f"--task={task}"):
        _kinds.check(asked)


@pytest.mark.parametrize("task", [name for name, kind in TASKS.items() if kind not in SIZES])
def test_a_task_without_training_says_so(task):
    with pytest.raises(UserError, match="no training for them yet"):
        _kinds.check(config(task=task))


def test_every_kind_that_is_trained_has_a_probe_among_the_baselines():
    for kind in SIZES:
        probe = catalog.find("baselines", _kinds.PROBES[kind])
        assert kind in probe.kinds
        assert probe.modalities == ("features",)


def test_without_a_task_nothing_is_refused():
    assert _kinds.kind_of(config()) == "classes"
    _kinds.check(config())
