"""Say what a context asks of its app."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from werkzeug.routing import MapAdapter

from cruse_core.active_app import ActiveApp
from cruse_core.app_globals import AppGlobals
from cruse_core.hosts import AcceptedHosts
from cruse_core.json_provider import JSONProvider
from cruse_core.plan import Plan, Plans
from cruse_core.requests import Request
from cruse_core.sessions import SessionInterface
from cruse_routing import Map


class ContextApp(ActiveApp, Protocol):
    """What a context asks of its app."""

    plans: Plans
    url_map: Map
    session_interface: SessionInterface
    accepted_hosts: AcceptedHosts

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
