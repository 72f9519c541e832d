"""Whether a literal of a call string fits an annotation, without importing what is annotated.

Read are `int`, `float`, `str`, `bool`, `None`, unions and `Optional` of them, `list`, `tuple`,
`Sequence`, `dict` and `Mapping` of them, and `Literal`. Any other annotation (`Handle`, `NDArray`)
accepts every value: what it means is for the file that wrote it to check.
"""

import ast
from collections.abc import Callable
from typing import Any

_LISTS = ("list", "tuple", "Sequence", "Iterable", "Collection", "set", "frozenset")
_MAPPINGS = ("dict", "Mapping")
_PLAIN: dict[str, tuple[str, str, Callable[[Any], bool]]] = {
    "int": (
        "an integer",
        "integers",
        lambda value: isinstance(value, int) and not isinstance(value, bool),
    ),
    "float": (
        "a number",
        "numbers",
        lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    ),
    "str": ("a text", "texts", lambda value: isinstance(value, str)),
    "bool": ("True or False", "True or False", lambda value: isinstance(value, bool)),
    "None": ("None", "None", lambda value: value is None),
}


def fits(annotation: ast.expr, value: object) -> bool:
    """Returns whether a value may be given where the annotation stands.

    An integer is a number, but True is no integer. Lists and tuples stand for each other, for a
    call string is no place to tell them apart.

    Args:
        annotation: The syntax tree of an annotation.
        value: A Python literal.

    Example:
        >>> read = lambda text: ast.parse(text, mode="eval").body
        >>> fits(read("int | None"), None), fits(read("int"), True), fits(read("float"), 1)
        (True, False, True)
        >>> fits(read("tuple[str, ...]"), ["a", "b"]), fits(read("Literal['a', 'b']"), "c")
        (True, False)
    """
    options = _options(annotation)
    return any(_fits_one(option, value) for option in options)


def described(annotation: ast.expr) -> str:
    """Returns the annotation as a person says it.

    Example:
        >>> described(ast.parse("tuple[str, ...] | None", mode="eval").body)
        'a list of texts or None'
    """
    return " or ".join(dict.fromkeys(_described_one(option) for option in _options(annotation)))


def _options(annotation: ast.expr) -> list[ast.expr]:
    """Takes unions and quoted annotations apart."""
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return [*_options(annotation.left), *_options(annotation.right)]
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return _options(ast.parse(annotation.value, mode="eval").body)
    if isinstance(annotation, ast.Subscript) and _name(annotation.value) in ("Optional", "Union"):
        inner = [option for member in _members(annotation) for option in _options(member)]
        none: list[ast.expr] = [ast.Constant(None)]
        return inner + (none if _name(annotation.value) == "Optional" else [])
    return [annotation]


def _fits_one(annotation: ast.expr, value: object) -> bool:
    name = _name(annotation)
    if name in _PLAIN:
        return _PLAIN[name][2](value)
    container = _container(annotation)
    if container == "Literal":
        known = [ast.literal_eval(member) for member in _members(annotation)]
        return any(type(value) is type(each) and value == each for each in known)
    if container in _LISTS:
        return isinstance(value, list | tuple | set) and _members_fit(annotation, list(value))
    if container in _MAPPINGS:
        if not isinstance(value, dict):
            return False
        kinds = _members(annotation) or [ast.Name("Any"), ast.Name("Any")]
        return all(fits(kinds[0], key) and fits(kinds[-1], each) for key, each in value.items())
    return True


def _members_fit(annotation: ast.expr, values: list[object]) -> bool:
    kinds = _members(annotation)
    fixed = _container(annotation) == "tuple" and kinds and not _is_ellipsis(kinds[-1])
    if not kinds:
        return True
    if fixed:
        return len(kinds) == len(values) and all(map(fits, kinds, values))
    return all(fits(kinds[0], value) for value in values)


def _described_one(annotation: ast.expr) -> str:
    name = _name(annotation)
    if name in _PLAIN:
        return _PLAIN[name][0]
    container = _container(annotation)
    kinds = _members(annotation)
    if container == "Literal":
        return "one of " + ", ".join(ast.unparse(member) for member in kinds)
    if container in _MAPPINGS:
        return "a dict" + (f" of {' to '.join(_plural(kind) for kind in kinds)}" if kinds else "")
    if container not in _LISTS:
        return ast.unparse(annotation)
    if container == "tuple" and kinds and not _is_ellipsis(kinds[-1]):
        return f"a list of {len(kinds)}: {', '.join(described(kind) for kind in kinds)}"
    return f"a list of {_plural(kinds[0])}" if kinds else "a list"


def _plural(annotation: ast.expr) -> str:
    name = _name(annotation)
    return _PLAIN[name][1] if name in _PLAIN else described(annotation)


def _name(annotation: ast.expr) -> str:
    if isinstance(annotation, ast.Constant) and annotation.value is None:
        return "None"
    if isinstance(annotation, ast.Attribute):
        return annotation.attr
    return annotation.id if isinstance(annotation, ast.Name) else ""


def _container(annotation: ast.expr) -> str:
    return _name(annotation.value if isinstance(annotation, ast.Subscript) else annotation)


def _members(annotation: ast.expr) -> list[ast.expr]:
    if not isinstance(annotation, ast.Subscript):
        return []
    inner = annotation.slice
    return list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]


def _is_ellipsis(annotation: ast.expr) -> bool:
    return isinstance(annotation, ast.Constant) and annotation.value is Ellipsis
