"""What makes an application unsafe where the public comes, one setting at a time."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from cruse_core import App
from cruse_core.findings import Finding, Severity
from cruse_core.sessions import SessionInterface

GOOD_KEY = "kP2vX9qLw4Zt7RmB1sYd6GhJ"


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CRUSE_DEBUG", "CRUSE_RUN_HOST", "CRUSE_RUN_DEBUGGER", "FORWARDED_ALLOW_IPS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def app() -> App:
    """An app whose settings are safe."""
    app = App("shop", static_folder=None)
    app.config.update(
        SECRET_KEY=GOOD_KEY,
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_SAMESITE="Lax",
        TRUSTED_HOSTS=["shop.example"],
        MAX_CONTENT_LENGTH=1_000_000,
    )
    app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]  # as users do
    return app


def find(app: App) -> dict[str, Finding]:
    return {finding.id: finding for finding in app.run_checks(deploy=True)}


class TestSafeSettings:
    def test_give_no_finding(self, app: App) -> None:
        assert find(app) == {}

    def test_unsafe_ones_do_not_matter_while_nobody_comes(self) -> None:
        assert App("shop", static_folder=None).run_checks() == []


class TestDebugger:
    def test_on_an_address_that_others_reach_is_critical_everywhere(
        self, app: App, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CRUSE_RUN_HOST", "0.0.0.0")
        app.debug = True
        (finding,) = app.run_checks()
        assert (finding.id, finding.severity) == ("security.debugger_exposed", Severity.CRITICAL)
        assert "'0.0.0.0'" in finding.message
        assert finding.place == "CRUSE_RUN_HOST"
        assert "CRUSE_RUN_DEBUGGER=0" in finding.remedy

    @pytest.mark.parametrize(
        ("host", "debugger"), [("127.0.0.1", "1"), ("localhost", None), ("0.0.0.0", "0")]
    )
    def test_on_loopback_or_switched_off_is_no_finding(
        self, app: App, monkeypatch: pytest.MonkeyPatch, host: str, debugger: str | None
    ) -> None:
        monkeypatch.setenv("CRUSE_RUN_HOST", host)
        if debugger is not None:
            monkeypatch.setenv("CRUSE_RUN_DEBUGGER", debugger)
        app.debug = True
        assert app.run_checks() == []

    def test_counts_without_debug_mode_if_it_is_switched_on(
        self, app: App, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CRUSE_RUN_HOST", "0.0.0.0")
        assert app.run_checks() == []
        monkeypatch.setenv("CRUSE_RUN_DEBUGGER", "yes")
        assert [finding.id for finding in app.run_checks()] == ["security.debugger_exposed"]

    def test_one_cause_gives_one_finding(self, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CRUSE_RUN_HOST", "0.0.0.0")
        app.debug = True
        assert list(find(app)) == ["security.debugger_exposed"]


class TestModes:
    def test_debug_mode_is_critical(self, app: App) -> None:
        app.debug = True
        finding = find(app)["security.debug"]
        assert finding.severity is Severity.CRITICAL
        assert "CRUSE_DEBUG" in finding.remedy

    def test_mode_for_tests_is_found(self, app: App) -> None:
        app.testing = True
        assert list(find(app)) == ["security.testing"]


class TestSecretKey:
    @pytest.mark.parametrize("key", ["dev", b"change-me", "your secret key here"])
    def test_placeholder_is_an_error_that_does_not_repeat_it(
        self, app: App, key: str | bytes
    ) -> None:
        app.config["SECRET_KEY"] = key
        (finding,) = find(app).values()
        assert (finding.id, finding.severity) == ("security.secret_key_default", Severity.ERROR)
        assert "secrets.token_hex()" in finding.remedy
        assert repr(key) not in str(finding)

    @pytest.mark.parametrize("key", ["Tr0ub4dor&3", "0123456789abcdef", b"\xff\x01" * 20])
    def test_key_that_can_be_tried_out_is_an_error(self, app: App, key: str | bytes) -> None:
        app.config["SECRET_KEY"] = key
        (finding,) = find(app).values()
        assert (finding.id, finding.severity) == ("security.secret_key_weak", Severity.ERROR)
        assert "112" in finding.message
        assert repr(key) not in str(finding)

    def test_random_key_is_none(self, app: App) -> None:
        for make in (secrets.token_hex, secrets.token_urlsafe, secrets.token_bytes):
            app.config["SECRET_KEY"] = make()
            assert find(app) == {}

    def test_earlier_keys_count_as_much(self, app: App) -> None:
        app.config["SECRET_KEY_FALLBACKS"] = [GOOD_KEY[::-1], "dev"]
        (finding,) = find(app).values()
        assert finding.place == 'config["SECRET_KEY_FALLBACKS"][1]'

    @pytest.mark.usefixtures("lenient")
    def test_text_in_place_of_a_list_of_earlier_keys_is_found(self, app: App) -> None:
        app.config["SECRET_KEY_FALLBACKS"] = GOOD_KEY[::-1]
        assert list(find(app)) == ["security.secret_key_weak"]

    def test_missing_key_is_a_remark_and_leaves_no_cookie_to_judge(self, app: App) -> None:
        app.config.update(SECRET_KEY=None, SESSION_COOKIE_SECURE=False)
        (finding,) = find(app).values()
        assert (finding.id, finding.severity) == ("security.secret_key_missing", Severity.INFO)


class TestSessionCookie:
    @pytest.mark.parametrize(
        ("key", "value", "id"),
        [
            ("SESSION_COOKIE_SECURE", False, "security.session_cookie_secure"),
            ("SESSION_COOKIE_HTTPONLY", False, "security.session_cookie_httponly"),
            ("SESSION_COOKIE_SAMESITE", None, "security.session_cookie_samesite"),
            ("SESSION_COOKIE_SAMESITE", "None", "security.session_cookie_samesite"),
        ],
    )
    def test_each_flag_is_a_warning(self, app: App, key: str, value: object, id: str) -> None:
        app.config[key] = value
        (finding,) = find(app).values()
        assert (finding.id, finding.severity) == (id, Severity.WARNING)
        assert finding.place == f'config["{key}"]'
        assert key in finding.remedy

    def test_is_judged_without_a_key_if_the_sessions_are_kept_elsewhere(self, app: App) -> None:
        class Elsewhere(SessionInterface):
            pass

        app.session_interface = Elsewhere()
        app.config.update(SECRET_KEY=None, SESSION_COOKIE_SECURE=False)
        assert "security.session_cookie_secure" in find(app)


class TestHostsAndLimits:
    @pytest.mark.parametrize(
        ("key", "value", "id"),
        [
            ("TRUSTED_HOSTS", None, "security.trusted_hosts"),
            ("TRUSTED_HOSTS", [], "security.trusted_hosts"),
            ("MAX_CONTENT_LENGTH", None, "security.body_limit"),
            ("MAX_FORM_MEMORY_SIZE", None, "security.form_limit"),
            ("MAX_FORM_PARTS", None, "security.form_limit"),
        ],
    )
    def test_what_is_open_is_a_warning(self, app: App, key: str, value: object, id: str) -> None:
        app.config[key] = value
        (finding,) = find(app).values()
        assert (finding.id, finding.severity) == (id, Severity.WARNING)
        assert finding.place == f'config["{key}"]'
        assert key in finding.remedy


class ReverseProxied:
    """Stands for the middleware that many programs carry with them."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self.app(environ, start_response)


