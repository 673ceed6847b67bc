"""Build the URLs of endpoints, within a request and outside of one.

The map of rules builds what lies below the script root; an adapter of Werkzeug knows hosts, schemes
and everything else that is out of the ordinary.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from werkzeug.exceptions import BadRequest
from werkzeug.routing import BuildError, MapAdapter

from cruse_core import context
from cruse_core.errors import OutOfContextError
from cruse_core.pipeline import Pipeline
from cruse_core.plan import blueprint_names
from cruse_core.requests import Request
from cruse_core.urls import add_anchor, find_subdomain, resolve_endpoint

_HTTP_SCHEMES = frozenset({"http", "https"})


class UrlBuilder(Pipeline):
    """Builds URLs; `App` adds the rules that they are built of."""

    subdomain_matching: bool
    url_build_error_handlers: list[Callable[[Exception, str, dict[str, Any]], str | None]]

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Bind the URL map to a request, or to SERVER_NAME outside of one.

        Args:
            request: The current request, or None.

        Returns:
            None outside of a request while SERVER_NAME is not set.

        Raises:
            SecurityError: The host of the request is not one of TRUSTED_HOSTS.
            BadRequest: The Host header names no host.
        """
        server_name: str | None = self.config["SERVER_NAME"]
        if request is None:
            if server_name is None:
                return None
            return self.url_map.bind(
                server_name,
                script_name=self.config["APPLICATION_ROOT"],
                url_scheme=self.config["PREFERRED_URL_SCHEME"],
            )
        trusted_hosts = self.config["TRUSTED_HOSTS"]
        if trusted_hosts is not None:
            request.trusted_hosts = trusted_hosts
        # Reading it refuses a host that is not trusted, before anything is matched.
        host = request.host
        header: str = request._environ.get("HTTP_HOST") or ""
        # One beyond ASCII is no host either, but was served ever since.
        if header and not host and header.isascii():
            raise BadRequest("The Host header of this request does not name a host.")
        subdomain: str | None = self.url_map.default_subdomain or ""
        if self.url_map.host_matching:
            server_name = subdomain = None
        elif self.subdomain_matching:
            subdomain = (
                None if server_name is None else find_subdomain(host, server_name, request.scheme)
            )
        # Otherwise every host is served, and SERVER_NAME is the one of external URLs. Werkzeug
        # would read the header again, and accept fewer hosts.
        return self.url_map.bind_to_environ(
            request._environ, server_name=server_name or host.lower() or None, subdomain=subdomain
        )

    def url_for(
        self,
        /,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """Build the URL of an endpoint.

        Args:
            endpoint: Its name; with a leading dot relative to the current blueprint.
            _anchor: Fragment to append.
            _method: Choose the rule that accepts this HTTP method.
            _scheme: Scheme of an external URL, such as "https" or "wss".
            _external: Whether scheme and host are part of the URL; by default outside of a request.
            **values: Values of the rule's variables; the others become the query string.

        Raises:
            OutOfContextError: Outside of a request, and SERVER_NAME is not set.
            ValueError: *_scheme* is given for a URL that is not external.
            BuildError: No rule of that endpoint takes these values; `url_build_error_handlers`
                are asked first.
        """
        ctx = context.current.get(None)
        request_ctx = None if ctx is None else ctx.request_context
        if request_ctx is None:
            adapter = self.create_url_adapter(None) if ctx is None else ctx.url_adapter
            external = True if _external is None else _external
        else:
            if endpoint[:1] == ".":
                endpoint = resolve_endpoint(endpoint, request_ctx.request.blueprint)
            external = _scheme is not None if _external is None else _external
            # PERF: most URLs need no MapAdapter (benchmarks/scenarios.py: url_for).
            if not external and _method is _scheme is None and request_ctx.builds_directly:
                self.inject_url_defaults(endpoint, values)
                path = self.url_map.find_url(endpoint, values)
                if path is None:
                    adapter = request_ctx.url_adapter
                    assert adapter is not None  # its host was accepted
                    return self._build_url(adapter, endpoint, values, _anchor)
                url = (request_ctx.environ.get("SCRIPT_NAME") or "").rstrip("/") + path
                return url if _anchor is None else add_anchor(url, _anchor)
            adapter = request_ctx.url_adapter
        if adapter is None:
            self._refuse_url(endpoint, in_request=request_ctx is not None)
        if _scheme is not None and not external:
            raise ValueError(
                f"_scheme={_scheme!r} was given for a URL without a scheme. When specifying "
                "'_scheme', '_external' must be True, or left out."
            )
        self.inject_url_defaults(endpoint, values)
        return self._build_url(adapter, endpoint, values, _anchor, _method, _scheme, external)

    def _build_url(
        self,
        adapter: MapAdapter,
        endpoint: str,
        values: dict[str, Any],
        _anchor: str | None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool = False,
    ) -> str:
        """Let Werkzeug build a URL, or the functions for the case that it cannot."""
        try:
            url = adapter.build(
                endpoint, values, method=_method, url_scheme=_scheme, force_external=_external
            )
        except BuildError as error:
            values.update(_anchor=_anchor, _method=_method, _scheme=_scheme, _external=_external)
            return self.handle_url_build_error(error, endpoint, values)
        if _scheme and _scheme not in _HTTP_SCHEMES:
            # Werkzeug takes the scheme from the rule: a WebSocket may be served by another program.
            url = f"{_scheme}:{url.partition(':')[2]}"
        return url if _anchor is None else add_anchor(url, _anchor)

    def _refuse_url(self, endpoint: str, *, in_request: bool) -> NoReturn:
        if in_request:
            raise OutOfContextError(
                f"The URL of {endpoint!r} cannot be built: the host of this request was refused, "
                "so nothing is known that a URL could start with. Return the error as it is."
            )
        raise OutOfContextError(
            f"Unable to build URLs outside an active request without 'SERVER_NAME' configured: "
            f"the host that the URL of {endpoint!r} starts with is not known. Set SERVER_NAME, and "
            "APPLICATION_ROOT and PREFERRED_URL_SCHEME as needed, or build it during a request."
        )

    def inject_url_defaults(self, endpoint: str, values: dict[str, Any]) -> None:
        """Let the `url_defaults` functions of the app and the endpoint's blueprints add values."""
        functions = self.url_default_functions
        if functions:
            for name in (None, *reversed(blueprint_names(endpoint))):
                for function in functions.get(name, ()):
                    function(endpoint, values)

    def handle_url_build_error(
        self, error: BuildError, endpoint: str, values: dict[str, Any]
    ) -> str:
        """Ask `url_build_error_handlers` for a URL; raise the last error if none has one.

        Args:
            error: Why the URL could not be built.
            endpoint: Its endpoint.
            values: Its values, with `_anchor`, `_method`, `_scheme` and `_external`.
        """
        for handler in self.url_build_error_handlers:
            try:
                url = handler(error, endpoint, values)
            except BuildError as newer:
                error = newer
            else:
                if url is not None:
                    return url
        raise error
