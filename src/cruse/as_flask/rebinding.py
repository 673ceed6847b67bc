"""Flask's modules, in which a name may be set anew as in Flask: `flask.cli.load_dotenv = stub`.

Flask's functions find the new value, because they look the name up there. Those of Cruse look in
modules of Cruse, so the new value is set there, too, until the old one is set again. Nothing of
this happens before somebody does so, and nothing costs anything until then.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from cruse.as_flask.names import MODULES
from cruse.as_flask.places import ADAPTED_PLACES, Place

# Values that may be the same object by chance.
_PLAIN = (str, int, float, tuple, type(None))


class FlaskModule(ModuleType):
    """One of Flask's modules."""

    # In a slot, so that it is none of the names of the module.
    __slots__ = ("_rebound",)

    # By a name that was set anew: what it was, and what has been set in its place.
    _rebound: dict[str, tuple[Any, list[Replacement]]]

    def __init__(self, name: str) -> None:
        super().__init__(name)
        object.__setattr__(self, "_rebound", {})

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__:
            self._rebind(name, value)
        super().__setattr__(name, value)

    def _rebind(self, name: str, value: Any) -> None:
        if name not in self._rebound:
            original = self.__dict__[name]
            places = iter_places(self.__name__, name, original)
            self._rebound[name] = original, [Replacement(place) for place in places]
        original, replacements = self._rebound[name]
        for replacement in replacements:
            if value is original:
                replacement.undo()
            else:
                replacement.set(value)
        if value is original:
            del self._rebound[name]


class Replacement:
    """Sets a value in one place of Cruse, and what was there before again.

    Args:
        place: The place.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._before = vars(place.owner).get(place.name, self)

    def set(self, value: Any) -> None:
        """Have *value* looked up in the place."""
        owner, name, adapt = self._place
        setattr(owner, name, value if adapt is None else adapt(value))

    def undo(self) -> None:
        """Have what was there before looked up again."""
        owner, name, _ = self._place
        if self._before is self:
            delattr(owner, name)
        else:
            setattr(owner, name, self._before)


def iter_places(module: str, name: str, value: Any) -> Iterator[Place]:
    """Yield where Cruse looks up what *name* in Flask's *module* stands for.

    Args:
        module: Name of Flask's module.
        name: A name in it.
        value: What the name has stood for until now.
    """
    adapted = ADAPTED_PLACES.get(f"{module}.{name}")
    if adapted is not None:
        yield adapted
        return
    if module not in MODULES or isinstance(value, _PLAIN):
        return
    for source in MODULES[module].looked_up_in.split():
        consumer = import_module(source)
        for ours in dir(consumer):
            if getattr(consumer, ours, None) is value:
                yield Place(consumer, ours)
