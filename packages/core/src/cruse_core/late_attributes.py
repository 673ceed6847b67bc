"""Attributes of requests and responses that are made when somebody first looks.

What is made, and from what, stands in `requests.py` and `responses.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from cruse_core.overrides import find_definition


class LateAttribute:
    """Make a value at first use and keep it in the instance's `__dict__`.

    It has no `__set__`: an assignment, and every later read, goes straight to the instance. A value
    that is already kept is never made again, so `super().form` works in an overriding property.

    It carries no type, because it stands in for an attribute that Werkzeug declares.
    """

    # PERF: `functools.cached_property` takes a lock on Python 3.11, and Werkzeug's runs Python code
    # at every read (benchmarks/scenarios.py: headers).

    def __init__(self, name: str, make: Callable[[Any], Any], *, doc: str | None = None) -> None:
        self.name: Final = name
        self.make: Final = make
        self.__doc__ = doc or make.__doc__

    def __get__(self, instance: object | None, owner: type | None = None) -> Any:
        if instance is None:
            return self
        values = instance.__dict__
        name = self.name
        if name in values:
            return values[name]
        value = values[name] = self.make(instance)
        return value


def install(cls: type, attributes: Iterable[LateAttribute]) -> None:
    """Put the *attributes* on *cls*, in place of what its bases have under their names."""
    for attribute in attributes:
        setattr(cls, attribute.name, attribute)


def inherits_all(cls: type, base: type, names: Iterable[str]) -> bool:
    """Return whether *cls* has what *base* has under each of the *names*."""
    return all(find_definition(cls, name) is find_definition(base, name) for name in names)
