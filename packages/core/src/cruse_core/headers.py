"""Read a request's headers from its environ, and make a response's headers from ready pairs."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar
from wsgiref.types import WSGIEnvironment

from werkzeug.datastructures import EnvironHeaders, Headers


@lru_cache(maxsize=512)
def _environ_key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"


class RequestHeaders(EnvironHeaders):
    """The headers of a request: a read-only view of its environ."""

    # Werkzeug keeps a list in each instance for what can be changed; nothing can be changed here.
    _list: ClassVar[list[tuple[str, str]]] = []  # type: ignore[misc]  # an instance's in Werkzeug

    def __init__(self, environ: WSGIEnvironment) -> None:
        self.environ = environ

    # PERF: a header's place in the environ is computed once per name, not per request
    # (benchmarks/scenarios.py: query, cookies, headers).

    def get(self, key: str, default: Any = None, type: Callable[[str], Any] | None = None) -> Any:
        """Return a header's value, passed through *type*; *default* if it is missing or invalid."""
        if type is None:
            return self.environ.get(_environ_key(key), default)
        return super().get(key, default, type)

    def _get_key(self, key: str) -> str:
        # Werkzeug's private name for what `headers[key]` and `key in headers` ask.
        value: str = self.environ[_environ_key(key)]
        return value


def make_headers(pairs: list[tuple[str, str]]) -> Headers:
    """Make response headers of *pairs* that need no check; the list becomes the headers' own."""
    # PERF: Werkzeug's constructor looks at each pair (benchmarks/scenarios.py: hooks). `_list` is
    # its private name; test_headers.py notices if it changes.
    headers = Headers.__new__(Headers)
    headers._list = pairs
    return headers
