"""Describe one request and one answer, free of WSGI and ASGI."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http.cookies import SimpleCookie


@dataclass(frozen=True)
class Request:
    """A request as a client sends it; header names in their usual spelling."""

    path: str = "/"
    method: str = "GET"
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def with_cookie(self, cookie: str) -> Request:
        """Return the same request that also sends *cookie* (`name=value`)."""
        return replace(self, headers=(*self.headers, ("Cookie", cookie)))


@dataclass(frozen=True)
class Answer:
    """What came back: the status code, every header in order, the whole body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def find_header(self, name: str) -> str | None:
        """Return the first value of a header, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def make_cookie_header(self) -> str:
        """Return the cookies that this answer sets, as a client would send them back."""
        jar: SimpleCookie = SimpleCookie()
        for key, value in self.headers:
            if key.lower() == "set-cookie":
                jar.load(value)
        return "; ".join(f"{name}={morsel.coded_value}" for name, morsel in jar.items())
