"""A folder is the catalogue: name -> file -> object, without a registry.

The file `metrics/f1_score.py` is the metric `f1_score` and defines `class F1Score`; the file
`heads/linear.py` is the head `linear` and defines `def build(...)`. Nothing registers itself:
to add a thing, add a file. Arguments, and the types they are annotated with, are checked by
reading the file's syntax tree, so that a flag can be validated before TensorFlow is loaded.
"""

import ast
import difflib
import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ftkeras import argument_types
from ftkeras.call_string import Call
from ftkeras.errors import UserError

_ROOT = Path(__file__).parent


def names(kind: str) -> list[str]:
    """Returns the names a folder offers, sorted; files that start with `_` are private.

    Args:
        kind: A folder of the package, for example `"metrics"` or `"data/sources"`.

    Example:
        >>> "binary" in names("tasks")
        True
    """
    return sorted(path.stem for path in (_ROOT / kind).glob("*.py") if path.stem[0] != "_")


def find(kind: str, name: str) -> Any:
    """Imports the one file of that name and returns what it is there for.

    That is its `build` function, else the class or the function that bears the file's name.

    Args:
        kind: A folder of the package.
        name: A file in it, without `.py`.

    Raises:
        UserError: There is no such file; the message names the nearest one.
    """
    check_name(kind, name)
    module = importlib.import_module(f"ftkeras.{kind.replace('/', '.')}.{name}")
    for attribute in ("build", class_name(name), name):
        if hasattr(module, attribute):
            return getattr(module, attribute)
    raise LookupError(
        f"Expected `build`, `{class_name(name)}` or `{name}` in {kind}/{name}.py. "
        f"Received: a file without any of them."
    )


def build(kind: str, call: Call) -> Any:
    """Finds what a call string names and calls it with the arguments given there."""
    check(kind, call)
    return find(kind, call.name)(**call.arguments)


def check(kind: str, call: Call, extra: tuple[str, ...] = ()) -> None:
    """Checks a call's name, arguments and their types without importing the file it names.

    Args:
        kind: A folder of the package.
        call: The parsed call string.
        extra: Argument names that are accepted besides those of the file's signature.

    Raises:
        UserError: An unknown name or argument, a value of another type than the argument is
            annotated with, or a required argument left out.

    Example:
        >>> check("freezing", Call("top_blocks", {"count": "two"}))
        Traceback (most recent call last):
        ...
        ftkeras.errors.UserError: Expected `count` of `top_blocks` to be an integer. Received: ...
    """
    check_name(kind, call.name)
    accepted = _arguments(kind, call.name)
    known = [*accepted, *extra]
    for argument, value in call.arguments.items():
        if argument not in known:
            raise UserError(
                f"Expected an argument of `{call.name}`: {', '.join(known) or 'it takes none'}. "
                f"Received: {argument}={value!r}.{nearest(argument, known)}"
            )
        if argument in accepted:
            _check_type(call.name, argument, value, accepted[argument].annotation)
    missing = [key for key, it in accepted.items() if it.required and key not in call.arguments]
    if missing:
        raise UserError(
            f"Expected `{call.name}` with its required argument(s) {', '.join(missing)}. "
            f"Received: {call}. Write {call.name}({missing[0]}=...)."
        )


def check_name(kind: str, name: str) -> None:
    """Raises `UserError`, with the nearest name, unless the folder has a file of that name."""
    known = names(kind)
    if name not in known:
        raise UserError(
            f"Expected one of the {kind}: {', '.join(known)}. Received: {name!r}."
            f"{nearest(name, known)}"
        )


def parameters(kind: str, name: str) -> dict[str, bool]:
    """Returns argument name -> "is it required", read from the file's syntax tree.

    Arguments whose names start with `_` and keyword catch-alls are left out. A class without
    `__init__` is read as a dataclass: its annotated fields are the arguments.
    """
    return {key: argument.required for key, argument in _arguments(kind, name).items()}


