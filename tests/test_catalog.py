import dataclasses
import inspect

import pytest

import ftkeras
from ftkeras import catalog, seeds
from ftkeras.call_string import Call
from ftkeras.errors import UserError

KINDS = [
    "backbones", "backbones/preprocessing", "baselines", "callbacks", "data/augmentation",
    "data/balance", "data/checks", "data/cleaning", "data/folds", "data/sources", "data/splits",
    "freezing", "heads", "metrics", "scores", "tasks", "workflows",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_defines_what_its_name_says(kind):
    assert catalog.names(kind)
    for name in catalog.names(kind):
        assert callable(catalog.find(kind, name))


@pytest.mark.parametrize("kind", KINDS)
def test_arguments_read_from_the_file_are_those_python_sees(kind):
    for name in catalog.names(kind):
        signature = inspect.signature(catalog.find(kind, name)).parameters.values()
        seen = {
            p.name: p.default is p.empty
            for p in signature
            if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL) and p.name[0] != "_"
        }
        assert catalog.parameters(kind, name) == seen, name


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UserError, match="Did you mean 'linear_probe'"):
        catalog.find("freezing", "linear_prob")


def test_an_unknown_argument_is_answered_with_the_nearest():
    with pytest.raises(UserError, match=r"Received: drop_out=0.5. Did you mean 'dropout'"):
        catalog.check("heads", Call("linear", {"drop_out": 0.5}))


def test_a_required_argument_left_out_is_named():
    with pytest.raises(UserError, match=r"top_blocks\(count=...\)"):
        catalog.check("freezing", Call("top_blocks"))


def test_a_path_cannot_be_smuggled_in_as_a_name():
    with pytest.raises(UserError):
        catalog.find("heads", "../config")


def test_build_passes_the_arguments_on():
    head = catalog.build("heads", Call("linear", {"dropout": 0.25}))
    assert dataclasses.asdict(head) == {"dropout": 0.25}


def test_child_seeds_differ_by_name_and_by_seed():
    drawn = {seeds.child(seed, name) for seed in range(50) for name in ("split", "head", "fit")}
    assert len(drawn) == 150
    assert all(0 <= seed < 2**31 for seed in drawn)


@pytest.mark.parametrize("room", ["callbacks", "heads", "freezing", "tasks", "metrics"])
def test_a_room_offers_its_classes_on_first_use(room):
    package = getattr(ftkeras, room)
    for name in catalog.names(room):
        assert getattr(package, catalog.class_name(name)) is catalog.find(room, name)
        assert catalog.class_name(name) in dir(package)
    with pytest.raises(AttributeError, match="NoSuchThing"):
        package.NoSuchThing  # noqa: B018
