"""What belongs to one request or one command: the app, the request, `g` and the session.

There is one `ContextVar`, and it holds one object. Everything in that object comes to life when it
is first read. `pipeline.py` decides when a context is pushed and popped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar, Token
from sys import exc_info
from types import TracebackType
from typing import Any, Protocol, Self

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import MapAdapter

from cruse_core.active_app import use_app_finder
from cruse_core.errors import OutOfContextError
from cruse_core.json_provider import JSONProvider
from cruse_core.lazy import lazy
from cruse_core.plan import Plan, Plans
from cruse_core.requests import Request
from cruse_core.sessions import SessionInterface, SessionMixin
from cruse_core.signals import appcontext_popped, appcontext_pushed
from cruse_core.teardown import raise_together
from cruse_core.types import WSGIEnvironment
from cruse_routing import MISS, UNDECIDED, Map

_ABSENT: Any = object()

# The `exc` of a pop that was not told: the exception that is being handled just now, if any.
CURRENT_EXCEPTION: Any = object()


class ContextApp(Protocol):
    """What a context asks of its app."""

    plans: Plans
    url_map: Map
    session_interface: SessionInterface
    known_hosts: set[str]

    @property
    def name(self) -> str:
        """Name of the app, for messages."""
        ...

    @property
    def config(self) -> Mapping[str, Any]:
        """The configuration, for the request."""
        ...

    @property
    def debug(self) -> bool:
        """Whether errors may show details."""
        ...

    @property
    def json(self) -> JSONProvider:
        """What parses a JSON body."""
        ...

    @property
    def request_class(self) -> type[Request]:
        """Class of the requests."""
        ...

    @property
    def app_ctx_globals_class(self) -> type[AppGlobals]:
        """Class of `g`."""
        ...

    @property
    def matches_directly(self) -> bool:
        """Whether URLs of ordinary requests can be matched without `create_url_adapter`."""
        ...

    def plan_for(self, endpoint: str | None) -> Plan:
        """Return the view and the hooks of an endpoint."""
        ...

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return *func*, callable from synchronous code."""
        ...

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Bind the URL map to a request, or to SERVER_NAME."""
        ...

    def do_teardown_request(self, exc: BaseException | None = ...) -> None:
        """Run the teardown functions of the request."""
        ...

    def do_teardown_appcontext(self, exc: BaseException | None = ...) -> None:
        """Run the teardown functions of the app context."""
        ...


class AppGlobals:
    """A plain object to keep values on, `g`: it lives as long as the app context."""

    # How `repr` calls it.
    label = "cruse.g"

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"g has no attribute {name!r}: nothing was stored under that name in this context. "
            f"Set it first, or read it with g.get({name!r}).",
            name=name,
            obj=self,
        )

    # Written out for type checkers: any name may be set and deleted.
    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__[name] = value

    def __delattr__(self, name: str) -> None:
        try:
            del self.__dict__[name]
        except KeyError:
            raise AttributeError(name) from None

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value stored under *name*, or *default*."""
        return self.__dict__.get(name, default)

    def pop(self, name: str, default: Any = _ABSENT) -> Any:
        """Remove *name* and return its value; *default* if it is absent, KeyError without one."""
        if default is _ABSENT:
            return self.__dict__.pop(name)
        return self.__dict__.pop(name, default)

    def setdefault(self, name: str, default: Any = None) -> Any:
        """Return the value stored under *name*, after storing *default* if there is none."""
        return self.__dict__.setdefault(name, default)

    def __contains__(self, name: str) -> bool:
        return name in self.__dict__

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__)

    def __repr__(self) -> str:
        ctx = current.get(None)
        if ctx is None:
            return object.__repr__(self)
        return f"<{self.label} of {ctx.app.name!r}>"


