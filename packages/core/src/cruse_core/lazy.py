"""An attribute that is made when it is first read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")
Self = TypeVar("Self")


class lazy(Generic[T]):
    """Make the value once, at first use, and keep it in the instance's `__dict__`.

    PERF: `functools.cached_property` takes a lock on Python 3.11, which costs more than most of the
    values made here (benchmarks/scenarios.py). Two threads that read at once may both make a value,
    so this is for objects that belong to one request.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> lazy[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> lazy[T] | T:
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._make(instance)
        return value
