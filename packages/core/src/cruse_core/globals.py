"""The proxies that stand for what is active here: `current_app`, `g`, `request`, `session`.

Each is a Werkzeug `LocalProxy`, so every operator works on it. The operations that nearly every
request uses are written out in the classes below.
"""

from __future__ import annotations

import threading
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

# The errors on their way from `__getattribute__` to `__getattr__`, by the name of the attribute.
_misses = threading.local()


class _Proxy(LocalProxy[T]):
    """Looks for a public name at once where it is; the proxy itself has none.

    PERF: looking for it on the proxy first ends in an AttributeError, which takes two thirds of the
    time (benchmarks/scenarios.py: headers, page). After an AttributeError from `__getattribute__`
    Python asks `__getattr__`, which must not look again: a failing property would run twice.
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        error: AttributeError | None = _misses.__dict__.pop(name, None)
        if error is None:
            return getattr(self._get_current_object(), name)
        try:
            raise error
        finally:
            # The traceback refers to this frame.
            del error


class _AppProxy(_Proxy[App]):
    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        if name[:1] == "_":
            return object.__getattribute__(self, name)
        app = (_find_context(None) or get_context("current_app.{}", name)).app
        try:
            return getattr(app, name)
        except AttributeError as error:
            _misses.__dict__[name] = error
            raise


class _GlobalsProxy(_Proxy[AppGlobals]):
    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        if name[:1] == "_":
            return object.__getattribute__(self, name)
        ctx = _find_context(None) or get_context("g.{}", name)
        try:
            return getattr(ctx.g, name)
        except AttributeError as error:
            _misses.__dict__[name] = error
            raise

    def __setattr__(self, name: str, value: Any) -> None:
        setattr((_find_context(None) or get_context("g.{}", name)).g, name, value)

    def __contains__(self, name: str) -> bool:
        return name in get_context("{!r} in g", name).g


class _RequestProxy(_Proxy[Request]):
    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        if name[:1] == "_":
            return object.__getattribute__(self, name)
        ctx = _find_context(None)
        if type(ctx) is not RequestContext:
            ctx = get_request_context("request.{}", name)
        try:
            return getattr(ctx.made_request or ctx.request, name)
        except AttributeError as error:
            _misses.__dict__[name] = error
            raise


class _SessionProxy(_Proxy[SessionMixin]):
    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        if name[:1] == "_":
            return object.__getattribute__(self, name)
        session = _get_session("session.{}", name)
        try:
            return getattr(session, name)
        except AttributeError as error:
            _misses.__dict__[name] = error
            raise

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
    session = ctx.opened_session
    if session is None:
        return ctx.session
    # What the context does for a session that is open.
    session.accessed = True
    return session


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
