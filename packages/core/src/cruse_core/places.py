"""Tell where something of the user's is written, for messages."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from types import FunctionType, MethodType
from typing import Any


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
