"""Choose, for a converter, the cheapest function that does the same as its methods.

A converter that overrides `to_python` or `to_url` always gets its own method called.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from werkzeug.routing import BaseConverter, IntegerConverter

FromPath: TypeAlias = Callable[[str], Any]
ToPath: TypeAlias = Callable[[Any], str]

# What RFC 3986 lets stand in a path segment, and the slash, which Werkzeug's converters let stand.
PATH_SAFE = "!$&'()*+,/:;=@"
_find_unsafe_in_path = re.compile(r"[^A-Za-z0-9_.~!$&'()*+,/:;=@-]").search


def find_from_path(converter: BaseConverter) -> FromPath | None:
    """Return the function that makes a value of a matched text, or None if the text is the value.

    The function raises whatever the converter's `to_python` raises, or a ValueError.
    """
    if _is_inherited(converter.to_python, BaseConverter.to_python):
        return None
    # PERF: int() alone takes a fifth of IntegerConverter.to_python (benchmarks/scenarios.py).
    if (
        isinstance(converter, IntegerConverter)
        and _is_inherited(converter.to_python, IntegerConverter.to_python)
        and converter.num_convert is int
        and not converter.fixed_digits
        and converter.min is None
        and converter.max is None
    ):
        return int
    return converter.to_python


def make_to_path(converter: BaseConverter) -> ToPath:
    """Return the function that writes a value into a path, quoted, as the converter would."""
    to_url = converter.to_url
    if _is_inherited(to_url, BaseConverter.to_url):

        def quote(value: Any) -> str:
            # PERF: most values need no quoting, which is cheap to see (benchmarks/scenarios.py).
            if type(value) is str and _find_unsafe_in_path(value) is None:
                return value
            return to_url(value)

        return quote
    if (
        isinstance(converter, IntegerConverter)
        and _is_inherited(to_url, IntegerConverter.to_url)
        and converter.num_convert is int
        and not converter.fixed_digits
    ):

        def write_int(value: Any) -> str:
            # PERF: an int is its own number (benchmarks/scenarios.py).
            return str(value) if type(value) is int else to_url(value)

        return write_int
    return to_url


def _is_inherited(method: Callable[..., Any], original: Callable[..., Any]) -> bool:
    return getattr(method, "__func__", None) is original
