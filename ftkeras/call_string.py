"""Call strings: `name(argument=value, ...)` in a flag, read without evaluating anything."""

import ast
from dataclasses import dataclass, field
from typing import Any

from ftkeras.errors import UserError


@dataclass(frozen=True)
class Call:
    """A name and its keyword arguments, as written in a call string.

    Args:
        name: The called name, for example `f1_score`.
        arguments: Keyword arguments; the values are Python literals.

    Example:
        >>> print(Call("f1_score", {"average": "macro"}))
        f1_score(average='macro')
        >>> print(Call("accuracy"))
        accuracy
    """

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        if not self.arguments:
            return self.name
        return (
            f"{self.name}({', '.join(f'{key}={value!r}' for key, value in self.arguments.items())})"
        )


def parse(text: str) -> Call:
    """Reads a call string; only names, keyword arguments and Python literals are accepted.

    Args:
        text: For example `f1_score(average='macro')`, or a bare name.

    Returns:
        The call. `parse(str(call)) == call` holds for every call.

    Raises:
        UserError: The text is not one call with literal keyword arguments.

    Example:
        >>> parse("csv(path='reviews.csv', text='review')")
        Call(name='csv', arguments={'path': 'reviews.csv', 'text': 'review'})
        >>> parse("head(units=__import__('os').getpid())")
        Traceback (most recent call last):
        ...
        ftkeras.errors.UserError: Expected a literal value for `units` (a number, ...
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _not_a_call(text) from None
    if isinstance(tree, ast.Name):
        return Call(tree.id)
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name):
        raise _not_a_call(text)
    if tree.args:
        raise UserError(
            "Expected keyword arguments only, as in name(argument=value). "
            f"Received: {text}. Write the argument's name before the value."
        )
    arguments: dict[str, Any] = {}
    for keyword in tree.keywords:
        if keyword.arg is None or keyword.arg in arguments:
            raise _not_a_call(text)
        arguments[keyword.arg] = _literal(keyword.arg, keyword.value, text)
    return Call(tree.func.id, arguments)


def _literal(name: str, node: ast.expr, text: str) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise UserError(
            f"Expected a literal value for `{name}` (a number, a quoted string, True, False, None, "
            f"a list or a dict). Received: {text}. Quote strings: {name}='...'."
        ) from None


def _not_a_call(text: str) -> UserError:
    return UserError(
        "Expected a call string such as f1_score(average='macro'), or a bare name. "
        f"Received: {text!r}. Check brackets and quotes."
    )