class _OfRequest:
    """What the request context around an app context has under the same name.

    It has no `__set__`, so a request context keeps its own values in the instance.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: AppContext | None, owner: type) -> Any:
        if instance is None:
            return self
        if instance.request_context is None:
            raise OutOfContextError(outside_request_text(self._name))
        return getattr(instance.request_context, self._name)


class AppContext:
    """The context of a command, or of other work for an app outside a request.

    Args:
        app: The app that `current_app` is while this context is active.
    """

    # Set at the first push: the request context that was active then. Its request stays readable.
    request_context: RequestContext | None = None
    # The context of the same app in which this one was pushed, and whose `g` it shares.
    joined: AppContext | None = None
    # The ids of the streams that the teardown waits for.
    _holds: frozenset[int] = frozenset()
    # True while someone keeps the context after its end, as the debugger does.
    preserved = False

    def __init__(self, app: ContextApp) -> None:
        self.app: Any = app
        self._tokens: list[Token[AppContext]] = []

    @lazy
    def g(self) -> AppGlobals:
        """Values of the app's own, for as long as the context lasts."""
        globals_: AppGlobals = self.app.app_ctx_globals_class()
        return globals_

    @lazy
    def url_adapter(self) -> MapAdapter | None:
        """Builds URLs without a request; None while SERVER_NAME is not set."""
        adapter: MapAdapter | None = self.app.create_url_adapter(None)
        return adapter

    @property
    def owner(self) -> AppContext:
        """The context whose `g` this is: this one, or the one that it was pushed in."""
        return self if self.joined is None else self.joined.owner

    @property
    def has_request(self) -> bool:
        """Whether a request can be read from here."""
        return self.request_context is not None

    # Those of the request in which this context was pushed; OutOfContextError without one.
    request: Request = _OfRequest()  # type: ignore[assignment]  # the descriptor gives one
    session: SessionMixin = _OfRequest()  # type: ignore[assignment]  # the descriptor gives one
    plan: Plan = _OfRequest()  # type: ignore[assignment]  # the descriptor gives one
    renew_plan: Callable[[], Plan] = _OfRequest()  # type: ignore[assignment]  # gives a method
    open_session: Callable[[], SessionMixin] = _OfRequest()  # type: ignore[assignment]  # likewise
    opened_session: SessionMixin | None = _OfRequest()  # type: ignore[assignment]  # gives one
    after_request_functions: Sequence[Callable[[Any], Any]] = _OfRequest()  # type: ignore[assignment]  # gives them

    def push(self) -> None:
        """Make this the active context, until the matching `pop`."""
        outer = current.get(None)
        if outer is not None and not self._tokens:
            self.request_context = outer.request_context
        self._tokens.append(current.set(self))
        if appcontext_pushed.receivers:
            self._send(appcontext_pushed)

    def pop(self, exc: BaseException | None = CURRENT_EXCEPTION) -> None:
        """End the most recent `push`; the last one runs the teardown functions.

        Args:
            exc: The exception that ended the context, handed to the teardown functions; by default
                the one that is being handled.

        Raises:
            AssertionError: Another context is active, so that one must be popped first.
        """
        self._require_active()
        try:
            if len(self._tokens) == 1 and not self._holds:
                self.tear_down(exc_info()[1] if exc is CURRENT_EXCEPTION else exc)
        finally:
            current.reset(self._tokens.pop())
            if appcontext_popped.receivers:
                self._send(appcontext_popped)

    def tear_down(self, exc: BaseException | None) -> None:
        """Run the teardown functions; the context is active meanwhile."""
        self.app.do_teardown_appcontext(exc)

    def _require_active(self) -> None:
        active = current.get(None)
        if active is not self:
            raise AssertionError(
                f"{self!r} cannot be popped: the active context is {active!r}. Contexts end in the "
                "reverse order of their start, on the thread that started them. Pop the active "
                "one first, or use 'with' instead of push() and pop()."
            )

    def _send(self, signal: Any) -> None:
        signal.send(self.app, _async_wrapper=self.app.ensure_sync)

    def __enter__(self) -> Self:
        self.push()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.pop(exc_value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.app.name!r}>"


