"""The way of an ordinary request, in one function.

`pipeline.py` is the general path, and says what happens in which order. Here the same happens for a
request in whose way nothing stands: no step is overridden, no signal has receivers, and the URL
leads straight to a view, or certainly nowhere. As soon as something is out of the ordinary, the
steps of the general path take over.

PERF: calling the steps one by one costs as much again as all that they do for a plain text
(benchmarks/scenarios.py, text, hooks, dynamic, missing). tests/test_short_path.py compares the two
paths.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from werkzeug.exceptions import HTTPException, NotFound

from cruse_core.context import RequestContext, current
from cruse_core.context_app import ContextApp
from cruse_core.conversion import convert, find_plain_body, find_plain_page
from cruse_core.matching import HTTP_SCHEMES, get_accepted_hosts
from cruse_core.plan import Plan
from cruse_core.problem_details import ProblemApp
from cruse_core.responses import Response, send_plain
from cruse_core.sessions import SavingApp, save_session
from cruse_core.signals import (
    appcontext_popped,
    appcontext_pushed,
    appcontext_tearing_down,
    request_finished,
    request_started,
    request_tearing_down,
)
from cruse_core.types import (
    ResponseReturnValue,
    StartResponse,
    TeardownCallable,
    WSGIApplication,
    WSGIEnvironment,
)
from cruse_routing import MISS, UNDECIDED

# The steps that are not called here. An app on which one of them is replaced, and an app of a class
# that overrides one, takes the general path.
STEPS = frozenset(
    {
        "create_url_adapter",
        "dispatch_request",
        "full_dispatch_request",
        "preprocess_request",
        "raise_routing_exception",
        "request_context",
    }
)
# Those that are called where one of them is replaced: so a component that extends one costs that
# step, and not the short path.
STEPS_OF_ANSWERING = frozenset({"finalize_request", "make_response", "process_response"})
STEPS_OF_ENDING = frozenset({"do_teardown_appcontext", "do_teardown_request"})

# Whatever else a client sends as its method, in lower case too, `dispatch_request` judges.
_METHODS = frozenset({"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"})


class ShortPathApp(ContextApp, ProblemApp, SavingApp, Protocol):
    """What the short path asks of an app, besides what its parts ask."""

    teardown_appcontext_funcs: list[TeardownCallable]
    # Whether one of `STEPS_OF_ANSWERING`, or of `STEPS_OF_ENDING`, is replaced.
    takes_own_way_of_answering: bool
    takes_own_way_of_ending: bool

    def dispatch_request(self) -> ResponseReturnValue:
        """Call the view."""
        ...

    def handle_user_exception(self, e: Exception) -> HTTPException | ResponseReturnValue:
        """Answer an exception by its handler."""
        ...

    def handle_exception(self, e: Exception) -> Response:
        """Answer an exception that no handler took."""
        ...

    def finalize_request(
        self, rv: ResponseReturnValue | HTTPException, from_error_handler: bool = False
    ) -> Response:
        """Make the response and let the hooks process it."""
        ...

    def process_response(self, response: Response) -> Response:
        """Run the functions after the request, then save the session."""
        ...

    def should_ignore_error(self, error: BaseException | None) -> bool:
        """Return whether the teardown functions shall not hear of *error*."""
        ...


def serve(
    app: ShortPathApp, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes] | None:
    """Serve an ordinary request; None, with nothing done yet, if it is not one."""
    # PERF: as `get_accepted_hosts`, without the call (benchmarks/scenarios.py, text).
    hosts, trusted = app.accepted_hosts, app.config["TRUSTED_HOSTS"]
    if hosts.trusted is not trusted and hosts.trusted != trusted:
        hosts = get_accepted_hosts(app)
    if (
        not hosts[environ.get("HTTP_HOST")]
        or current.get(None) is not None
        or "HTTP_UPGRADE" in environ
        or "werkzeug.debug.preserve_context" in environ
        or environ.get("wsgi.url_scheme") not in HTTP_SCHEMES
        or appcontext_pushed.receivers
        or request_started.receivers
        or not app.session_interface.opens_when_read
    ):
        return None
    path: str = environ.get("PATH_INFO") or ""
    method: str = environ["REQUEST_METHOD"]
    match = app.url_map.find_match(path, method)
    if match is UNDECIDED or method not in _METHODS or not path.isascii():
        return None
    rule, view_args = (None, None) if match is MISS else match
    plan = app.plans.get(None if rule is None else rule.endpoint)
    if plan is None or not (plan.is_direct or (rule is None and not plan.value_preprocessors)):
        return None

    ctx = RequestContext(app, environ)
    ctx.found = rule, view_args, None if rule is not None else NotFound()
    ctx.plan = plan
    tokens = ctx._tokens = (current.set(ctx),)
    error: BaseException | None = None
    try:
        try:
            answer = _answer(app, ctx, plan, view_args)
        except BaseException as exc:
            error = exc
            ctx.drop_holds()
            if not isinstance(exc, Exception):
                raise
            answer = app.handle_exception(exc)
        if type(answer) is tuple:
            content_type, body = answer
            return send_plain(content_type, body, environ, start_response)
        return answer(environ, start_response)  # type: ignore[operator]  # no tuple
    finally:
        if (
            (error is not None or plan.teardown or plan.stale or ctx._holds)
            or app.takes_own_way_of_ending
            or (app.teardown_appcontext_funcs or request_tearing_down.receivers)
            or (appcontext_tearing_down.receivers or appcontext_popped.receivers)
            or (current.get(None) is not ctx or ctx._tokens is not tokens)
        ):
            try:
                ctx.end(None if error is None or app.should_ignore_error(error) else error)
            finally:
                # The traceback of the error refers to this frame, which refers to the error.
                error = None
        else:
            if ctx.made_request is not None or rule is None:
                ctx.close_request()
            current.reset(tokens[0])
            ctx._tokens = ()


def _answer(
    app: ShortPathApp, ctx: RequestContext, plan: Plan, view_args: dict[str, Any] | None
) -> WSGIApplication | tuple[str, Any]:
    """Run the hooks before the view, the view, and what makes a response of its value.

    Returns:
        The response, or what sends the same; content type and body if these are all of it.
    """
    handled = False
    rv: Any = None
    try:
        try:
            for hook in plan.before:
                rv = hook()
                if rv is not None:
                    break
            else:
                if plan.stale or (ctx.made_request is not None and _has_other_match(ctx)):
                    rv = app.dispatch_request()
                elif view_args is None:
                    raise ctx.found[2]  # type: ignore[misc]  # there is no rule
                elif view_args:
                    rv = plan.view(**view_args)  # type: ignore[misc]  # serve() has looked
                else:
                    rv = plan.view()  # type: ignore[misc]  # likewise
        except Exception as exc:
            rv = app.handle_user_exception(exc)
            handled = True
        if (
            plan.stale
            or app.takes_own_way_of_answering
            or ("HTTP_COOKIE" in ctx.environ and _may_have_to_send_session(app, ctx))
            or ctx.after_request_functions
            or request_finished.receivers
        ):
            return app.finalize_request(rv)
        if not plan.after and ctx.opened_session is None:
            page = find_plain_page(app, rv, ctx) if handled else None
            plain = page or find_plain_body(app, rv)
            if plain is not None:
                return plain
        if handled:
            return app.finalize_request(rv)
        if isinstance(rv, str):
            response = app.response_class(rv)
        elif type(rv) is dict:
            response = app.json.response(rv)  # type: ignore[assignment]  # of `response_class`
        else:
            response = convert(app, rv, ctx)
        for hook in plan.after:
            response = hook(response)
        if ctx.opened_session is not None:
            save_session(app, ctx.opened_session, response)
        return response
    finally:
        # It may be an exception, whose traceback refers to this frame.
        del rv


def _may_have_to_send_session(app: ShortPathApp, ctx: RequestContext) -> bool:
    """Return whether the cookie of a session that nobody has read may have to be sent again."""
    header = ctx.environ["HTTP_COOKIE"]
    if not header or ctx.opened_session is not None:
        return False
    # PERF: most cookies are none of the app's business (benchmarks/scenarios.py, headers).
    name = app.session_interface.get_cookie_name(app)
    if name.isascii() and name not in header:
        return False
    return app.session_interface.needs_saving_unread(app, ctx.request)


def _has_other_match(ctx: RequestContext) -> bool:
    """Return whether a hook may have seen another match or method than the view's."""
    request = ctx.request
    rule, view_args, routing_exception = ctx.found
    return (
        request.url_rule is not rule
        or request.view_args is not view_args
        or request.routing_exception is not routing_exception
        or request.method == "OPTIONS"
    )
