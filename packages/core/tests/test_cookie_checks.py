from __future__ import annotations

import pytest

from cruse_core import App
from cruse_core.findings import Finding, Severity
from cruse_core.sessions import SessionInterface


def find(app: App) -> dict[str, Finding]:
    return {finding.id: finding for finding in app.run_checks(deploy=True)}


class TestCookieIsTaken:
    @pytest.mark.parametrize(
        ("settings", "key"),
        [
            ({"NAME": "a b"}, "NAME"),
            ({"NAME": "a;b"}, "NAME"),
            ({"NAME": ""}, "NAME"),
            ({"NAME": "__Host-session", "DOMAIN": "shop.example"}, "DOMAIN"),
            ({"NAME": "__host-session", "DOMAIN": "shop.example"}, "DOMAIN"),
            ({"NAME": "__Host-session", "PATH": "/shop"}, "PATH"),
            ({"NAME": "__Host-session", "SECURE": False}, "SECURE"),
            ({"NAME": "__Secure-session", "SECURE": False}, "SECURE"),
            ({"NAME": "__Http-session", "HTTPONLY": False}, "HTTPONLY"),
            ({"NAME": "__Host-Http-session", "DOMAIN": "shop.example"}, "DOMAIN"),
            ({"NAME": "__Host-Http-session", "HTTPONLY": False}, "HTTPONLY"),
            ({"SAMESITE": "Laxx"}, "SAMESITE"),
            ({"SAMESITE": ""}, "SAMESITE"),
            ({"SAMESITE": "none", "SECURE": False}, "SAMESITE"),
            ({"PATH": "shop"}, "PATH"),
            ({"DOMAIN": "https://shop.example"}, "DOMAIN"),
            ({"DOMAIN": "shop.example:8000"}, "DOMAIN"),
            ({"DOMAIN": "shop.example/"}, "DOMAIN"),
            ({"DOMAIN": "*.shop.example"}, "DOMAIN"),
        ],
    )
    def test_what_no_browser_takes_is_an_error(
        self, safe_app: App, settings: dict[str, object], key: str
    ) -> None:
        for name, value in settings.items():
            safe_app.config[f"SESSION_COOKIE_{name}"] = value
        (finding,) = (f for f in safe_app.run_checks() if f.id == "settings.session_cookie")
        assert finding.severity is Severity.ERROR
        assert finding.place == f'config["SESSION_COOKIE_{key}"]'
        assert "Nobody keeps a session." in finding.message
        assert finding.remedy

    @pytest.mark.parametrize(
        ("domain", "server"), [("other.example", "shop.example"), ("op.example", "shop.example")]
    )
    def test_domain_of_another_host_is_an_error(
        self, safe_app: App, domain: str, server: str
    ) -> None:
        safe_app.config.update(SESSION_COOKIE_DOMAIN=domain, SERVER_NAME=server)
        (finding,) = safe_app.run_checks()
        assert repr(domain) in finding.message
        assert repr(server) in finding.message

    def test_root_of_the_app_is_the_path_of_the_cookie(self, safe_app: App) -> None:
        safe_app.config.update(SESSION_COOKIE_NAME="__Host-session", APPLICATION_ROOT="/shop")
        (finding,) = safe_app.run_checks()
        assert "'/shop'" in finding.message
        assert 'SESSION_COOKIE_PATH = "/"' in finding.remedy

    @pytest.mark.parametrize(
        "settings",
        [
            {"NAME": "__Host-session"},
            {"NAME": "__Host-session", "SECURE": False, "PARTITIONED": True},
            {"NAME": "__Secure-session", "DOMAIN": "shop.example", "PATH": "/shop"},
            {"SAMESITE": "strict"},
            {"SAMESITE": "None"},
            {"DOMAIN": ".shop.example"},
            {"DOMAIN": "api.shop.example"},
            {"DOMAIN": "localhost"},
            {"DOMAIN": False},
        ],
    )
    def test_what_browsers_take_is_right(self, safe_app: App, settings: dict[str, object]) -> None:
        for name, value in settings.items():
            safe_app.config[f"SESSION_COOKIE_{name}"] = value
        assert safe_app.run_checks() == []


class TestSessionCookie:
    @pytest.mark.parametrize(
        ("key", "value", "id"),
        [
            ("SESSION_COOKIE_SECURE", False, "security.session_cookie_secure"),
            ("SESSION_COOKIE_HTTPONLY", False, "security.session_cookie_httponly"),
            ("SESSION_COOKIE_SAMESITE", None, "security.session_cookie_samesite"),
            ("SESSION_COOKIE_SAMESITE", "None", "security.session_cookie_samesite"),
            ("SESSION_COOKIE_DOMAIN", "com", "security.session_cookie_domain"),
            ("SESSION_COOKIE_DOMAIN", ".com", "security.session_cookie_domain"),
            ("SESSION_COOKIE_DOMAIN", "co.uk", "security.session_cookie_domain"),
        ],
    )
    def test_what_lets_others_at_it_is_a_warning(
        self, safe_app: App, key: str, value: object, id: str
    ) -> None:
        safe_app.config[key] = value
        (finding,) = find(safe_app).values()
        assert (finding.id, finding.severity) == (id, Severity.WARNING)
        assert finding.place == f'config["{key}"]'
        assert key in finding.remedy

    def test_is_judged_without_a_key_if_the_sessions_are_kept_elsewhere(
        self, safe_app: App
    ) -> None:
        class Elsewhere(SessionInterface):
            pass

        safe_app.session_interface = Elsewhere()
        safe_app.config.update(SECRET_KEY=None, SESSION_COOKIE_SECURE=False)
        assert "security.session_cookie_secure" in find(safe_app)