def constant(kind: str, name: str, constant_name: str) -> Any:
    """Returns a module-level literal of a file, read from its syntax tree; `()` if it has none."""
    for node in ast.parse((_ROOT / kind / f"{name}.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == constant_name:
            return ast.literal_eval(node.value)
    return ()


def lazy_classes(kind: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Returns `__getattr__` and `__dir__` for a room whose classes load on first use.

    Args:
        kind: A folder whose files define one class each.

    Example:
        >>> get, names_ = lazy_classes("heads")
        >>> get("Linear").__name__, names_()[-1]
        ('Linear', 'TokenLevel')
    """
    package = f"ftkeras.{kind.replace('/', '.')}"

    def get(attribute: str) -> Any:
        name = file_name(attribute)
        if name in names(kind) and class_name(name) == attribute:
            return find(kind, name)
        hint = nearest(attribute, offered())
        raise AttributeError(f"module {package!r} has no attribute {attribute!r}.{hint}")

    def offered() -> list[str]:
        return [class_name(name) for name in names(kind)]

    return get, offered


def class_name(name: str) -> str:
    """Returns the class that a file of this name defines.

    Example:
        >>> class_name("area_under_roc_curve")
        'AreaUnderRocCurve'
    """
    return "".join(part.capitalize() for part in name.split("_"))


def file_name(class_: str) -> str:
    """Returns the file in which a class of this name is defined.

    Example:
        >>> file_name("F1Score")
        'f1_score'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_).lower()


def nearest(name: str, known: list[str]) -> str:
    """Returns ` Did you mean 'x'?` for the known name closest to `name`, or an empty string.

    Example:
        >>> nearest("acuracy", ["accuracy", "precision"])
        " Did you mean 'accuracy'?"
        >>> nearest("f1", ["accuracy", "f1_score"])
        " Did you mean 'f1_score'?"
    """
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if not close and len(name) > 1:
        close = [one for one in known if one.startswith(name)]
    return f" Did you mean '{close[0]}'?" if close else ""


@dataclass(frozen=True)
class _Argument:
    required: bool
    annotation: ast.expr | None


def _arguments(kind: str, name: str) -> dict[str, _Argument]:
    tree = ast.parse((_ROOT / kind / f"{name}.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in ("build", name):
            return _function_arguments(node)
        if isinstance(node, ast.ClassDef) and node.name == class_name(name):
            return _class_arguments(node)
    raise LookupError(
        f"Expected `def build` or `class {class_name(name)}` in {kind}/{name}.py. "
        f"Received: name={name!r}."
    )


def _function_arguments(node: ast.FunctionDef) -> dict[str, _Argument]:
    positional = [*node.args.posonlyargs, *node.args.args]
    first_default = len(positional) - len(node.args.defaults)
    found = {
        argument.arg: _Argument(index < first_default, argument.annotation)
        for index, argument in enumerate(positional)
    }
    for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        found[argument.arg] = _Argument(default is None, argument.annotation)
    return {key: argument for key, argument in found.items() if key != "self" and key[0] != "_"}


def _class_arguments(node: ast.ClassDef) -> dict[str, _Argument]:
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and item.name == "__init__":
            return _function_arguments(item)
    return {
        item.target.id: _Argument(item.value is None, item.annotation)
        for item in node.body
        if isinstance(item, ast.AnnAssign)
        and isinstance(item.target, ast.Name)
        and not item.target.id.startswith("_")
        and "ClassVar" not in ast.unparse(item.annotation)
    }


def _check_type(name: str, argument: str, value: object, annotation: ast.expr | None) -> None:
    if annotation is None or argument_types.fits(annotation, value):
        return
    quoted = ""
    if argument_types.fits(annotation, str(value)) and not isinstance(value, str):
        quoted = f" Quote texts: {argument}={str(value)!r}."
    raise UserError(
        f"Expected `{argument}` of `{name}` to be {argument_types.described(annotation)}. "
        f"Received: {argument}={value!r}.{quoted}"
    )
