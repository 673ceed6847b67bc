from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from werkzeug.debug import DebuggedApplication
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.lint import LintMiddleware
from werkzeug.middleware.profiler import ProfilerMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from cruse_core import App
from cruse_core.findings import Finding, Severity

Application = Callable[..., Any]


def find(app: App) -> dict[str, Finding]:
    return {finding.id: finding for finding in app.run_checks(deploy=True)}


def wrap(app: App, middleware: Callable[[Application], Application]) -> None:
    app.wsgi_app = middleware(app.wsgi_app)  # type: ignore[method-assign]  # as users do


class ReverseProxied:
    """Stands for the middleware that many programs carry with them."""

    def __init__(self, app: Application) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self.app(environ, start_response)


def count_requests(application: Application) -> Application:
    """Wrap an application in a function."""

    def counted(environ: dict[str, Any], start_response: Any) -> Any:
        return application(environ, start_response)

    return counted


class TestDebugger:
    def test_with_its_prompt_is_critical(self, safe_app: App) -> None:
        wrap(safe_app, partial(DebuggedApplication, evalex=True))
        (finding,) = find(safe_app).values()
        assert (finding.id, finding.severity) == (
            "security.debugger_around_app",
            Severity.CRITICAL,
        )
        assert "runs any code" in finding.message
        assert finding.place == "app.wsgi_app"
        assert "Take DebuggedApplication out" in finding.remedy

    def test_without_it_is_an_error(self, safe_app: App) -> None:
        wrap(safe_app, DebuggedApplication)
        (finding,) = find(safe_app).values()
        assert (finding.id, finding.severity) == ("security.debugger_around_app", Severity.ERROR)

    @pytest.mark.parametrize(
        "outer", [ReverseProxied, count_requests, ProxyFix, DispatcherMiddleware]
    )
    def test_is_found_below_other_middleware(
        self, safe_app: App, outer: Callable[[Application], Application]
    ) -> None:
        wrap(safe_app, partial(DebuggedApplication, evalex=True))
        wrap(safe_app, outer)
        assert list(find(safe_app)) == ["security.debugger_around_app"]

    def test_is_found_around_an_application_beside_it(self, safe_app: App) -> None:
        beside = DebuggedApplication(App("admin", static_folder=None), evalex=True)
        wrap(safe_app, lambda app: DispatcherMiddleware(app, {"/admin": beside}))
        assert list(find(safe_app)) == ["security.debugger_around_app"]


class TestDevelopmentMiddleware:
    @pytest.mark.parametrize("middleware", [ProfilerMiddleware, LintMiddleware])
    def test_is_a_warning(
        self, safe_app: App, middleware: Callable[[Application], Application]
    ) -> None:
        wrap(safe_app, middleware)
        (finding,) = find(safe_app).values()
        assert (finding.id, finding.severity) == (
            "security.development_middleware",
            Severity.WARNING,
        )
        assert finding.place == "app.wsgi_app"


class TestProxyFix:
    def test_without_one_there_is_a_remark(self, safe_app: App) -> None:
        del safe_app.wsgi_app
        (finding,) = find(safe_app).values()
        assert (finding.id, finding.severity) == ("security.proxy_fix", Severity.INFO)
        assert "Without a proxy leave it out" in finding.remedy

    def test_it_is_a_warning_where_the_server_is_told_of_a_proxy(
        self, safe_app: App, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.0.0.1")
        assert find(safe_app) == {}
        del safe_app.wsgi_app
        (finding,) = find(safe_app).values()
        assert finding.severity is Severity.WARNING
        assert "FORWARDED_ALLOW_IPS" in finding.message

    @pytest.mark.parametrize("outer", [DispatcherMiddleware, count_requests])
    def test_it_is_found_below_other_middleware(
        self, safe_app: App, outer: Callable[[Application], Application]
    ) -> None:
        wrap(safe_app, outer)
        assert find(safe_app) == {}

    def test_middleware_of_that_name_will_do(self, safe_app: App) -> None:
        del safe_app.wsgi_app
        wrap(safe_app, ReverseProxied)
        assert find(safe_app) == {}

    def test_middleware_that_wraps_the_app_itself_is_no_endless_search(self, safe_app: App) -> None:
        wrap(safe_app, lambda _: DispatcherMiddleware(safe_app))
        assert list(find(safe_app)) == ["security.proxy_fix"]

    @pytest.mark.parametrize("header", ["x_for", "x_proto", "x_host", "x_port", "x_prefix"])
    def test_more_than_two_proxies_are_a_warning(self, safe_app: App, header: str) -> None:
        del safe_app.wsgi_app
        wrap(safe_app, lambda app: ProxyFix(app, **{header: 3}))
        (finding,) = find(safe_app).values()
        assert (finding.id, finding.severity) == ("security.proxy_fix_depth", Severity.WARNING)
        assert f"{header}=3" in finding.message
        assert finding.place == "app.wsgi_app"
        assert "Count the proxies" in finding.remedy

    def test_two_are_right(self, safe_app: App) -> None:
        del safe_app.wsgi_app
        wrap(safe_app, partial(ProxyFix, x_for=2, x_proto=2, x_host=2, x_port=2, x_prefix=2))
        assert find(safe_app) == {}

    def test_those_of_two_middlewares_are_added(self, safe_app: App) -> None:
        wrap(safe_app, partial(ProxyFix, x_for=2))
        assert "x_for=3" in find(safe_app)["security.proxy_fix_depth"].message
