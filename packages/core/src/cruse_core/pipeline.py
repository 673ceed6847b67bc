"""The way of a request, from the server's call to the response, in the order in which it happens.

    server → __call__ → wsgi_app              push one context, match the URL
                 → full_dispatch_request      before-request hooks, error handlers
                     → dispatch_request → view
                   finalize_request           response made → after-request hooks → session saved
             response(environ, start_response)
             context popped                   teardown hooks, signals

Every step is a method that a subclass may override and that may be replaced on the app itself.
Nothing between the push and the finished response touches `start_response`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import cached_property
from logging import Logger
from types import TracebackType
from typing import Any, NoReturn, TypeAlias

from werkzeug.exceptions import (
    BadRequest,
    BadRequestKeyError,
    HTTPException,
    InternalServerError,
    NotFound,
)
from werkzeug.routing import MapAdapter, RequestRedirect, RoutingException

from cruse_core import context
from cruse_core.app_globals import AppGlobals
from cruse_core.config import Config, ConfigAttribute
from cruse_core.context import CURRENT_EXCEPTION, RequestContext
from cruse_core.conversion import convert
from cruse_core.debug_helpers import FormDataRoutingRedirect, explain_arguments
from cruse_core.error_handlers import find_error_handler
from cruse_core.event_loop import async_to_sync, is_coroutine_function
from cruse_core.foreign_flask import note_foreign_flask, warn_of_foreign_flask
from cruse_core.hosts import AcceptedHosts
from cruse_core.json_provider import JSONProvider
from cruse_core.logging import create_logger
from cruse_core.plan import Plan, make_plan, split_blueprint_path
from cruse_core.prefix_owners import PrefixOwners
from cruse_core.problem_details import JSONErrors
from cruse_core.requests import Request
from cruse_core.responses import Response
from cruse_core.scaffold import Scaffold
from cruse_core.server_protocols import refuse_other_protocols
from cruse_core.sessions import SessionInterface, save_session
from cruse_core.short_path import serve
from cruse_core.signals import (
    appcontext_tearing_down,
    got_request_exception,
    request_finished,
    request_started,
    request_tearing_down,
)
from cruse_core.teardown import call_each
from cruse_core.tracebacks import shorten_traceback
from cruse_core.types import (
    ResponseReturnValue,
    StartResponse,
    TeardownCallable,
    WSGIEnvironment,
)
from cruse_routing import Map

ExceptionInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)

_active = context.current.get

PRESERVE_CONTEXT = "werkzeug.debug.preserve_context"


class Pipeline(Scaffold):
    """Serves requests; `App` adds what is needed to set it up."""

    request_class: type[Request] = Request
    response_class: type[Response] = Response
    session_interface: SessionInterface
    config: Config
    json: JSONProvider
    teardown_appcontext_funcs: list[TeardownCallable]
    url_map: Map
    app_ctx_globals_class: type[AppGlobals]
    json_errors_by_blueprint: dict[str, JSONErrors]
    prefix_owners: PrefixOwners
    _got_first_request: bool
    # Which hosts `create_url_adapter` accepts.
    accepted_hosts: AcceptedHosts
    # Whether URLs of ordinary requests can be matched without `create_url_adapter`.
    matches_directly: bool
    # Whether a step is replaced; see `short_path.py`.
    takes_short_path: bool
    takes_own_way_of_answering: bool
    takes_own_way_of_ending: bool
    # Whether each request has the context around it that `app_context` makes, for who looks there.
    pushes_app_context: bool
    # Whether nobody notices if functions are made synchronous once, and not by each request.
    _converts_once: bool

    testing = ConfigAttribute[bool]("TESTING")

    @property
    def secret_key(self) -> str | bytes | None:
        """Key that signs sessions; SECRET_KEY in the configuration."""
        key: str | bytes | None = self.config["SECRET_KEY"]
        return key

    @secret_key.setter
    def secret_key(self, value: str | bytes | None) -> None:
        self.config["SECRET_KEY"] = value

    @property
    def permanent_session_lifetime(self) -> timedelta:
        """How long a permanent session lasts; PERMANENT_SESSION_LIFETIME, which may be seconds."""
        lifetime: timedelta | int = self.config["PERMANENT_SESSION_LIFETIME"]
        return lifetime if isinstance(lifetime, timedelta) else timedelta(seconds=lifetime)

    @permanent_session_lifetime.setter
    def permanent_session_lifetime(self, value: timedelta | int) -> None:
        self.config["PERMANENT_SESSION_LIFETIME"] = value

    @property
    def debug(self) -> bool:
        """Whether errors may show details and files are watched; DEBUG in the configuration."""
        debug: bool = self.config["DEBUG"]
        return debug

    @debug.setter
    def debug(self, value: bool) -> None:
        self.config["DEBUG"] = value

    @cached_property
    def logger(self) -> Logger:
        """Logger with the name of the app; in debug mode it logs everything."""
        return create_logger(self)

    def __call__(
        self,
        environ: WSGIEnvironment,
        start_response: StartResponse = refuse_other_protocols,
        _send: object = None,
    ) -> Iterable[bytes]:
        """Serve a request; middleware may be wrapped around `wsgi_app`.

        Raises:
            ServerProtocolError: The server speaks ASGI or RSGI: it gives one or three arguments, or
                two others.
        """
        try:
            return self.wsgi_app(environ, start_response)
        except Exception as error:
            # A request of WSGI pays nothing for the look at what it is.
            refuse_other_protocols(environ, None)
            note_foreign_flask(error)
            shorten_traceback(error)
            raise

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve a request, as a WSGI application (PEP 3333).

        Args:
            environ: The request, from the server.
            start_response: Called once with status and headers.

        Returns:
            The body, in chunks.
        """
        if self.takes_short_path:
            chunks = serve(self, environ, start_response)
            if chunks is not None:
                return chunks
        if "REQUEST_METHOD" not in environ:
            refuse_other_protocols(environ, None)
        ctx = self.request_context(environ)
        error: BaseException | None = None
        try:
            try:
                ctx.push()
                response = self.full_dispatch_request()
            except Exception as exc:
                error = exc
                ctx.drop_holds()
                response = self.handle_exception(exc)
            except BaseException as exc:
                error = exc
                ctx.drop_holds()
                raise
            return response(environ, start_response)
        finally:
            if PRESERVE_CONTEXT in environ:
                ctx.preserved = True
                environ[PRESERVE_CONTEXT](ctx)
            if error is not None and self.should_ignore_error(error):
                error = None
            try:
                ctx.end(error)
            finally:
                # The traceback of the error refers to this frame: together they would be garbage
                # that only the cycle collector finds.
                error = None

    def request_context(self, environ: WSGIEnvironment) -> RequestContext:
        """Make the context for the request that *environ* describes."""
        raise NotImplementedError

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Bind the URL map to a request, or to SERVER_NAME outside of one."""
        raise NotImplementedError

    def full_dispatch_request(self) -> Response:
        """Run the hooks before the view, the view, and what turns its answer into a response."""
        if not self._got_first_request:
            self._got_first_request = True
            warn_of_foreign_flask()
        try:
            if request_started.receivers:
                request_started.send(self, _async_wrapper=self.ensure_sync)
            rv = self.preprocess_request()
            if rv is None:
                rv = self.dispatch_request()
        except Exception as exc:
            rv = self.handle_user_exception(exc)
        try:
            return self.finalize_request(rv)
        finally:
            # It may be an exception, whose traceback refers to this frame.
            del rv

    def preprocess_request(self) -> ResponseReturnValue | None:
        """Run the URL value preprocessors, then the before-request hooks.

        Returns:
            The first value of a hook that is not None; it is then the answer.
        """
        ctx = _active(None) or context.get_request_context("request")
        plan = ctx.plan
        if plan is None or plan.stale:
            plan = ctx.renew_plan()
        if plan.value_preprocessors:
            request = ctx.request
            for preprocess in plan.value_preprocessors:
                preprocess(request.endpoint, request.view_args)
        for hook in plan.before:
            rv: ResponseReturnValue | None = hook()
            if rv is not None:
                return rv
        return None

    def dispatch_request(self) -> ResponseReturnValue:
        """Call the view of the rule that was matched, and return what it returns."""
        ctx = _active(None) or context.get_request_context("request")
        request = ctx.request
        if request.routing_exception is not None:
            self.raise_routing_exception(request)
        rule = request.url_rule
        assert rule is not None  # a request without a rule carries a routing exception
        # What the hooks have seen decides: one that lets OPTIONS through never meant the view.
        if request.method == "OPTIONS" and getattr(rule, "provide_automatic_options", False):
            return self.make_default_options_response()
        plan = ctx.plan
        if plan is None or plan.stale or plan.endpoint != rule.endpoint:
            plan = ctx.renew_plan()
        view = plan.view
        if view is None:
            raise self._missing_view(rule.endpoint)
        view_args: dict[str, Any] = request.view_args  # type: ignore[assignment]  # set with the rule
        return view(**view_args)  # type: ignore[return-value]  # synchronous by now

    def raise_routing_exception(self, request: Request) -> NoReturn:
        """Raise what matching the URL has ended with.

        In debug mode, a redirect that would lose the body of a form raises an error that says so.
        """
        exc = request.routing_exception
        assert exc is not None
        if (
            self.debug
            and isinstance(exc, RequestRedirect)
            # RFC 9110, 15.4.8 and 15.4.9: 307 and 308 keep method and body.
            and exc.code not in {307, 308}
            and request.method not in {"GET", "HEAD", "OPTIONS"}
        ):
            raise FormDataRoutingRedirect(request)
        try:
            raise exc
        finally:
            # Its traceback refers to this frame.
            del exc

    def make_default_options_response(self) -> Response:
        """Return an empty response whose Allow header lists the methods of this URL."""
        ctx = context.get_request_context("request")
        response = self.response_class()
        if ctx.url_adapter is not None:
            response.allow.update(ctx.url_adapter.allowed_methods())
        return response

    # What happens when something was raised

    def handle_user_exception(self, e: Exception) -> HTTPException | ResponseReturnValue:
        """Answer an exception by its handler; raise it again if it has none."""
        if isinstance(e, BadRequestKeyError) and (
            self.debug or self.config["TRAP_BAD_REQUEST_ERRORS"]
        ):
            e.show_exception = True
        if isinstance(e, HTTPException) and not self.trap_http_exception(e):
            return self.handle_http_exception(e)
        handler = self._find_error_handler(e)
        if handler is None:
            try:
                raise e
            finally:
                # Its traceback refers to this frame.
                del e
        rv: ResponseReturnValue = self.ensure_sync(handler)(e)
        return rv

    def trap_http_exception(self, e: Exception) -> bool:
        """Return whether an HTTP exception counts as an unexpected error, as TRAP_* set it."""
        if self.config["TRAP_HTTP_EXCEPTIONS"]:
            return True
        trap_bad_request = self.config["TRAP_BAD_REQUEST_ERRORS"]
        if trap_bad_request is None:
            return self.debug and isinstance(e, BadRequestKeyError)
        return bool(trap_bad_request) and isinstance(e, BadRequest)

    def handle_http_exception(self, e: HTTPException) -> HTTPException | ResponseReturnValue:
        """Answer an HTTP exception by its handler; without one it is its own answer."""
        # Neither a complete response wrapped into an exception nor a redirect of the URL map is an
        # error that a handler should see.
        if e.code is None or isinstance(e, RoutingException):
            return e
        handler = self._find_error_handler(e)
        if handler is None:
            return self._explain_url(e) if self.config["DEBUG"] else e
        rv: ResponseReturnValue = self.ensure_sync(handler)(e)
        return rv

    def _explain_url(self, error: HTTPException) -> HTTPException:
        """Return *error* with the nearest routes, if no rule matches the URL and some are near."""
        # PERF: nobody needs it but a developer (benchmarks/startup.py).
        from cruse_core.near_routes import UnmatchedURL, find_near_routes

        ctx = context.get_request_context("request")
        request = ctx.request
        if (
            not isinstance(error, NotFound)
            or request.routing_exception is not error
            or ctx.url_adapter is None
        ):
            return error
        routes = find_near_routes(ctx.url_adapter, request.path, request.method)
        return UnmatchedURL(error, routes) if routes else error

    def handle_exception(self, e: Exception) -> Response:
        """Answer an exception that no handler took: log it and make a 500 response.

        Raises:
            Exception: *e* itself, if PROPAGATE_EXCEPTIONS is on; by default in tests and in debug
                mode.
        """
        note_foreign_flask(e)
        if isinstance(e, TypeError):
            self._explain_arguments(e)
        shorten_traceback(e)
        if got_request_exception.receivers:
            got_request_exception.send(self, _async_wrapper=self.ensure_sync, exception=e)
        propagate = self.config["PROPAGATE_EXCEPTIONS"]
        if propagate is None:
            propagate = self.testing or self.debug
        if propagate:
            try:
                raise e
            finally:
                # Its traceback refers to this frame.
                del e
        self.log_exception((type(e), e, e.__traceback__))
        server_error = InternalServerError(original_exception=e)
        handler = self._find_error_handler(server_error)
        rv: Any = server_error if handler is None else self.ensure_sync(handler)(server_error)
        return self.finalize_request(rv, from_error_handler=True)

    def _explain_arguments(self, error: TypeError) -> None:
        ctx = context.find_request_context()
        rule = None if ctx is None else ctx.request.url_rule
        # Anything may have been set in the table's place.
        is_table = isinstance(self.view_functions, dict)
        view = self.view_functions.get(rule.endpoint) if is_table and rule is not None else None
        if ctx is not None and rule is not None and view is not None:
            explain_arguments(error, rule, view, ctx.request.method, ctx.request.view_args or {})

    def log_exception(self, exc_info: ExceptionInfo) -> None:
        """Log an exception that no handler took, with the request that led to it.

        Args:
            exc_info: As `sys.exc_info` returns it.
        """
        request = context.get_request_context("request").request
        self.logger.error("Exception on %s [%s]", request.path, request.method, exc_info=exc_info)

    def _find_error_handler(
        self, e: Exception, blueprints: Sequence[str] | None = None
    ) -> Callable[..., Any] | None:
        if not self.error_handler_spec:
            return None
        names = self.error_blueprints() if blueprints is None else blueprints
        return find_error_handler(self.error_handler_spec, type(e), names)

    def error_blueprints(self) -> Sequence[str]:
        """Return the blueprints that answer for errors of this request, innermost first.

        They are those of the endpoint. A URL that no rule matches has the blueprint that owns its
        prefix (`handle_unmatched`), and those that one is nested in.
        """
        ctx = context.get_request_context("request")
        request = ctx.request
        if (
            self.prefix_owners
            and request.url_rule is None
            and request.routing_exception is not None
        ):
            adapter = ctx.url_adapter
            owner = None if adapter is None else self.prefix_owners.find(adapter)
            return () if owner is None else split_blueprint_path(owner)
        return request.blueprints

    # From the view's value to the response

    def finalize_request(
        self, rv: ResponseReturnValue | HTTPException, from_error_handler: bool = False
    ) -> Response:
        """Turn the value of a view into a response, and let the hooks process it.

        Args:
            rv: What the view, a hook or an error handler returned.
            from_error_handler: Whether this is the answer to an unhandled exception already. Then a
                failing hook is logged, so that the answer still goes out.
        """
        response = self.make_response(rv)
        try:
            response = self.process_response(response)
            if request_finished.receivers:
                request_finished.send(self, _async_wrapper=self.ensure_sync, response=response)
        except Exception:
            if not from_error_handler:
                raise
            self.logger.exception("A hook failed while the answer to an error was processed.")
        return response

    def make_response(self, rv: ResponseReturnValue) -> Response:
        """Make the response that the value of a view stands for.

        Raises:
            ViewReturnError: A view must not return such a value.
        """
        # PERF: the most common value needs no look at the others (benchmarks/scenarios.py, text).
        if isinstance(rv, str):
            return self.response_class(rv)
        ctx = _active(None) or context.get_request_context("request")
        return convert(self, rv, ctx)

    def process_response(self, response: Response) -> Response:
        """Run the functions after the request, then save the session."""
        ctx = _active(None) or context.get_request_context("request")
        for function in ctx.after_request_functions:
            response = self.ensure_sync(function)(response)
        plan = ctx.plan
        if plan is None or plan.stale:
            plan = ctx.renew_plan()
        for hook in plan.after:
            response = hook(response)
        session = ctx.opened_session
        if session is None:
            # Without any cookie there is no session to keep alive.
            has_cookie = "HTTP_COOKIE" in ctx.environ
            if has_cookie and self.session_interface.needs_saving_unread(self, ctx.request):
                session = ctx.open_session()
        if session is not None:
            save_session(self, session, response)
        return response

    # The end, whether it went well or not

    def should_ignore_error(self, error: BaseException | None) -> bool:
        """Return whether the teardown functions shall not hear of *error*; never, by default."""
        return False

    def do_teardown_request(self, exc: BaseException | None = CURRENT_EXCEPTION) -> None:
        """Run the teardown functions of the request, all of them, last registered first.

        Args:
            exc: The unhandled exception of the request; by default the one that is being handled.
        """
        if exc is CURRENT_EXCEPTION:
            exc = sys.exc_info()[1]
        ctx = _active(None) or context.get_request_context("request")
        plan = ctx.plan
        if plan is None or plan.stale:
            plan = ctx.renew_plan()
        try:
            if plan.teardown:
                call_each(plan.teardown, exc)
        finally:
            if request_tearing_down.receivers:
                request_tearing_down.send(self, _async_wrapper=self.ensure_sync, exc=exc)

    def do_teardown_appcontext(self, exc: BaseException | None = CURRENT_EXCEPTION) -> None:
        """Run the teardown functions of the app context, all of them, last registered first.

        Args:
            exc: The unhandled exception of the context; by default the one that is being handled.
        """
        if exc is CURRENT_EXCEPTION:
            exc = sys.exc_info()[1]
        try:
            if self.teardown_appcontext_funcs:
                call_each(map(self.ensure_sync, reversed(self.teardown_appcontext_funcs)), exc)
        finally:
            if appcontext_tearing_down.receivers:
                appcontext_tearing_down.send(self, _async_wrapper=self.ensure_sync, exc=exc)

    # What the steps use

    def plan_for(self, endpoint: str | None) -> Plan:
        """Return the view and the hooks of *endpoint*, made once and kept until they change."""
        plan = self.plans.get(endpoint)
        if plan is None:
            plan = self.plans[endpoint] = make_plan(
                endpoint,
                plans=self.plans,
                views=self.view_functions,
                value_preprocessors=self.url_value_preprocessors,
                before=self.before_request_funcs,
                after=self.after_request_funcs,
                teardown=self.teardown_request_funcs,
                ensure_sync=self.ensure_sync if self._converts_once else self._convert_late,
            )
        return plan

    def _convert_late(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that asks `ensure_sync` at each call."""
        return lambda *args, **kwargs: self.ensure_sync(func)(*args, **kwargs)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return *func*, made callable from synchronous code if it is a coroutine function."""
        return self.async_to_sync(func) if is_coroutine_function(func) else func

    def async_to_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that runs the coroutine function *func* on an event loop.

        Override it to run coroutines in another way.
        """
        return async_to_sync(func)

    def _missing_view(self, endpoint: str) -> KeyError:
        return KeyError(
            f"Endpoint {endpoint!r} has a rule but no view function. Give add_url_rule a "
            f"view_func, or decorate the function with @app.endpoint({endpoint!r})."
        )
