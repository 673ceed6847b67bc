"""Look into values that JSON cannot write as they are.

`json_provider.py` decides when, which is never for an ordinary value.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any


def find_non_finite(value: Any, default: Callable[[Any], Any]) -> tuple[str, float] | None:
    """Find the first number that JSON lacks: NaN, or an infinite one.

    Args:
        value: A value that was written already, so it has no cycles.
        default: What turned its parts of other types into those of JSON.

    Returns:
        Where it is, as "['rows'][3]" or "" for *value* itself, and the number; None if there is
        none.
    """
    if isinstance(value, float):
        # The difference is 0 for all others.
        return None if value - value == 0 else ("", value)
    parts: Iterable[tuple[Any, Any]]
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, (list, tuple)):
        parts = enumerate(value)
    elif value is None or isinstance(value, (str, int)):
        return None
    else:
        try:
            return find_non_finite(default(value), default)
        except TypeError:
            # A library may write more types than it asks about.
            return None
    for key, part in parts:
        found = find_non_finite(part, default)
        if found is not None:
            return f"[{key!r}]{found[0]}", found[1]
    return None


def sort_by_text(value: Any, default: Callable[[Any], Any]) -> Any:
    """Return a copy of JSON's types in which objects are sorted by key.

    Keys of several types, which cannot be compared, are sorted by the text that JSON makes of them.

    Args:
        value: What is to be written.
        default: Turns its parts of other types into those of JSON.
    """
    if isinstance(value, dict):
        try:
            keys = sorted(value)
        except TypeError:
            keys = sorted(value, key=_make_text)
        return {key: sort_by_text(value[key], default) for key in keys}
    if isinstance(value, (list, tuple)):
        return [sort_by_text(part, default) for part in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    return sort_by_text(default(value), default)


def _make_text(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(key)