class TestProxyFix:
    def test_without_one_there_is_a_remark(self, app: App) -> None:
        del app.wsgi_app
        (finding,) = find(app).values()
        assert (finding.id, finding.severity) == ("security.proxy_fix", Severity.INFO)
        assert "Without a proxy leave it out" in finding.remedy

    def test_it_is_a_warning_where_the_server_is_told_of_a_proxy(
        self, app: App, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.0.0.1")
        assert find(app) == {}
        del app.wsgi_app
        (finding,) = find(app).values()
        assert finding.severity is Severity.WARNING
        assert "FORWARDED_ALLOW_IPS" in finding.message

    def test_it_is_found_below_other_middleware(self, app: App) -> None:
        app.wsgi_app = DispatcherMiddleware(app.wsgi_app)  # type: ignore[method-assign]  # as above
        assert find(app) == {}

    def test_middleware_of_that_name_will_do(self, app: App) -> None:
        del app.wsgi_app
        app.wsgi_app = ReverseProxied(app.wsgi_app)  # type: ignore[method-assign]  # as above
        assert find(app) == {}

    def test_middleware_that_wraps_the_app_itself_is_no_endless_search(self, app: App) -> None:
        app.wsgi_app = DispatcherMiddleware(app)  # type: ignore[method-assign]  # as above
        assert list(find(app)) == ["security.proxy_fix"]
