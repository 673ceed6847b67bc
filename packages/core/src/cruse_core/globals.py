"""The proxies that stand for what is active here: `current_app`, `g`, `request`, `session`.

Each is a Werkzeug `LocalProxy`, so every operator works on it. The operations that nearly every
request uses are written out in the classes below.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from werkzeug.local import LocalProxy

from cruse_core import context
from cruse_core.app import App
from cruse_core.app_globals import AppGlobals
from cruse_core.context import AnyContext, RequestContext, get_context, get_request_context
from cruse_core.requests import Request
from cruse_core.sessions import SessionMixin

T = TypeVar("T")

# PERF: a method that is written out costs half of LocalProxy's descriptor for the same operation,
# and the look at the class of the context half of `get_request_context` (benchmarks/scenarios.py:
# headers, page).

_find_context = context.current.get


class _AppProxy(LocalProxy[App]):
    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        return getattr((_find_context(None) or get_context("current_app.{}", name)).app, name)


class _GlobalsProxy(LocalProxy[AppGlobals]):
    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        return getattr((_find_context(None) or get_context("g.{}", name)).g, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr((_find_context(None) or get_context("g.{}", name)).g, name, value)

    def __contains__(self, name: str) -> bool:
        return name in get_context("{!r} in g", name).g


class _RequestProxy(LocalProxy[Request]):
    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        ctx = _find_context(None)
        if type(ctx) is not RequestContext:
            ctx = get_request_context("request.{}", name)
        return getattr(ctx.made_request or ctx.request, name)


class _SessionProxy(LocalProxy[SessionMixin]):
    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        return getattr(_get_session("session.{}", name), name)

    def __getitem__(self, key: str) -> Any:
        return _get_session("session[{!r}]", key)[key]

    def __setitem__(self, key: str, value: Any) -> None:
        _get_session("session[{!r}]", key)[key] = value

    def __contains__(self, key: str) -> bool:
        return key in _get_session("{!r} in session", key)


def _get_session(reading: str, part: object) -> SessionMixin:
    ctx = _find_context(None)
    if type(ctx) is not RequestContext:
        ctx = get_request_context(reading, part)
    return ctx.session


# An unbound proxy shows the name of its class.
for _class in (_AppProxy, _GlobalsProxy, _RequestProxy, _SessionProxy):
    _class.__name__ = "LocalProxy"


def _proxy(proxy_class: type[LocalProxy[T]], find: Callable[[], T]) -> T:
    """Make a proxy, typed as what it stands for: that is how its users see it."""
    return cast(T, proxy_class(find))


current_app = _proxy(_AppProxy, lambda: cast(App, get_context("current_app").app))
g = _proxy(_GlobalsProxy, lambda: get_context("g").g)
request = _proxy(_RequestProxy, lambda: get_request_context("request").request)
session = _proxy(_SessionProxy, lambda: get_request_context("session").session)

# The contexts themselves, for extensions. `app_ctx` is the one that owns `g`, the same object for
# each request within it.
app_ctx: AnyContext = _proxy(LocalProxy, lambda: get_context("app_ctx").owner)
request_ctx: RequestContext = _proxy(LocalProxy, lambda: get_request_context("request_ctx"))
