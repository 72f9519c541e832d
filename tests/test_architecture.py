"""The rules of the house that import-linter cannot express."""

import ast
from pathlib import Path

import pytest

import ftkeras

ROOT = Path(ftkeras.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
# Imported inside a function because they may be missing, or must not be loaded without need.
OPTIONAL = {
    "tensorflow",
    "jax",
    "optuna",
    "sqlalchemy",
    "soundfile",
    "datasets",
    "tensorflow_datasets",
    "ftkeras.workflows._new_data",
}


def name(path):
    return str(path.relative_to(ROOT))


def nodes(kind):
    return [(path, node) for path, tree in TREES.items() for node in ast.walk(tree)
            if isinstance(node, kind)]  # fmt: skip


def test_no_room_without_a_name():
    forbidden = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert not [
        name(path) for path in FILES if forbidden & {*path.parts[len(ROOT.parts) :], path.stem}
    ]


def test_files_stay_small():
    assert {name(p): n for p in FILES if (n := len(p.read_text().splitlines())) > 500} == {}


def test_functions_stay_small():
    long = {}
    for path, node in nodes((ast.FunctionDef, ast.AsyncFunctionDef)):
        doc = ast.get_docstring(node, clean=False) or ""
        lines = node.end_lineno - node.lineno + 1 - len(doc.splitlines())
        if lines > 80:
            long[f"{name(path)}:{node.name}"] = lines
    assert long == {}


def test_errors_say_what_was_received():
    silent = []
    for path, node in nodes(ast.Raise):
        call = node.exc
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        loud = call.func.id not in {"ValueError", "TypeError", "UserError"}
        text = ast.unparse(call)  # an error passed on with more context has said it already
        if not loud and "eceived" not in text and "{error}" not in text:
            silent.append(f"{name(path)}:{node.lineno}")
    assert silent == []


def test_imports_stand_at_the_top():
    inside = []
    for path, function in nodes((ast.FunctionDef, ast.AsyncFunctionDef)):
        for node in ast.walk(function):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module]
            else:
                continue
            inside += [f"{name(path)}:{node.lineno} {module}" for module in modules
                       if module.split(".")[0] not in OPTIONAL and module not in OPTIONAL]  # fmt: skip
    assert inside == []


def test_only_the_command_line_knows_flags():
    users = {name(path) for path, node in nodes((ast.Import, ast.ImportFrom))
             if "absl" in ast.unparse(node)}  # fmt: skip
    assert users == {"flags.py"}


def test_nothing_registers_itself():
    """No mutable mapping at module level: a folder is the catalogue."""
    mutable = []
    for path, tree in TREES.items():
        for node in tree.body:
            value = getattr(node, "value", None)
            empty = isinstance(value, ast.Dict) and not value.keys
            if isinstance(node, ast.Assign | ast.AnnAssign) and empty:
                mutable.append(f"{name(path)}:{node.lineno}")
    assert mutable == []


def test_no_evaluation_of_text_and_no_pickle():
    forbidden = {"eval", "exec"}
    calls = [f"{name(path)}:{node.lineno}" for path, node in nodes(ast.Call)
             if isinstance(node.func, ast.Name) and node.func.id in forbidden]  # fmt: skip
    pickles = [f"{name(path)}:{node.lineno}" for path, node in nodes((ast.Import, ast.ImportFrom))
               if "pickle" in ast.unparse(node)]  # fmt: skip
    assert calls == []
    assert pickles == []


def public(tree):
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_":
            yield node


def test_public_names_are_documented():
    bare = []
    for path in FILES:
        if path.stem[0] == "_" and path.stem != "__init__":
            continue
        if not ast.get_docstring(TREES[path]):
            bare.append(name(path))
        for node in public(TREES[path]):
            if not ast.get_docstring(node):
                bare.append(f"{name(path)}:{node.name}")
    assert bare == []


CATALOGUES = ["thresholds", "calibration", "heads", "freezing", "metrics", "scores", "tasks", "callbacks", "data/sources",
              "data/splits", "transferability"]  # fmt: skip


@pytest.mark.parametrize("kind", CATALOGUES)
def test_what_people_name_has_an_example(kind):
    for path in sorted((ROOT / kind).glob("*.py")):
        if path.stem[0] != "_":
            docs = [ast.get_docstring(node) or "" for node in public(TREES[path])]
            assert any(">>>" in doc for doc in docs), name(path)


@pytest.mark.parametrize("kind", CATALOGUES)
def test_every_file_has_its_test(kind):
    tests = Path(__file__).parent
    missing = []
    for path in sorted((ROOT / kind).glob("*.py")):
        if path.stem[0] != "_" and not list(tests.rglob(f"test_{path.stem}.py")):
            missing.append(name(path))
    assert missing == []


def test_public_names_resolve():
    for public_name in dir(ftkeras):
        assert getattr(ftkeras, public_name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        ftkeras.no_such_name  # noqa: B018
