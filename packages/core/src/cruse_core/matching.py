"""Find the rule of a request's URL, without a `MapAdapter` where there can be no doubt.

`context.py` decides when a URL is matched; `short_path.py` matches those of ordinary requests.
"""

from __future__ import annotations

from typing import Protocol

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import MapAdapter

from cruse_core.context_app import ContextApp
from cruse_core.hosts import AcceptedHosts
from cruse_core.plan import Plan
from cruse_core.requests import Request
from cruse_core.types import WSGIEnvironment
from cruse_routing import MISS, UNDECIDED

#: A request with another scheme asks for a rule of its own sort.
HTTP_SCHEMES = frozenset({"http", "https"})


class MatchedContext(Protocol):
    """What matching asks of the context of a request."""

    app: ContextApp
    plan: Plan | None

    @property
    def request(self) -> Request:
        """Takes the rule and the values, or the error."""
        ...


def match_directly(ctx: MatchedContext) -> bool:
    """Find the rule for the URL; False leaves that to `match_with_adapter`."""
    # PERF: no MapAdapter for the common case (benchmarks/scenarios.py).
    app, request = ctx.app, ctx.request
    environ = request._environ
    path: str = environ.get("PATH_INFO") or ""
    if not path.isascii() or not _has_ordinary_host(app, environ):
        return False
    match = app.url_map.find_match(path, environ["REQUEST_METHOD"].upper())
    if match is UNDECIDED:
        return False
    if match is MISS:
        request.routing_exception = NotFound()
    else:
        request.url_rule, request.view_args = match
        ctx.plan = app.plans.get(match[0].endpoint)
    return True


def match_with_adapter(ctx: MatchedContext, adapter: MapAdapter | None) -> None:
    """Let Werkzeug match the URL, with an *adapter* that is None if the host is refused."""
    if adapter is None:
        return
    request = ctx.request
    try:
        request.url_rule, request.view_args = adapter.match(return_rule=True)  # type: ignore[assignment]  # the map's rules are its own
    except HTTPException as exc:
        request.routing_exception = exc


def builds_directly(app: ContextApp, environ: WSGIEnvironment) -> bool:
    """Return whether the app's `url_map` can build URLs below the script root by itself."""
    return _has_ordinary_host(app, environ) and (environ.get("SCRIPT_NAME") or "").isascii()


def _has_ordinary_host(app: ContextApp, environ: WSGIEnvironment) -> bool:
    return (
        app.matches_directly
        and get_accepted_hosts(app)[environ.get("HTTP_HOST")]
        and "HTTP_UPGRADE" not in environ
        and environ.get("wsgi.url_scheme") in HTTP_SCHEMES
    )


def get_accepted_hosts(app: ContextApp) -> AcceptedHosts:
    """Return the table of the hosts that *app* serves, for its present TRUSTED_HOSTS."""
    hosts = app.accepted_hosts
    trusted = app.config["TRUSTED_HOSTS"]
    if hosts.trusted != trusted:
        hosts = app.accepted_hosts = AcceptedHosts(trusted)
    return hosts
