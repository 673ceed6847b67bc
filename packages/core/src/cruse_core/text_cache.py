"""Keep what depends on a text that a client may have chosen, and let no client fill the memory.

`functools.lru_cache` bounds the number of what it keeps, but not the size.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class TextCache(dict[K, V]):
    """Reads as a table of what a function returns for every argument.

    Args:
        make: The function; what it raises is raised, and not kept.
        most: Arguments up to which results are kept. One more, and all are forgotten: so a client
            that sends ever new ones costs the others one call now and then.
        longest: Characters up to which an argument is kept; of a tuple, in all of its texts.
    """

    # PERF: a lookup takes half as long as a call of what `lru_cache` makes
    # (benchmarks/scenarios.py: text).

    __slots__ = ("_longest", "_make", "_most")

    def __init__(self, make: Callable[[K], V], *, most: int = 128, longest: int = 128) -> None:
        super().__init__()
        self._make = make
        self._most = most
        self._longest = longest

    def __missing__(self, key: K) -> V:
        value = self._make(key)
        if _count_characters(key) <= self._longest:
            if len(self) >= self._most:
                self.clear()
            self[key] = value
        return value


def _count_characters(key: object) -> int:
    if isinstance(key, (str, bytes)):
        return len(key)
    return sum(map(_count_characters, key)) if isinstance(key, tuple) else 0
