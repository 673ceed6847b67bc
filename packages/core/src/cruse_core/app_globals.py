"""The object behind `g`: a plain namespace of the app's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

from cruse_core.active_app import find_active_app

_ABSENT: Any = object()


class AppGlobals:
    """A plain object to keep values on, `g`: it lives as long as the app context."""

    # How `repr` calls it. Every public name is the program's.
    _label = "cruse.g"

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"g has no attribute {name!r}: nothing was stored under that name in this context. "
            f"Set it first, or read it with g.get({name!r}).",
            name=name,
            obj=self,
        )

    # For type checkers, which then let any name be set and deleted.
    def __setattr__(self, name: str, value: Any) -> None: ...
    def __delattr__(self, name: str) -> None: ...

    def _get_current_object(self) -> Self:
        """Return the object itself; the proxy `g` has a method of this name."""
        return self

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value stored under *name*, or *default*."""
        return self.__dict__.get(name, default)

    def pop(self, name: str, default: Any = _ABSENT) -> Any:
        """Remove *name* and return its value; *default* if it is absent, KeyError without one."""
        if default is _ABSENT:
            return self.__dict__.pop(name)
        return self.__dict__.pop(name, default)

    def setdefault(self, name: str, default: Any = None) -> Any:
        """Return the value stored under *name*, after storing *default* if there is none."""
        return self.__dict__.setdefault(name, default)

    def __contains__(self, name: str) -> bool:
        return name in self.__dict__

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__)

    def __repr__(self) -> str:
        app = find_active_app()
        return object.__repr__(self) if app is None else f"<{self._label} of {app.name!r}>"


# PERF: what `object` has does the same without a call of Python code (benchmarks/scenarios.py:
# page).
AppGlobals.__setattr__ = object.__setattr__  # type: ignore[method-assign,assignment]
AppGlobals.__delattr__ = object.__delattr__  # type: ignore[method-assign]
