"""Turn what a view returned into a response object."""

from __future__ import annotations

from collections.abc import Iterator
from types import GeneratorType
from typing import Any, NoReturn, Protocol, cast

from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from cruse_core.error_pages import CONTENT_TYPE, find_error_page, make_error_page
from cruse_core.errors import ViewReturnError
from cruse_core.json_provider import DefaultJSONProvider
from cruse_core.problem_details import (
    ProblemApp,
    find_json_errors,
    is_plain_error,
    make_problem_response,
    wants_json,
)
from cruse_core.requests import Request
from cruse_core.responses import CONTENT_TYPES, Response, make_plain_page
from cruse_core.types import WSGIApplication, WSGIEnvironment


class ConversionContext(Protocol):
    """What the conversion asks of a context."""

    @property
    def environ(self) -> WSGIEnvironment:
        """What the request is made of."""
        ...

    @property
    def request(self) -> Request:
        """The current request, made when it is first read."""
        ...


# As it was written: it may be replaced on its class, too.
_JSON_RESPONSE = DefaultJSONProvider.response

ACCEPTED = (
    "A view returns a str, bytes, dict, list, iterator, response object or WSGI callable; or a "
    "tuple of one of these with a status, headers, or both"
)


def find_plain_body(app: ProblemApp, rv: Any) -> tuple[str, Any] | None:
    """Return the content type and the body that the value *rv* of a view stands for.

    Returns:
        What `send_plain` sends as the response from `convert` would be; None if there must be one.
    """
    response_class = app.response_class
    if not response_class.is_left_out:
        return None
    mimetype = response_class.default_mimetype
    if isinstance(rv, str):
        return None if mimetype is None else (CONTENT_TYPES[mimetype], rv.encode())
    if isinstance(rv, (dict, list)):
        provider = app.json
        if (
            isinstance(provider, DefaultJSONProvider)
            and type(provider).response is _JSON_RESPONSE
            and "response" not in provider.__dict__
        ):
            document = provider.make_document(rv)
            return CONTENT_TYPES[provider.mimetype], document.encode()
    elif type(rv) is GeneratorType and mimetype is not None:
        return CONTENT_TYPES[mimetype], rv
    return None


def find_plain_page(
    app: ProblemApp, error: object, ctx: ConversionContext
) -> WSGIApplication | None:
    """Return what sends the page of *error* without a response object; None if there must be one.

    Args:
        app: As for `convert`.
        error: What handling an exception has led to; maybe that exception, if nothing handles it.
        ctx: As for `convert`.
    """
    if not isinstance(error, HTTPException) or not is_plain_error(error):
        return None
    json_errors = find_json_errors(app)
    if wants_json(json_errors, ctx.environ):
        return None
    page = find_error_page(app.response_class, error)
    if page is None:
        return None
    code: int = error.code  # type: ignore[assignment]  # a plain error has one
    varies_by = "Accept" if json_errors == "negotiate" else None
    return make_plain_page(page, code, CONTENT_TYPE, varies_by=varies_by)


def convert(app: ProblemApp, rv: Any, ctx: ConversionContext) -> Response:
    """Make the response that *rv* stands for.

    Args:
        app: Gives the response class and the JSON provider, and says how errors are answered.
        rv: What a view, a hook or an error handler returned.
        ctx: Its request's endpoint is named in errors.

    Returns:
        An instance of `app.response_class`; *rv* itself if it is one.

    Raises:
        ViewReturnError: *rv* is None, a tuple of the wrong length, or of a type that is not
            accepted.
    """
    status = headers = None
    if isinstance(rv, tuple):
        rv, status, headers = _unpack(rv, ctx)
    response_class = app.response_class
    if not isinstance(rv, response_class):
        if isinstance(rv, HTTPException):
            rv = _answer_error(app, rv, ctx)
        elif isinstance(rv, (str, bytes, bytearray, Iterator)):
            return response_class(cast(str, rv), status=status, headers=headers)
        elif isinstance(rv, (dict, list)):
            rv = app.json.response(rv)
        elif isinstance(rv, BaseResponse) or callable(rv):
            rv = _adopt(response_class, rv, ctx)
        else:
            _refuse(rv, ctx)
    if status is not None:
        if isinstance(status, int):
            rv.status_code = status
        else:
            rv.status = status
    if headers:
        rv.headers.update(headers)
    response: Response = rv
    return response


def _unpack(rv: tuple[Any, ...], ctx: ConversionContext) -> tuple[Any, Any, Any]:
    """Return body, status and headers of a returned tuple; None for what it lacks."""
    if len(rv) == 3:
        return rv
    if len(rv) == 2:
        if isinstance(rv[1], (Headers, dict, tuple, list)):
            return rv[0], None, rv[1]
        return rv[0], rv[1], None
    raise _noted(
        ViewReturnError(
            f"The view of endpoint {ctx.request.endpoint!r} returned a tuple of {len(rv)} items. "
            "A tuple must have the form (body, status, headers), (body, status) or (body, headers)."
            " Return one of these; for a list in JSON, return a list."
        ),
        rv,
    )


def _answer_error(app: ProblemApp, error: HTTPException, ctx: ConversionContext) -> Response:
    """Return the page of *error*, or a description of it in JSON."""
    json_errors = find_json_errors(app) if is_plain_error(error) else "never"
    response: Response
    if wants_json(json_errors, ctx.environ):
        response = make_problem_response(app, error, ctx.environ)
    else:
        response_class = app.response_class
        # As in Flask, hooks see the answer to HEAD without a body.
        is_head = ctx.environ["REQUEST_METHOD"] == "HEAD"
        page = None if is_head else make_error_page(response_class, error)
        response = page or _adopt(response_class, error, ctx)
    if json_errors == "negotiate":
        # RFC 9110, 12.5.5: a cache must not give this answer to a client with another preference.
        headers = response.headers
        if "vary" in headers.keys(lower=True):
            response.vary.add("Accept")
        else:
            # PERF: it costs a fifth of what `vary` does (benchmarks/scenarios.py: missing).
            headers.add("Vary", "Accept")
    return response


def _adopt(response_class: type[Response], rv: Any, ctx: ConversionContext) -> Any:
    """Return a foreign response or WSGI callable as an instance of *response_class*."""
    try:
        return response_class.force_type(rv, ctx.request.environ)
    except TypeError as exc:
        error = ViewReturnError(
            f"The view of endpoint {ctx.request.endpoint!r} returned an object (it was a "
            f"{type(rv).__name__}), and calling it as a WSGI application failed: {exc}. {ACCEPTED}."
        )
        raise _noted(error, rv).with_traceback(exc.__traceback__) from None


def _refuse(rv: Any, ctx: ConversionContext) -> NoReturn:
    """Raise the error that names the endpoint and what it returned."""
    if rv is None:
        raise ViewReturnError(
            f"The view of endpoint {ctx.request.endpoint!r} returned None, or ended without a "
            f"return statement. Without a value there is nothing to answer with. {ACCEPTED}; "
            'for an empty answer return ("", 204).'
        )
    raise _noted(
        ViewReturnError(
            f"The view of endpoint {ctx.request.endpoint!r} returned an object that cannot be an "
            f"answer: it was a {type(rv).__name__}. {ACCEPTED}."
        ),
        rv,
    )


def _noted(error: ViewReturnError, rv: Any) -> ViewReturnError:
    """Note what a view returned, which is nothing for visitors that a program shows *error* to."""
    error.add_note(f"It returned {rv!r}.")
    return error
