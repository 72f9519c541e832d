"""What answers of each kind cannot have is refused by a message, before anything is computed."""

import pytest

from ftkeras import catalog
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.workflows import _kinds

TASKS = {name: catalog.find("tasks", name).kind for name in catalog.names("tasks")}

OWN_HEADS = {
    "boxes": "retina_net",
    "masks": "feature_pyramid",
    "relevances": "token_level",
    "spans": "answer_span",
    "tags": "token_level",
}


def config(**settings):
    return RunConfig.read(mode="evaluate", run_dir="runs/none", **settings)


@pytest.mark.parametrize("task", sorted(TASKS))
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


@pytest.mark.parametrize("task", sorted(TASKS))
def test_the_own_head_of_a_task_is_one_that_it_can_have(task):
    plain = config(task=task)
    _kinds.check(plain)
    assert RunConfig.read(**plain.settings()) == plain
    assert str(plain.head) == OWN_HEADS.get(TASKS[task], "linear")


def test_a_probe_is_a_baseline_for_its_kind():
    for kind, name in _kinds.PROBES.items():
        probe = catalog.find("baselines", name)
        assert kind in probe.kinds
        assert probe.modalities == ("features",)


def test_without_a_task_nothing_is_refused():
    assert _kinds.kind_of(config()) == "classes"
    _kinds.check(config())
