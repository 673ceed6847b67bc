"""Send requests to an app without a server, and look at what belongs to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import copy
from functools import cache
from importlib.metadata import version
from types import TracebackType
from typing import Any, Protocol, Self

import werkzeug.test
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request as BaseRequest

from cruse_core.context import AppContext, RequestContext
from cruse_core.responses import Response
from cruse_core.sessions import SessionApp, SessionInterface, SessionMixin
from cruse_core.types import WSGIEnvironment
from cruse_testing.environ import EnvironApp, EnvironBuilder
from cruse_testing.streams import Stream

_PRESERVE_CONTEXT = "werkzeug.debug.preserve_context"


@cache
def werkzeug_version() -> str:
    """Return the version of Werkzeug, which makes the requests."""
    return version("werkzeug")


class ClientApp(EnvironApp, SessionApp, Protocol):
    """What the client asks of the app that it tests."""

    name: str
    session_interface: SessionInterface

    @property
    def response_class(self) -> type[Response]:
        """Class of its responses."""
        ...

    def test_request_context(self, *args: Any, **kwargs: Any) -> RequestContext:
        """Make the context of a request that is not sent."""
        ...


class Client(werkzeug.test.Client):
    """A client for one app, with its own cookies; made by `app.test_client()`.

    Used as a context manager, it keeps the context of the latest request, so that `request`,
    `session` and `g` can be looked at after the answer has come.

    Args:
        *args: Of `werkzeug.test.Client`.
        **kwargs: Of the same.
    """

    application: ClientApp  # type: ignore[assignment]  # a WSGI application, and more

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Part of every request's environment, unless the request says otherwise.
        self.environ_base: dict[str, Any] = {
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_USER_AGENT": f"Werkzeug/{werkzeug_version()}",
        }
        self.preserve_context = False
        self._new_contexts: list[RequestContext] = []
        self._context_stack = ExitStack()

    # Requests

    def open(
        self,
        *args: Any,
        buffered: bool = False,
        follow_redirects: bool = False,
        **kwargs: Any,
    ) -> TestResponse:
        """Send a request and return the response.

        Args:
            *args: Of `EnvironBuilder`, the path first. Or, alone, a finished builder, a WSGI
                environment or a request.
            buffered: Read the whole body now. Otherwise a stream is read when it is looked at.
            follow_redirects: Go on to where the response redirects; `response.history` has the way.
            **kwargs: Of `EnvironBuilder`: `method`, `json`, `data`, `headers`, `query_string` …
        """
        request = self._make_request(args, kwargs)
        self._context_stack.close()
        self._new_contexts.clear()
        response = super().open(request, buffered=buffered, follow_redirects=follow_redirects)
        response.json_module = self.application.json  # type: ignore[assignment]  # has what is used of it
        if self._new_contexts:
            # After redirects, the last request is the one that has answered.
            self._keep(self._new_contexts[-1])
            self._new_contexts.clear()
        return response

    def _keep(self, ctx: RequestContext) -> None:
        """Have the context of a request active, and the app context that it was served in."""
        # Its block may be over before the client is: its teardown waits for the client.
        outer = [ctx.owner] if isinstance(ctx.owner, AppContext) else []
        for kept in (*outer, ctx):
            kept.__enter__()
            self._context_stack.callback(kept.pop_from_below, None)

    def _make_request(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> BaseRequest:
        first = args[0] if args else None
        if isinstance(first, werkzeug.test.EnvironBuilder):
            builder = copy(first)
            builder.environ_base = self._copy_environ(builder.environ_base or {})
            return builder.get_request()
        if isinstance(first, dict):
            return BaseRequest(self._copy_environ(first))
        if isinstance(first, BaseRequest):
            return BaseRequest(self._copy_environ(first.environ))
        return self._request_from_builder_args(args, kwargs)

    def _request_from_builder_args(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> BaseRequest:
        """Return the request that an `EnvironBuilder` with these arguments describes."""
        builder = EnvironBuilder(self.application, *args, **kwargs)
        try:
            return BaseRequest(self._copy_environ(builder.get_environ()))
        finally:
            builder.close()

    def _copy_environ(self, other: Mapping[str, Any]) -> WSGIEnvironment:
        """Return what every request of this client has, and *other*, which takes precedence."""
        environ = {**self.environ_base, **other}
        if self.preserve_context:
            environ[_PRESERVE_CONTEXT] = self._new_contexts.append
        return environ

    @contextmanager
    def stream(self, *args: Any, **kwargs: Any) -> Iterator[Stream]:
        """Send a request and read the answer chunk by chunk, as the app sends it.

        Arguments are those of `open`. The answer is closed at the end of the block, read or not.
        """
        with Stream(self.open(*args, **kwargs)) as stream:
            yield stream

    # The session

    @contextmanager
    def session_transaction(self, *args: Any, **kwargs: Any) -> Iterator[SessionMixin]:
        """Open the session that the next request will have, and save it at the end of the block.

        A null session that the app's interface opens itself can be read, and is not saved.

        Args:
            *args: Of `EnvironBuilder`, for a session that depends on the URL.
            **kwargs: Of the same.

        Raises:
            TypeError: The client keeps no cookies.
            RuntimeError: The app cannot save a session, mostly for want of a secret key.
        """
        if self._cookies is None:
            raise TypeError(
                "Cookies are disabled, so this client cannot hold a session. Create a client with "
                "'use_cookies=True'."
            )
        app = self.application
        interface = app.session_interface
        ctx = app.test_request_context(*args, **kwargs)
        self._add_cookies_to_wsgi(ctx.request.environ)
        with ctx:
            session = interface.open_session(app, ctx.request)
        if session is None:
            raise RuntimeError(
                f"Session backend did not open a session for app {app.name!r}: "
                f"{type(interface).__name__} could not save it. Set app.secret_key, if sessions "
                "are kept in signed cookies."
            )
        yield session
        if interface.is_null_session(session):
            return
        response = app.response_class()
        with ctx:
            interface.save_session(app, session, response)
        self._update_cookies_from_response(
            ctx.request.host.partition(":")[0],
            ctx.request.path,
            response.headers.getlist("Set-Cookie"),
        )

    # Keeping the context

    def __enter__(self) -> Self:
        if self.preserve_context:
            raise RuntimeError(
                "Cannot nest client invocations: this client keeps the context of its latest "
                "request already. Use another client: app.test_client()."
            )
        self.preserve_context = True
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.preserve_context = False
        self._context_stack.close()
