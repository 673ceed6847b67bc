"""Read a request's headers from its environ, and make a response's headers from ready pairs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final, TypeVar, overload
from wsgiref.types import WSGIEnvironment

from werkzeug.datastructures import EnvironHeaders, Headers

from cruse_core.text_cache import TextCache

T = TypeVar("T")

_BODY_HEADERS: Final = frozenset({"content-type", "content-length"})


def _make_environ_key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"


_ENVIRON_KEYS: Final = TextCache(_make_environ_key, most=512)


class RequestHeaders(EnvironHeaders):
    """The headers of a request: a read-only view of its environ."""

    # Werkzeug keeps a list in each instance for what can be changed; nothing can be changed here.
    _list: ClassVar[list[tuple[str, str]]] = []  # type: ignore[misc]  # an instance's in Werkzeug

    def __init__(self, environ: WSGIEnvironment) -> None:
        self.environ = environ

    # PERF: a header's place in the environ is computed once per name, not per request
    # (benchmarks/scenarios.py: headers).

    @overload
    def get(self, key: str) -> str | None: ...
    @overload
    def get(self, key: str, default: str) -> str: ...
    @overload
    def get(self, key: str, default: T) -> str | T: ...
    @overload
    def get(self, key: str, type: Callable[[str], T]) -> T | None: ...
    @overload
    def get(self, key: str, default: T, type: Callable[[str], T]) -> T: ...
    def get(  # type: ignore[misc]  # as in Werkzeug, *type* is a keyword in the fourth overload
        self, key: str, default: Any = None, type: Any = None
    ) -> Any:
        """Return a header's value, passed through *type*; *default* if it is missing or invalid."""
        if type is None:
            value = self.environ.get(_ENVIRON_KEYS[key])
            return default if value is None else value
        return super().get(key, default, type)

    def _get_key(self, key: str) -> str:
        # Werkzeug's private name for what `headers[key]` and `key in headers` ask.
        value: str | None = self.environ.get(_ENVIRON_KEYS[key])
        if value is None:
            raise KeyError(key)
        return value


def find_plain_pairs(headers: object) -> list[tuple[str, str]] | None:
    """Return the *headers* given to a response as pairs, if Werkzeug would take them as they are.

    Returns:
        A new list; None if a value needs a conversion or check, or if one of the headers tells of
        the body, as what the response adds then depends on it.
    """
    # PERF: one look at each pair (benchmarks/scenarios.py: static).
    if type(headers) is dict:
        pairs = list(headers.items())
    elif type(headers) is list:
        pairs = headers.copy()
    else:
        return None
    for pair in pairs:
        if type(pair) is not tuple or len(pair) != 2:
            return None
        name, value = pair
        if type(name) is not str or type(value) is not str or "\n" in value or "\r" in value:
            return None
        if name.lower() in _BODY_HEADERS:
            return None
    return pairs


def make_headers(pairs: list[tuple[str, str]]) -> Headers:
    """Make response headers of *pairs* that need no check; the list becomes the headers' own."""
    # PERF: Werkzeug's constructor looks at each pair (benchmarks/scenarios.py: session). `_list` is
    # its private name; test_headers.py notices if it changes.
    headers = Headers.__new__(Headers)
    headers._list = pairs
    return headers


def get_pairs(headers: Headers) -> list[tuple[str, str]]:
    """Return the names and values for reading only."""
    # PERF: to iterate over the headers is two calls of Python code (benchmarks/scenarios.py: page).
    return headers._list if type(headers) is Headers else list(headers)


def append_plain(headers: Headers, name: str, value: str) -> None:
    """Add a header whose *value* needs no check."""
    # PERF: Werkzeug searches each value for line ends (benchmarks/scenarios.py: session).
    if type(headers) is Headers:
        headers._list.append((name, value))
    else:
        headers.add(name, value)