class RequestContext(AppContext):
    """The context of one request.

    Args:
        app: The app that serves the request.
        environ: The WSGI environment of the request.
        request: The request, if it exists already.
        session: Its session, if it is open already.
    """

    flashes: list[tuple[str, str]] | None = None
    request: Request
    after_request_functions: Sequence[Callable[[Any], Any]] = ()
    # The session, if something has opened it.
    opened_session: SessionMixin | None = None
    # True for a copy: the request, its files and the environ belong to the original.
    _copied = False
    # What ended a request whose teardown waits for a stream.
    _held_exc: BaseException | None = None

    def __init__(
        self,
        app: ContextApp,
        environ: WSGIEnvironment,
        request: Request | None = None,
        session: SessionMixin | None = None,
    ) -> None:
        self.app = app
        self._tokens = []
        if request is None:
            request = app.request_class(environ)
            request._app = app
        self.request = request
        if session is not None:
            self.opened_session = session

    @property
    def request_context(self) -> RequestContext:  # type: ignore[override]  # read-only here
        """This context itself."""
        return self

    @property
    def has_request(self) -> bool:
        """Always True: this is the context of a request."""
        return True

    @lazy
    def g(self) -> AppGlobals:
        """Values of the app's own; those of the context around the request, if there is one."""
        if self.joined is not None:
            return self.joined.g
        globals_: AppGlobals = self.app.app_ctx_globals_class()
        return globals_

    @lazy
    def url_adapter(self) -> MapAdapter | None:
        """Builds and matches URLs for this request; None if its host is refused."""
        try:
            adapter: MapAdapter | None = self.app.create_url_adapter(self.request)
        except HTTPException as exc:
            self.request.routing_exception = exc
            return None
        return adapter

    @lazy
    def plan(self) -> Plan:  # pyright: ignore[reportIncompatibleVariableOverride]  # gives one too
        """The hooks around this request, and its view; `renew_plan` when it is stale."""
        rule = self.request.url_rule
        plan: Plan = self.app.plan_for(None if rule is None else rule.endpoint)
        return plan

    def renew_plan(self) -> Plan:
        """Replace a plan that has become stale during the request, and return the new one."""
        self.__dict__.pop("plan", None)
        return self.plan

    @property
    def session(self) -> SessionMixin:  # type: ignore[override]  # read-only here
        """The session of this request, which counts as accessed from now on."""
        session = self.opened_session
        if session is None:
            session = self.open_session()
        session.accessed = True
        return session

    def open_session(self) -> SessionMixin:
        """Open the session if it is not open yet, without counting that as an access."""
        if self.opened_session is None:
            interface: SessionInterface = self.app.session_interface
            session = interface.open_session(self.app, self.request)
            if session is None:
                session = interface.make_null_session(self.app)
            self.opened_session = session
        return self.opened_session

    @property
    def _session(self) -> SessionMixin:
        # The name under which extensions of Flask look at a session without accessing it.
        return self.open_session()

    def push(self) -> None:
        """Make this the active context: open the session if need be, then match the URL."""
        app = self.app
        outer = current.get(None)
        if outer is None:
            self._tokens.append(current.set(self))
        else:
            if not self._tokens:
                self.joined = outer if outer.app is app else None
            self._tokens.append(current.set(self))
        if appcontext_pushed.receivers and self.joined is None:
            self._send(appcontext_pushed)
        # PERF: the default interface opens the session when it is read (benchmarks/scenarios.py).
        # Another one opens it here, before the URL is matched, so that converters can read it.
        if not app.session_interface.opens_when_read:
            self.open_session()
        # A copy has the match already, with the values that the hooks have changed.
        if not self._copied:
            self.match_request()

    def match_request(self) -> None:
        """Find the rule for the URL; a failure is kept, to be raised where the view would run."""
        app = self.app
        request = self.request
        # PERF: no MapAdapter for the common case (benchmarks/scenarios.py). The general path below
        # decides whenever the host, the scheme or the map is out of the ordinary.
        environ = request._environ
        if (
            app.matches_directly
            and environ.get("HTTP_HOST") in app.known_hosts
            and "HTTP_UPGRADE" not in environ
            and app.config["TRUSTED_HOSTS"] is None
        ):
            path: str = environ.get("PATH_INFO", "")
            match = app.url_map.find_match(path, environ["REQUEST_METHOD"])
            if match is MISS:
                if path.isascii():
                    request.routing_exception = NotFound()
                    return
            elif match is not UNDECIDED and path.isascii():
                request.url_rule, request.view_args = match
                plan = app.plans.get(match[0].endpoint)
                if plan is not None:
                    self.plan = plan
                return
        self._match_with_adapter()

    def _match_with_adapter(self) -> None:
        """Let Werkzeug match the URL."""
        adapter = self.url_adapter
        if adapter is None:
            return
        request = self.request
        host = request._environ.get("HTTP_HOST")
        if host is not None and len(host) < 64 and len(self.app.known_hosts) < 128:
            self.app.known_hosts.add(host)
        try:
            request.url_rule, request.view_args = adapter.match(return_rule=True)  # type: ignore[assignment]  # the map's rules are its own
        except HTTPException as exc:
            request.routing_exception = exc

    def pop(self, exc: BaseException | None = CURRENT_EXCEPTION) -> None:
        """End the most recent `push`; the last one runs the teardown functions.

        While a stream is being sent, the teardown waits for its end.

        Args:
            exc: The exception that ended the request, handed to the teardown functions; by default
                the one that is being handled.

        Raises:
            AssertionError: Another context is active, so that one must be popped first.
        """
        tokens = self._tokens
        if current.get(None) is not self:
            self._require_active()
        try:
            if len(tokens) == 1:
                if exc is CURRENT_EXCEPTION:
                    exc = exc_info()[1]
                if self._holds:
                    self._held_exc = exc
                else:
                    self.tear_down(exc)
        finally:
            current.reset(tokens.pop())
            if appcontext_popped.receivers and self.joined is None:
                self._send(appcontext_popped)

    def tear_down(self, exc: BaseException | None) -> None:
        """Run the teardown functions and close the request; the context is active meanwhile."""
        app = self.app
        errors: tuple[Exception, ...] = ()
        try:
            app.do_teardown_request(exc)
        except Exception as error:
            errors = (error,)
        if not self._copied:
            request = self.request
            request.close()
            # Otherwise the environ and the request would keep each other alive, and so would the
            # request and the frames that the error of its URL has passed.
            request._environ["werkzeug.request"] = None
            if exc is None and request.routing_exception is not None:
                request.routing_exception.__traceback__ = None
        if self.joined is None:
            try:
                app.do_teardown_appcontext(exc)
            except Exception as error:
                errors = (*errors, error)
        if errors:
            raise_together(errors)

    def hold(self, stream: object) -> None:
        """Put the teardown off until `release`: *stream* still works with the request."""
        # Its id only: a reference would keep the two alive.
        self._holds |= {id(stream)}

    def release(self, stream: object, exc: BaseException | None = None) -> None:
        """Undo one `hold`; the last one runs the teardown if the request has ended meanwhile.

        Args:
            stream: That was given to `hold`.
            exc: What ended the stream, for the teardown functions.
        """
        if id(stream) not in self._holds:
            return
        self._holds -= {id(stream)}
        if self._tokens:
            return
        if self._held_exc is None:
            self._held_exc = exc
        if self._holds:
            return
        exc, self._held_exc = self._held_exc, None
        token = current.set(self)
        try:
            self.tear_down(exc)
        finally:
            current.reset(token)
            del exc

    def drop_holds(self) -> None:
        """Wait for no stream that was made so far: after an error none of them is sent."""
        self._holds = frozenset()

    def copy(self) -> RequestContext:
        """Return a context for the same request and session, to be pushed elsewhere.

        It has a `g` of its own, and leaves closing the request to the original.
        """
        copy = type(self)(
            self.app, self.request._environ, request=self.request, session=self.open_session()
        )
        copy._copied = True
        return copy

    def __repr__(self) -> str:
        request = self.request
        return f"<{type(self).__name__} of {self.app.name!r}: {request.method} {request.url!r}>"


