"""Let one decorator be used with parentheses and without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

F = TypeVar("F", bound=Callable[..., Any])


@overload
def make_decorator(name: F, add: Callable[[Any, str | None], None]) -> F: ...
@overload
def make_decorator(
    name: str | None, add: Callable[[Any, str | None], None]
) -> Callable[[F], F]: ...
def make_decorator(
    name: F | str | None, add: Callable[[Any, str | None], None]
) -> F | Callable[[F], F]:
    """Return what a decorator's call returns.

    Args:
        name: What the decorator was called with: the function itself, its name in templates, or
            None for the function's own name.
        add: Registers a function under a name.
    """
    if callable(name):
        add(name, None)
        return name

    def register(f: F) -> F:
        add(f, name)
        return f

    return register
