"""Make the headers of an answer that sets a cookie, from parts that are kept.

`sessions.py` decides whether there is a cookie, and what it holds.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from werkzeug.http import dump_cookie, http_date
from werkzeug.wrappers import Response as BaseResponse

from cruse_core.headers import append_plain, get_pairs
from cruse_core.text_cache import TextCache


class CookieOptions(NamedTuple):
    """The options of a cookie, by the names that Werkzeug gives them."""

    domain: str | None
    path: str
    secure: bool
    httponly: bool
    samesite: str | None
    partitioned: bool


def vary_on_cookie(response: BaseResponse) -> None:
    """Tell caches that the answer depends on the cookie."""
    # PERF: a response seldom has the header already, and Werkzeug's set of its values costs as
    # much as the signature (benchmarks/scenarios.py, session).
    headers = response.headers
    for name, _ in get_pairs(headers):
        if name.lower() == "vary":
            response.vary.add("Cookie")
            return
    append_plain(headers, "Vary", "Cookie")


def make_cookie_header(
    name: str, value: str, expires: datetime | None, options: CookieOptions
) -> str:
    """Return what `dump_cookie` returns for a *value* that needs no quotes."""
    if expires is None:
        start, end = _FRAMES[name, options]
        return f"{start}{value}{end}"
    start, middle, end = _DATED_FRAMES[name, options]
    return f"{start}{value}{middle}{_format_date(expires.replace(microsecond=0))}{end}"


def _make_frame(key: tuple[str, CookieOptions]) -> tuple[str, str]:
    """Return the text before and after the value."""
    name, options = key
    header = dump_cookie(name, "V", max_size=0, **options._asdict())
    start = _make_start(name)
    return start, header.removeprefix(f"{start}V")


def _make_dated_frame(key: tuple[str, CookieOptions]) -> tuple[str, str, str]:
    """Return the text before the value, between value and date, and after that."""
    name, options = key
    header = dump_cookie(name, "V", expires="D", max_size=0, **options._asdict())
    start = _make_start(name)
    before, mark, after = header.removeprefix(f"{start}V").partition("; Expires=")
    return start, before + mark, after.removeprefix("D")


def _make_start(name: str) -> str:
    # As in a WSGI environ, the bytes of UTF-8 stand in the text as Latin-1.
    return f"{name.encode().decode('latin-1')}="


# An interface of the application's own may take the domain from the request.
_FRAMES: Final = TextCache(_make_frame, most=32, longest=512)
_DATED_FRAMES: Final = TextCache(_make_dated_frame, most=32, longest=512)

_format_date = lru_cache(maxsize=8)(http_date)