current: ContextVar[AppContext] = ContextVar("cruse.context")


def _find_active_app() -> Any:
    ctx = current.get(None)
    return None if ctx is None else ctx.app


use_app_finder(_find_active_app)


def outside_app_text(name: str) -> str:
    """Return the message for reading *name* while no app is active."""
    return (
        f"Working outside of application context: {name!r} was read, but no app is active. It "
        "belongs to the app that serves a request or runs a command. Wrap the code in "
        "'with app.app_context():'."
    )


def outside_request_text(name: str) -> str:
    """Return the message for reading *name* while no request is active."""
    return (
        f"Working outside of request context: {name!r} was read, but no request is being served. "
        "It belongs to one request, and is gone in a thread that was started without the context. "
        "Decorate the function that the thread runs with 'copy_current_request_context', or use "
        "'with app.test_request_context():' in a test."
    )


def find_request_context() -> RequestContext | None:
    """Return the context of the request that is being served here, or None."""
    ctx = current.get(None)
    return None if ctx is None else ctx.request_context


def get_request_context(name: str) -> RequestContext:
    """Return the context of the current request.

    Args:
        name: What is about to be read from it, for the message of the error.

    Raises:
        OutOfContextError: No request is being served here.
    """
    ctx = find_request_context()
    if ctx is None:
        raise OutOfContextError(outside_request_text(name))
    return ctx
