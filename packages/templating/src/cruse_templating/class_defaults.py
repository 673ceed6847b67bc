"""Class attributes whose value is not there yet when the class is made.

Each function here is typed as the value that it stands for, as `dataclasses.field` is, so that a
subclass may simply assign another value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class _Late:
    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def __get__(self, instance: object | None, owner: type) -> Any:
        return self._make()


class _CopiedDict:
    def __init__(self) -> None:
        self._shared: dict[str, Any] = {}
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object | None, owner: type) -> dict[str, Any]:
        if instance is None:
            return self._shared
        own = instance.__dict__[self._name] = dict(self._shared)
        return own


def late(make: Callable[[], T]) -> T:
    """Stand for the value that *make* returns, which is called at each use.

    >>> class App:
    ...     greeting: str = late(lambda: "hello")
    >>> App.greeting
    'hello'
    """
    value: Any = _Late(make)
    return value  # type: ignore[no-any-return]  # a descriptor, typed as what it gives


def copied_dict() -> dict[str, Any]:
    """Stand for a dict that each instance has a copy of, so that no app changes another one's."""
    value: Any = _CopiedDict()
    return value  # type: ignore[no-any-return]  # a descriptor, typed as what it gives
