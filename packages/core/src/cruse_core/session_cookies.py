"""Find the cookies of a request that may be its session.

`sessions.py` decides which of them is; this file only where they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.wrappers import Request as WerkzeugRequest

from cruse_core.parsing import find_cookie
from cruse_core.requests import Request

# So many of one name are looked at. Hardly a browser has more, and each costs a signature.
_MOST_COOKIES = 5


def iter_cookies(request: WerkzeugRequest, name: str) -> Iterator[str]:
    """Yield the values of the cookies of that name, in the client's order, without empty ones.

    A browser sends several if they were set for different paths or domains.
    """
    first = _get_cookie(request, name)
    if first:
        yield first
    environ = request._environ if isinstance(request, Request) else request.environ
    # PERF: one look at the header tells that there is no other (benchmarks/scenarios.py, session).
    if name.isascii() and (environ.get("HTTP_COOKIE") or "").count(name) < 2:
        return
    cookies = request.cookies
    if isinstance(cookies, MultiDict):
        values = filter(None, cookies.getlist(name))
        yield from islice(values, 1 if first else 0, _MOST_COOKIES)


def _get_cookie(request: WerkzeugRequest, name: str) -> str:
    """Return the value of the first cookie of that name; "" if there is none."""
    if isinstance(request, Request):
        values = request.__dict__
        if (
            request._is_plain
            and "cookies" not in values
            and "headers" not in values
            and request.dict_storage_class is ImmutableMultiDict
        ):
            value = find_cookie(request._environ.get("HTTP_COOKIE") or "", name)
            if value is not None:
                return value
    return request.cookies.get(name, "")
