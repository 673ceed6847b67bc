"""Define the adapter: a map bound to a host, a script root and a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol, overload

from werkzeug.exceptions import NotFound
from werkzeug.routing import MapAdapter as WerkzeugMapAdapter
from werkzeug.routing import Rule as WerkzeugRule

from .answers import MISS, UNDECIDED, Answer, Match


class Finder(Protocol):
    """What an adapter asks of its map."""

    def find_match(self, path: str, method: str) -> Match | Answer:
        """Return the match, MISS, or UNDECIDED."""
        ...

    def find_url(self, endpoint: Any, values: Mapping[str, Any] | None) -> str | None:
        """Return the URL below the script root, or None in doubt."""
        ...


class MapAdapter(WerkzeugMapAdapter):
    """Werkzeug's `MapAdapter`, which asks the map's own matcher and builder first."""

    def __init__(self, finder: Finder, adapter: WerkzeugMapAdapter) -> None:
        super().__init__(
            adapter.map,
            adapter.server_name,
            adapter.script_name,
            adapter.subdomain,
            adapter.url_scheme,
            adapter.path_info,
            adapter.default_method,
            adapter.query_args,
        )
        self._finder = finder

    @overload
    def match(
        self,
        path_info: str | None = None,
        method: str | None = None,
        return_rule: Literal[False] = False,
        query_args: Mapping[str, Any] | str | None = None,
        websocket: bool | None = None,
    ) -> tuple[Any, Mapping[str, Any]]: ...

    @overload
    def match(
        self,
        path_info: str | None = None,
        method: str | None = None,
        return_rule: Literal[True] = True,
        query_args: Mapping[str, Any] | str | None = None,
        websocket: bool | None = None,
    ) -> tuple[WerkzeugRule, Mapping[str, Any]]: ...

    def match(
        self,
        path_info: str | None = None,
        method: str | None = None,
        return_rule: bool = False,
        query_args: Mapping[str, Any] | str | None = None,
        websocket: bool | None = None,
    ) -> tuple[Any | WerkzeugRule, Mapping[str, Any]]:
        """Return the endpoint, or the rule, and the view's arguments.

        Args:
            path_info: The decoded path; by default that of the bound request.
            method: By default that of the bound request.
            return_rule: Whether to return the rule in place of its endpoint.
            query_args: What a redirect appends as the query; by default that of the bound request.
            websocket: Whether to match WebSocket rules; by default as the bound scheme says.

        Raises:
            RequestRedirect: The path has another, canonical form.
            NotFound: No rule matches.
            MethodNotAllowed: A rule matches, but not with this method.
            WebsocketMismatch: A rule matches, but is for the other one of HTTP and WebSocket.
        """
        is_websocket = self.websocket if websocket is None else websocket
        found: Match | Answer = UNDECIDED
        if self.subdomain == "" and not is_websocket:
            path = self.path_info if path_info is None else path_info
            found = self._finder.find_match(path, (method or self.default_method).upper())
        if found is MISS:
            raise NotFound()
        if found is UNDECIDED:
            # Werkzeug's overloads take no plain bool for *return_rule*.
            ask: Callable[..., tuple[Any, Mapping[str, Any]]] = super().match
            return ask(path_info, method, return_rule, query_args, websocket)
        rule, view_args = found
        return (rule if return_rule else rule.endpoint), view_args

    def build(
        self,
        endpoint: Any,
        values: Mapping[str, Any] | None = None,
        method: str | None = None,
        force_external: bool = False,
        append_unknown: bool = True,
        url_scheme: str | None = None,
    ) -> str:
        """Return the URL of an endpoint: without scheme and host if it is on the bound host.

        Args:
            endpoint: The endpoint of a rule.
            values: Values for the rule's variables; the rest becomes the query. None is as good
                as absent.
            method: A method that the rule must accept.
            force_external: Whether to return scheme and host in any case.
            append_unknown: Whether values that are no variables become the query.
            url_scheme: The scheme of a URL that has one; by default the bound one.

        Raises:
            BuildError: No rule of the endpoint goes with these values.
        """
        is_common = method is None and not force_external and append_unknown
        if is_common and url_scheme is None and self.subdomain == "":
            url = self._finder.find_url(endpoint, values)
            if url is not None:
                return self.script_name.rstrip("/") + url
        return super().build(endpoint, values, method, force_external, append_unknown, url_scheme)
