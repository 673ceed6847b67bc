"""Check what is wrapped around an app: proxies that are believed, and helpers of a developer.

Middleware is found that hangs on `app.wsgi_app`: by the attributes that commonly hold what it
wraps, and, where it is a function, by what that encloses. What a module wraps around the app under
another name, and hands to its server, is not found.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import FunctionType

from werkzeug.debug import DebuggedApplication
from werkzeug.middleware.lint import LintMiddleware
from werkzeug.middleware.profiler import ProfilerMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from cruse_core.checked_app import CheckedApp
from cruse_core.checks import Checks
from cruse_core.findings import Finding, Severity

# Attributes under which middleware keeps the application that it wraps.
_WRAPPED = ("wsgi_app", "app", "application", "_app", "_application", "wrapped", "__wrapped__")

_PLACE = "app.wsgi_app"

# A content network in front of a proxy is common; more steps are rare, and forged ones more likely.
_PROXIES = 2


def add_middleware_checks(checks: Checks) -> None:
    """Add the checks of this module."""
    for check in (check_debugger_around_app, check_development_middleware, check_proxy_fix):
        checks.add(check, deploy=True)


def check_debugger_around_app(app: CheckedApp) -> Iterator[Finding]:
    """Find Werkzeug's debugger among the middleware."""
    for layer in _iter_layers(app.wsgi_app):
        if not isinstance(layer, DebuggedApplication):
            continue
        if layer.evalex:
            yield Finding(
                "security.debugger_around_app",
                Severity.CRITICAL,
                "The debugger is wrapped around the application, with evalex. Errors show code and "
                "values to visitors, and it runs any code for whoever finds its PIN.",
                _PLACE,
                "Take DebuggedApplication out of app.wsgi_app; `cruse run --debug` has it.",
            )
        else:
            yield Finding(
                "security.debugger_around_app",
                Severity.ERROR,
                "The debugger is wrapped around the application. Errors show its code to visitors.",
                _PLACE,
                "Take DebuggedApplication out of app.wsgi_app; `cruse run --debug` has it.",
            )


def check_development_middleware(app: CheckedApp) -> Iterator[Finding]:
    """Find middleware that measures or judges each request, for a developer."""
    for layer in _iter_layers(app.wsgi_app):
        if isinstance(layer, ProfilerMiddleware | LintMiddleware):
            name = type(layer).__name__
            yield Finding(
                "security.development_middleware",
                Severity.WARNING,
                f"{name} is wrapped around the application. It makes each request slow, and what "
                "it finds was meant for a developer.",
                _PLACE,
                f"Take {name} out of app.wsgi_app.",
            )


def check_proxy_fix(app: CheckedApp) -> Iterator[Finding]:
    """Find that nothing reads the headers of a proxy, or that too many proxies are believed.

    Whether a proxy stands in front cannot be seen from here, and an application without one is
    safer without the middleware: so it is a remark. It becomes a warning where the environment
    tells the server to believe a proxy's headers, in the variable of gunicorn and uvicorn.
    """
    layers = list(_iter_layers(app.wsgi_app))
    yield from _judge_depth(layer for layer in layers if isinstance(layer, ProxyFix))
    if any(_reads_proxy_headers(layer) for layer in layers):
        return
    is_behind_proxy = bool(os.environ.get("FORWARDED_ALLOW_IPS"))
    yield Finding(
        "security.proxy_fix",
        Severity.WARNING if is_behind_proxy else Severity.INFO,
        "No middleware reads X-Forwarded-* headers. "
        + (
            "FORWARDED_ALLOW_IPS says that a proxy writes them"
            if is_behind_proxy
            else "If a proxy stands in front"
        )
        + ", every visitor has the proxy's address, and URLs begin with http.",
        _PLACE,
        "Behind one proxy: app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1), from "
        "werkzeug.middleware.proxy_fix. Without a proxy leave it out.",
    )


def _judge_depth(fixes: Iterable[ProxyFix]) -> Iterator[Finding]:
    believed: Counter[str] = Counter()
    for fix in fixes:
        for name in ("x_for", "x_proto", "x_host", "x_port", "x_prefix"):
            # Two of them, one around the other, count the steps of both.
            believed[name] += getattr(fix, name)
    too_many = [f"{name}={count}" for name, count in believed.items() if count > _PROXIES]
    if too_many:
        yield Finding(
            "security.proxy_fix_depth",
            Severity.WARNING,
            f"ProxyFix believes more than {_PROXIES} proxies: {', '.join(too_many)}. If there are "
            "fewer, the visitor writes the value that counts: an address, a host or a scheme.",
            _PLACE,
            "Count the proxies that add to each header, and pass these numbers; 0 for a header "
            "that none of them writes. If there are so many, leave this finding out with --ignore.",
        )


def _reads_proxy_headers(layer: object) -> bool:
    """Return whether middleware is Werkzeug's for proxies, or one of such a name."""
    return isinstance(layer, ProxyFix) or "prox" in type(layer).__name__.lower()


def _iter_layers(application: object) -> Iterator[object]:
    """Iterate over the middleware and applications in *application*, the outermost first."""
    seen: set[int] = set()
    waiting = [application]
    while waiting:
        layer = waiting.pop(0)
        if id(layer) not in seen:
            seen.add(id(layer))
            yield layer
            waiting.extend(_iter_wrapped(layer))


def _iter_wrapped(layer: object) -> Iterator[object]:
    for name in _WRAPPED:
        wrapped = getattr(layer, name, None)
        if callable(wrapped):
            yield wrapped
    mounts = getattr(layer, "mounts", None)
    if isinstance(mounts, Mapping):
        yield from filter(callable, mounts.values())
    if isinstance(layer, FunctionType):
        for cell in layer.__closure__ or ():
            try:
                content = cell.cell_contents
            except ValueError:  # the variable has no value yet
                continue
            if callable(content):
                yield content
