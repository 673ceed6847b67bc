"""Let classes and functions of Cruse tell the names of those that they stand for."""

from __future__ import annotations

from types import FunctionType
from typing import Any


def show_as_defined(value: Any, module: str, name: str) -> None:
    """Let a class, a function or a command tell that it is *name* and was defined in *module*.

    Programs know what they watch, count or leave alone by these names.
    """
    kind = type(value)
    if kind is FunctionType or issubclass(kind, type):
        value.__module__ = module
        value.__name__ = value.__qualname__ = name
    elif kind.__module__ == "click.core":
        show_as_defined(getattr(value, "callback", None), module, name)
    if issubclass(kind, type):
        for member_name, member in vars(value).items():
            if type(member) is FunctionType:
                member.__module__ = module
                member.__qualname__ = f"{name}.{member_name}"
