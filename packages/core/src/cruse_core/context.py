"""What belongs to one request or one command: the app, the request, `g` and the session.

There is one `ContextVar`, and it holds one object. Everything in that object comes to life when it
is first read. `pipeline.py` decides when a context is pushed and popped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import ContextVar, Token
from sys import exc_info
from types import TracebackType
from typing import Any, Self, TypeAlias, cast

from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, Rule

from cruse_core import matching
from cruse_core.active_app import use_app_finder
from cruse_core.app_globals import AppGlobals
from cruse_core.context_app import ContextApp
from cruse_core.errors import OutOfContextError
from cruse_core.foreign_flask import note_foreign_flask
from cruse_core.lazy import lazy
from cruse_core.overrides import Originals, WatchedType
from cruse_core.plan import Plan
from cruse_core.requests import Request
from cruse_core.sessions import SessionInterface, SessionMixin
from cruse_core.signals import appcontext_popped, appcontext_pushed
from cruse_core.teardown import join_errors
from cruse_core.types import WSGIEnvironment

# Never added to: shared by the requests that have no stream.
_NO_HOLDS: set[int] = set()
_NOTHING_FOUND = (None, None, None)

# The `exc` of a pop that was not told: the exception that is being handled just now, if any.
CURRENT_EXCEPTION: Any = object()


class Context(metaclass=WatchedType):
    """What the context of a command and that of a request have in common.

    Attributes:
        app: The app that `current_app` is while the context is active.
        joined: The context of the same app in which this one was pushed, and whose `g` it shares.
        preserved: Whether someone keeps the context after its end, as the debugger does.
    """

    # PERF: what is read for every request is set on the instance, and nothing on the class has its
    # name: that is how the interpreter finds it fastest (benchmarks/scenarios.py, text).
    app: Any
    joined: AnyContext | None
    # Of the pushes that were not undone yet. A tuple, so that a push made meanwhile shows.
    _tokens: tuple[Token[AnyContext], ...]

    preserved = False

    # What a request calls, and whether it all is as it was written.
    _watched = frozenset({"__init__", "__new__", "match_request", "pop", "push"})
    _is_plain = True

    @classmethod
    def _look_afresh(cls) -> None:
        # The originals of a class are not there yet while it is made.
        cls._is_plain = all(
            originals.are_kept_by(cls) for base, originals in _ORIGINALS if issubclass(cls, base)
        )

    @lazy
    def g(self) -> AppGlobals:
        """Values of the app's own; those of the context around this one if it has joined that."""
        if self.joined is not None:
            return self.joined.g
        globals_: AppGlobals = self.app.app_ctx_globals_class()
        return globals_

    def _make_observed_globals(self) -> None:
        """Make `g` now if its class notices when that happens."""
        cls = self.app.app_ctx_globals_class
        if cls is not AppGlobals and not makes_unnoticed(cls):
            self.g  # noqa: B018 - it is made by being read

    @property
    def owner(self) -> AnyContext:
        """The context whose `g` this is, this one or the one that it was pushed in."""
        return cast("AnyContext", self) if self.joined is None else self.joined.owner

    @property
    def _has_owner(self) -> bool:
        # An app context may end before a request that has joined it.
        return self.joined is None or bool(self.owner._tokens)

    def push(self) -> None:
        """Make this the active context, until the matching `pop`."""
        raise NotImplementedError

    def pop(self, exc: BaseException | None = CURRENT_EXCEPTION) -> None:
        """End the most recent `push`; the last one runs the teardown functions."""
        raise NotImplementedError

    def _pop(self, exc: BaseException | None) -> None:
        """Do so; the context is the active one."""
        raise NotImplementedError

    def _activate(self) -> None:
        self._tokens += (current.set(cast("AnyContext", self)),)

    def _deactivate(self) -> None:
        current.reset(self._tokens[-1])
        self._tokens = self._tokens[:-1]

    def _pop_out_of_order(self, exc: BaseException | None) -> None:
        """End the most recent `push` although another context is active, where that is allowed.

        As in Flask, an app context and the request contexts that share it end in any order. A
        context that a test client keeps is in nobody's way.
        """
        above = find_contexts_within(cast("AnyContext", self))
        if not all(self._may_end_before(ctx) for ctx in above):
            raise self._out_of_order()
        self.pop_from_below(exc)

    def _out_of_order(self) -> AssertionError:
        return AssertionError(
            f"{self!r} cannot be popped: the active context is {current.get(None)!r}. Contexts end "
            "in the reverse order of their start, on the thread that started them. Pop the active "
            "one first, or use 'with' instead of push() and pop()."
        )

    def _may_end_before(self, later: AnyContext) -> bool:
        if self.preserved or later.preserved:
            return True
        if isinstance(self, RequestContext):
            return self.joined is not None and isinstance(later, AppContext)
        return isinstance(later, RequestContext) and later.joined is not None

    def pop_from_below(self, exc: BaseException | None = CURRENT_EXCEPTION) -> None:
        """End the most recent `push`; what was pushed since stays active."""
        above = find_contexts_within(cast("AnyContext", self))
        if not above and current.get(None) is not self:
            raise self._out_of_order()
        for ctx in above:
            ctx._deactivate()
        try:
            self._pop(exc)
        finally:
            for ctx in reversed(above):
                if not self._tokens:
                    ctx._leave_out(self)
                ctx._activate()

    def _leave_out(self, gone: Context) -> None:
        """Find in the active context what *gone*, which was pushed before this one, stood for."""
        outer, ctx = current.get(None), cast("AnyContext", self)
        if isinstance(ctx, AppContext) and ctx.request_context is gone:
            ctx.request_context = None if outer is None else outer.request_context
        if self.joined is gone and outer is not None and outer.app is self.app:
            self.joined = outer
        if self.joined is not None:
            self.__dict__.pop("g", None)

    def pop_left_behind(self, outer: RequestContext, exc: BaseException | None) -> None:
        """Undo a push that was made within the request of *outer* and forgotten.

        Args:
            outer: The context of that request.
            exc: The exception that ended the request.
        """
        if current.get(None) is not self:
            return
        self.app.logger.error(
            "%r was pushed within %r and never popped. It would have stayed active for whatever "
            "this thread does next, so it is popped now. Use 'with' instead of push() and pop().",
            self,
            outer,
        )
        # tear_down has logged a failure.
        with suppress(Exception):
            self.pop(exc)

    def _send(self, signal: Any) -> None:
        signal.send(self.app, _async_wrapper=self.app.ensure_sync)

    def __enter__(self) -> Self:
        pushes = len(self._tokens)
        try:
            self.push()
        except BaseException as exc:
            # A receiver, the session or a converter has failed: there will be no `__exit__`.
            if len(self._tokens) > pushes:
                self.pop(exc)
            raise
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_value is not None:
            note_foreign_flask(exc_value)
        self.pop(exc_value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.app.name!r}>"


