"""Functions for views, on the current app and request."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, NoReturn, ParamSpec, TypeVar

from werkzeug.exceptions import abort as werkzeug_abort
from werkzeug.utils import redirect as werkzeug_redirect
from werkzeug.wrappers import Response as BaseResponse

from cruse_core import context
from cruse_core.globals import current_app
from cruse_core.problem_details import find_json_errors, wants_json
from cruse_core.responses import Response
from cruse_core.types import AfterRequestCallable

P = ParamSpec("P")
T = TypeVar("T")
T_after_request = TypeVar("T_after_request", bound=AfterRequestCallable)


def has_app_context() -> bool:
    """Return whether `current_app` and `g` can be used here."""
    return context.current.get(None) is not None


def has_request_context() -> bool:
    """Return whether `request` and `session` can be used here."""
    return context.find_request_context() is not None


def has_json_errors() -> bool:
    """Return whether an error of the current request is described in JSON.

    That is so for each HTTP exception that no handler answers. A handler that makes a page can
    return the exception itself instead, for clients that expect no page.

    Raises:
        OutOfContextError: No request is being served here.
    """
    ctx = context.get_request_context("request")
    return wants_json(find_json_errors(ctx.app), ctx.environ)


def make_response(*args: Any) -> Response:
    """Return the response that a view's value stands for, to set headers on it.

    Args:
        *args: The value; several stand for a tuple of body, status and headers; none for an empty
            body.
    """
    if not args:
        return current_app.response_class()
    return current_app.make_response(args[0] if len(args) == 1 else args)


def url_for(
    endpoint: str,
    *,
    _anchor: str | None = None,
    _method: str | None = None,
    _scheme: str | None = None,
    _external: bool | None = None,
    **values: Any,
) -> str:
    """Build the URL of an endpoint; as `App.url_for`."""
    app = context.get_context("current_app.{}", "url_for").app
    # PERF: most URLs need no more than this (benchmarks/scenarios.py: url_for).
    if _external is None and _anchor is _method is _scheme is None:
        url: str = app.url_for(endpoint, **values)
        return url
    url = app.url_for(
        endpoint,
        _anchor=_anchor,
        _method=_method,
        _scheme=_scheme,
        _external=_external,
        **values,
    )
    return url


def redirect(
    location: str, code: int = 302, Response: type[BaseResponse] | None = None
) -> BaseResponse:
    """Return a response that sends the client to *location*.

    Args:
        location: URL, absolute or relative.
        code: HTTP status: 301, 302, 303, 305, 307 or 308.
        Response: Class of the response, where no app is active.
    """
    if has_app_context():
        return current_app.redirect(location, code=code)
    return werkzeug_redirect(location, code=code, Response=Response)


def abort(code: int | BaseResponse, *args: Any, **kwargs: Any) -> NoReturn:
    """Raise the HTTP exception for a status code, or end the request with a response.

    Args:
        code: HTTP status of an error, or the response.
        *args: For the exception: a description, a response.
        **kwargs: Likewise.
    """
    if has_app_context():
        current_app.aborter(code, *args, **kwargs)
    werkzeug_abort(code, *args, **kwargs)


def after_this_request(f: T_after_request) -> T_after_request:
    """Call *f* with the response of the current request; it returns that or another response.

    Raises:
        OutOfContextError: No request is being served.
    """
    ctx = context.get_request_context("after_this_request")
    ctx.after_request_functions = [*ctx.after_request_functions, f]
    return f


def copy_current_request_context(f: Callable[P, T]) -> Callable[P, T]:
    """Return *f* bound to the current request, to be called on another thread or greenlet.

    Each call has a context of its own with that request and session, so calls may run at once.

    Raises:
        OutOfContextError: No request is being served.
    """
    original = context.get_request_context("copy_current_request_context").copy()

    def in_context(*args: P.args, **kwargs: P.kwargs) -> T:
        with original.copy() as ctx:
            result: T = ctx.app.ensure_sync(f)(*args, **kwargs)
            return result

    return update_wrapper(in_context, f)
