"""Tell whether a class of the framework is as it was written, also after somebody has changed it.

A subclass overrides methods; mocks and monitoring agents put theirs on the class itself, while the
program runs. Whoever takes a short cut around a method asks here whether anybody could notice.
"""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Iterable
from typing import Any, Protocol
from weakref import WeakSet


class Originals:
    """What a class has under some names, before anybody replaces it.

    Args:
        cls: The class.
        names: Of the attributes, which may be inherited.
    """

    def __init__(self, cls: type, names: Iterable[str]) -> None:
        self._definitions = {name: find_definition(cls, name) for name in names}

    def are_kept_by(self, cls: type) -> bool:
        """Return whether *cls*, that class or a subclass, has the same under each name."""
        return all(find_definition(cls, name) is own for name, own in self._definitions.items())

    def are_kept_on(self, instance: object) -> bool:
        """Return whether *instance* has none of the names itself, and its class the same."""
        return self._definitions.keys().isdisjoint(vars(instance)) and self.are_kept_by(
            type(instance)
        )


def find_definition(cls: type, name: str) -> object:
    """Return what *cls* or the nearest of its bases has under *name*, unbound; None if none has."""
    for base in cls.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return None


class Watcher(Protocol):
    """What has found out something about classes."""

    def _look_for_short_cuts(self) -> None:
        """Find it out anew: one of them was changed."""
        ...


#: Told of every change to a class of the type `WatchedType`.
watchers: WeakSet[Any] = WeakSet()


class WatchedType(ABCMeta):
    """The class of classes whose methods may be replaced while the program runs.

    Such a class, and each of its subclasses, is asked to `_look_afresh` after an attribute among
    its `_watched` was set or deleted; then the `watchers` are told. It derives from `ABCMeta`, so
    that subclasses may have abstract mixins.
    """

    _watched: frozenset[str] = frozenset()

    # PERF: `isinstance` and `issubclass` without a call of Python code: nobody registers a class as
    # one of these (benchmarks/scenarios.py, json, session).
    __instancecheck__ = type.__instancecheck__
    __subclasscheck__ = type.__subclasscheck__

    def __setattr__(cls, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        cls._tell(name)

    def __delattr__(cls, name: str) -> None:
        super().__delattr__(name)
        cls._tell(name)

    def _tell(cls, name: str) -> None:
        if name in cls._watched:
            for changed in _iter_classes(cls):
                changed._look_afresh()
            for watcher in tuple(watchers):
                watcher._look_for_short_cuts()


def _iter_classes(cls: Any) -> Iterable[Any]:
    yield cls
    for subclass in type.__subclasses__(cls):
        yield from _iter_classes(subclass)