class _OfRequest:
    """What the request context around an app context has under the same name."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: AppContext | None, owner: type) -> Any:
        if instance is None:
            return self
        if instance.request_context is None:
            raise _outside_request(f"app_ctx.{self._name}")
        return getattr(instance.request_context, self._name)


class AppContext(Context):
    """The context of a command, or of other work for an app outside a request.

    Args:
        app: The app that `current_app` is while this context is active.
    """

    #: The request context that was active at the first push. Its request stays readable.
    request_context: RequestContext | None = None

    # Those of that request; OutOfContextError without one.
    environ: WSGIEnvironment = _OfRequest()  # type: ignore[assignment]  # the descriptor gives one
    request: Request = _OfRequest()  # type: ignore[assignment]  # likewise
    session: SessionMixin = _OfRequest()  # type: ignore[assignment]  # likewise
    opened_session: SessionMixin | None = _OfRequest()  # type: ignore[assignment]  # likewise
    open_session: Callable[[], SessionMixin] = _OfRequest()  # type: ignore[assignment]  # a method
    plan: Plan | None = _OfRequest()  # type: ignore[assignment]  # the descriptor gives one
    renew_plan: Callable[[], Plan] = _OfRequest()  # type: ignore[assignment]  # a method
    after_request_functions: Sequence[Callable[[Any], Any]] = _OfRequest()  # type: ignore[assignment]  # gives them

    def __init__(self, app: ContextApp) -> None:
        self.app = app
        self.joined = None
        self._tokens = ()
        self._make_observed_globals()

    @lazy
    def url_adapter(self) -> MapAdapter | None:
        """Builds URLs without a request; None while SERVER_NAME is not set."""
        adapter: MapAdapter | None = self.app.create_url_adapter(None)
        return adapter

    @property
    def has_request(self) -> bool:
        """Whether a request can be read from here."""
        return self.request_context is not None

    def push(self) -> None:
        """Make this the active context, until the matching `pop`."""
        outer = current.get(None)
        if outer is not None and not self._tokens:
            self.request_context = outer.request_context
        self._activate()
        if appcontext_pushed.receivers:
            self._send(appcontext_pushed)

    def pop(self, exc: BaseException | None = CURRENT_EXCEPTION) -> None:
        """End the most recent `push`; the last one runs the teardown functions.

        Args:
            exc: The exception that ended the context, handed to the teardown functions; by default
                the one that is being handled.

        Raises:
            AssertionError: Another context is active, and must be popped first.
        """
        if current.get(None) is self:
            self._pop(exc)
        else:
            self._pop_out_of_order(exc)

    def _pop(self, exc: BaseException | None) -> None:
        try:
            if len(self._tokens) == 1:
                self.tear_down(exc_info()[1] if exc is CURRENT_EXCEPTION else exc)
        finally:
            self._deactivate()
            if appcontext_popped.receivers:
                self._send(appcontext_popped)

    def tear_down(self, exc: BaseException | None) -> None:
        """Run the teardown functions; the context is active meanwhile. A failure is logged."""
        try:
            self.app.do_teardown_appcontext(exc)
        except Exception as error:
            self.app.logger.error("Exception in the teardown of %r", self, exc_info=error)
            raise


class RequestContext(Context):
    """The context of one request.

    Args:
        app: The app that serves the request.
        environ: The WSGI environment of the request.
        request: The request, if it exists already.
        session: Its session, if it is open already.
    """

    # The request that this context is for, once somebody has asked for it.
    made_request: Request | None
    # The rule and the values that the URL has led to, or the error, for a request made later.
    found: tuple[Rule | None, dict[str, Any] | None, HTTPException | None]
    #: What the request is made of.
    environ: WSGIEnvironment
    #: Its session, if something has opened it.
    opened_session: SessionMixin | None
    # Its hooks and view; `renew_plan` while it is None or stale.
    plan: Plan | None
    after_request_functions: Sequence[Callable[[Any], Any]]
    # True for a copy: the request, its files and the environ belong to the original.
    _copied: bool
    # The ids of the streams that the teardown waits for.
    _holds: set[int]

    # What ended a request whose teardown waits for a stream.
    _held_exc: BaseException | None = None
    # Whether it does so. What is set on the instance is taken off by whoever does the teardown.
    _waits = False
    # The contexts that the view has left behind, the active one first.
    _left: Sequence[AnyContext] = ()
    # The app context that was pushed around this one, and what has ended the request.
    _app_context: AppContext | None = None
    _end_exc: BaseException | None = None

    def __init__(
        self,
        app: ContextApp,
        environ: WSGIEnvironment,
        request: Request | None = None,
        session: SessionMixin | None = None,
    ) -> None:
        self.app = app
        self.environ = environ
        self.made_request = request
        self.found = _NOTHING_FOUND
        self.opened_session = session
        self.plan = None
        self.joined = None
        self.after_request_functions = ()
        self._copied = False
        self._holds = _NO_HOLDS
        self._tokens = ()

    @property
    def request(self) -> Request:
        """The request, made when it is first read."""
        # PERF: many a view asks for nothing that is not in its arguments (benchmarks/scenarios.py,
        # text, dynamic).
        request = self.made_request
        if request is None:
            request = self.made_request = self.app.request_class(self.environ)
            request._app = self.app
            request.url_rule, request.view_args, request.routing_exception = self.found
        return request

    @request.setter
    def request(self, request: Request) -> None:
        self.made_request = request

    @request.deleter
    def request(self) -> None:
        # Reading it fails from now on: `mock.patch` then puts back what was there.
        del self.made_request

    @lazy
    def flashes(self) -> list[tuple[str, str]] | None:
        """The messages that were flashed, once a page has asked for them."""
        return None

    @property
    def request_context(self) -> RequestContext:
        """This context itself."""
        return self

    @property
    def has_request(self) -> bool:
        """True, as this is the context of a request."""
        return True

    @lazy
    def url_adapter(self) -> MapAdapter | None:
        """Builds and matches URLs for this request; None if its host is refused."""
        try:
            adapter: MapAdapter | None = self.app.create_url_adapter(self.request)
        except HTTPException as exc:
            self.request.routing_exception = exc
            return None
        return adapter

    @property
    def builds_directly(self) -> bool:
        """Whether `App.url_map` can build the URLs below the script root without `url_adapter`."""
        return "url_adapter" not in self.__dict__ and self._is_ordinary

    @lazy
    def _is_ordinary(self) -> bool:
        return matching.builds_directly(self.app, self.environ)

    def renew_plan(self) -> Plan:
        """Return an up-to-date plan for this request, and keep it."""
        rule = self.request.url_rule
        plan: Plan = self.app.plan_for(None if rule is None else rule.endpoint)
        self.plan = plan
        return plan

    @property
    def session(self) -> SessionMixin:
        """The session of this request, which counts as accessed from now on."""
        session = self.opened_session
        if session is None:
            session = self.open_session()
        session.accessed = True
        return session

    @session.setter
    def session(self, session: SessionMixin) -> None:
        self.opened_session = session

    @session.deleter
    def session(self) -> None:
        del self.opened_session

    def open_session(self) -> SessionMixin:
        """Open the session if it is not open yet, without counting that as an access."""
        if self.opened_session is None:
            interface: SessionInterface = self.app.session_interface
            session = interface.open_session(self.app, self.request)
            if session is None:
                session = interface.make_null_session(self.app)
            self.opened_session = session
        return self.opened_session

    # The name under which extensions of Flask look at a session, or set one, without accessing it.

    @property
    def _session(self) -> SessionMixin:
        return self.open_session()

    @_session.setter
    def _session(self, session: SessionMixin | None) -> None:
        self.opened_session = session

    @_session.deleter
    def _session(self) -> None:
        del self.opened_session

    def push(self) -> None:
        """Make this the active context: open the session if need be, then match the URL."""
        app = self.app
        outer = current.get(None)
        if outer is not None and not self._tokens:
            self.joined = outer if outer.app is app and outer._has_owner else None
        if self.joined is None and not self._tokens:
            if app.pushes_app_context:
                self._push_app_context()
            self._make_observed_globals()
        self._activate()
        if appcontext_pushed.receivers and self.joined is None and len(self._tokens) == 1:
            self._send(appcontext_pushed)
        # PERF: the default interface opens the session when it is read (benchmarks/scenarios.py).
        # Another one opens it here, before the URL is matched, so that converters can read it.
        if not getattr(app.session_interface, "opens_when_read", False):
            self.open_session()
        # A copy has the match already, with the values that the hooks have changed.
        if not self._copied:
            self.match_request()

    def _push_app_context(self) -> None:
        """Push what `app_context` makes, for whoever wants to see that: it owns `g` then."""
        ctx: AppContext = self.app.app_context()
        ctx.push()
        self._app_context = self.joined = ctx

    def match_request(self) -> None:
        """Find the rule for the URL; a failure is kept, to be raised where the view would run."""
        if not matching.match_directly(self):
            matching.match_with_adapter(self, self.url_adapter)

    def pop(self, exc: BaseException | None = CURRENT_EXCEPTION) -> None:
        """End the most recent `push`; the last one runs the teardown functions.

        While a stream is being sent, the teardown waits for its end.

        Args:
            exc: The exception that ended the request, handed to the teardown functions; by default
                the one that is being handled.

        Raises:
            AssertionError: Another context is active, and must be popped first.
        """
        left, self._left = self._left, ()
        if left or current.get(None) is self:
            self._pop(exc, left)
        else:
            self._pop_out_of_order(exc)

    def _pop(self, exc: BaseException | None, left: Sequence[AnyContext] = ()) -> None:
        try:
            self._prepare_pop(exc_info()[1] if exc is CURRENT_EXCEPTION else exc)
        finally:
            for ctx in left:
                ctx.pop_left_behind(self, exc)
            self._finish_pop()

    def end(self, exc: BaseException | None) -> None:
        """Pop at the end of the request, also if the view has left another context behind.

        Args:
            exc: The exception that ended the request.
        """
        left = [] if current.get(None) is self else find_contexts_within(self)
        # As in Flask, a teardown function may pop an app context that a hook has pushed.
        if any(ctx.request_context is not self for ctx in left):
            for ctx in left:
                ctx.pop_left_behind(self, exc)
        self._left = left
        self.pop(exc)

    def _prepare_pop(self, exc: BaseException | None) -> None:
        if len(self._tokens) > 1:
            return
        if self._app_context is not None:
            self._end_exc = exc
        if self._holds:
            self._held_exc = exc
            self._waits = True
        else:
            self.tear_down(exc)

    def _finish_pop(self) -> None:
        self._deactivate()
        if self._app_context is not None and not self._tokens:
            if self._waits:
                self._app_context._deactivate()
            else:
                self._pop_app_context()
        if appcontext_popped.receivers and self.joined is None and not self._tokens:
            self._send(appcontext_popped)
        if self._waits and not self._holds and not self._tokens:
            # The last stream has ended on another thread while this one was at it.
            self._tear_down_late()

    def tear_down(self, exc: BaseException | None) -> None:
        """Run the teardown functions and close the request; the context is active meanwhile.

        A failure is logged, and raised.
        """
        errors: list[Exception] = []
        try:
            self._tear_down_request(exc)
        except Exception as error:
            errors.append(error)
        finally:
            # After an interruption, too.
            if self.joined is None:
                try:
                    self.app.do_teardown_appcontext(exc)
                except Exception as error:
                    errors.append(error)
        if errors:
            failure = join_errors(errors)
            self.app.logger.error("Exception in the teardown of %r", self, exc_info=failure)
            raise failure

    def _tear_down_request(self, exc: BaseException | None) -> None:
        try:
            self.app.do_teardown_request(exc)
        finally:
            if not self._copied:
                self.close_request(keep_traceback=exc is not None)

    def close_request(self, *, keep_traceback: bool = False) -> None:
        """Close the request's files, and cut the references by which it would keep itself alive.

        Args:
            keep_traceback: Whether the error that the URL has led to is still going to be read.
        """
        request = self.made_request
        if request is None:
            routing_exception = self.found[2]
        else:
            request.close()
            request._environ["werkzeug.request"] = None
            routing_exception = request.routing_exception
        if routing_exception is not None and not keep_traceback:
            routing_exception.__traceback__ = None

    def hold(self, stream: object) -> None:
        """Put the teardown off until `release`: *stream* still works with the request."""
        if self._holds is _NO_HOLDS:
            self._holds = set()
        # Its id only: a reference would keep the two alive.
        self._holds.add(id(stream))

    def release(self, stream: object, exc: BaseException | None = None) -> None:
        """Undo one `hold`; the last one runs the teardown if the request has ended meanwhile.

        It may be called on any thread.

        Args:
            stream: That was given to `hold`.
            exc: What ended the stream, for the teardown functions.
        """
        holds = self._holds
        if id(stream) not in holds:
            return
        holds.discard(id(stream))
        if self._tokens:
            return
        if self._held_exc is None:
            self._held_exc = exc
        if not holds:
            self._tear_down_late()

    def _tear_down_late(self) -> None:
        """Run the teardown that has waited for a stream, unless another thread is doing so."""
        # One operation: of two threads that end up here, one gets it.
        if not self.__dict__.pop("_waits", False):
            return
        exc, self._held_exc = self._held_exc, None
        app_context = self._app_context
        if app_context is not None:
            self._end_exc = exc
            app_context._activate()
        token = current.set(self)
        try:
            self.tear_down(exc)
        finally:
            current.reset(token)
            if app_context is not None:
                self._pop_app_context()
            del exc

    def _pop_app_context(self) -> None:
        ctx, self._app_context = self._app_context, None
        exc, self._end_exc = self._end_exc, None
        assert ctx is not None  # its caller has looked
        try:
            ctx.pop(exc)
        finally:
            self.joined = None
            del exc

    def drop_holds(self) -> None:
        """Wait for no stream that was made so far: after an error none of them is sent."""
        self._holds = _NO_HOLDS

    def copy(self) -> RequestContext:
        """Return a context for the same request and session, to be pushed elsewhere.

        It has a `g` of its own, and leaves closing the request to the original.
        """
        copy = type(self)(self.app, self.environ, request=self.request, session=self.open_session())
        copy._copied = True
        return copy

    def __repr__(self) -> str:
        request = self.request
        return f"<{type(self).__name__} of {self.app.name!r}: {request.method} {request.url!r}>"


_ORIGINALS: list[tuple[type[Context], Originals]] = [
    (AppContext, Originals(AppContext, ["__init__", "__new__", "push", "pop"])),
    (RequestContext, Originals(RequestContext, ["match_request", "push", "pop"])),
]


def makes_unnoticed(globals_class: type[AppGlobals]) -> bool:
    """Return whether *globals_class* has no constructor, so that it does not matter when `g` is."""
    return globals_class.__init__ is object.__init__ and globals_class.__new__ is object.__new__


AnyContext: TypeAlias = AppContext | RequestContext

current: ContextVar[AnyContext] = ContextVar("cruse.context")


def find_contexts_within(ctx: AnyContext) -> list[AnyContext]:
    """Return the contexts that were pushed after *ctx* and not popped, the active one first.

    A context is there once for each of its pushes. If *ctx* itself is not active, nothing is.
    """
    found: list[AnyContext] = []
    active = current.get(None)
    while active is not ctx:
        if active is None or found.count(active) == len(active._tokens):
            return []
        outer = active._tokens[-1 - found.count(active)].old_value
        found.append(active)
        active = None if outer is Token.MISSING else outer
    return found


use_app_finder(lambda: None if (ctx := current.get(None)) is None else ctx.app)


def get_context(reading: str, part: object = None) -> AnyContext:
    """Return the active context.

    Args:
        reading: What is about to be read from it, for the message of the error.
        part: Stands in place of the braces in *reading*.

    Raises:
        OutOfContextError: No app is active here.
    """
    ctx = current.get(None)
    if ctx is None:
        # PERF: most programs never see this error (benchmarks/startup.py).
        from cruse_core.out_of_context import outside_app_error

        raise outside_app_error(reading.format(part))
    return ctx


def find_request_context() -> RequestContext | None:
    """Return the context of the request that is being served here, or None."""
    ctx = current.get(None)
    return None if ctx is None else ctx.request_context


def get_request_context(reading: str, part: object = None) -> RequestContext:
    """Return the context of the current request.

    Args:
        reading: What is about to be read from it, for the message of the error.
        part: Stands in place of the braces in *reading*.

    Raises:
        OutOfContextError: No request is being served here.
    """
    ctx = find_request_context()
    if ctx is None:
        raise _outside_request(reading.format(part))
    return ctx


def _outside_request(reading: str) -> OutOfContextError:
    from cruse_core.out_of_context import outside_request_error  # PERF: as above

    ctx = current.get(None)
    return outside_request_error(reading, None if ctx is None else ctx.app.name)
