"""Tell where something of the user's is written, for messages."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable
from functools import partial
from types import FunctionType, MethodType
from typing import Any, Protocol


class ImportNamed(Protocol):
    """What has a place of its own: an app or a blueprint."""

    @property
    def import_name(self) -> str:
        """Name of the module or package that it is made in."""
        ...


def find_place(function: Callable[..., Any]) -> str | None:
    """Return file and line of a function, a method or a class, as `file:line`.

    Decorators that keep `__wrapped__` are looked through; the place of a decorated function is its
    first decorator, and that of a class-based view its class. What is not written in Python has
    none.
    """
    target: Any = getattr(function, "view_class", None) or inspect.unwrap(function)
    while isinstance(target, partial):
        target = target.func
    if isinstance(target, MethodType):
        target = target.__func__
    if isinstance(target, FunctionType):
        return f"{target.__code__.co_filename}:{target.__code__.co_firstlineno}"
    if not isinstance(target, type):
        target = type(target)
    try:
        return f"{inspect.getsourcefile(target)}:{inspect.findsource(target)[1] + 1}"
    except (OSError, TypeError):
        return None


def find_construction(owner: ImportNamed, text: str | None = None) -> str:
    """Return where a module makes its app or blueprint, as `file:line`.

    Args:
        owner: The app or blueprint.
        text: A name among the arguments of that call, which tells it from others in the module;
            without one, the class does.

    Returns:
        The file alone if the line cannot be told, and the import name if there is no file.
    """
    path: str | None = getattr(sys.modules.get(owner.import_name), "__file__", None)
    if path is None:
        return owner.import_name
    try:
        with open(path, "rb") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError):
        return path
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _makes(node, type(owner).__name__, text):
            return f"{path}:{node.lineno}"
    return path


def _makes(call: ast.Call, class_name: str, text: str | None) -> bool:
    """Tell whether *call* hands on `__name__`, and either *text* or is one of the class."""
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    if not any(isinstance(value, ast.Name) and value.id == "__name__" for value in values):
        return False
    if text is not None:
        return any(isinstance(value, ast.Constant) and value.value == text for value in values)
    function = call.func
    return class_name == (
        function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)
    )
