"""What makes an application unsafe where the public comes, one setting at a time."""

from __future__ import annotations

import pytest

from cruse_core import App
from cruse_core.findings import Finding, Severity


def find(app: App) -> dict[str, Finding]:
    return {finding.id: finding for finding in app.run_checks(deploy=True)}


class TestSafeSettings:
    def test_give_no_finding(self, safe_app: App) -> None:
        assert find(safe_app) == {}

    def test_unsafe_ones_do_not_matter_while_nobody_comes(self) -> None:
        assert App("shop", static_folder=None).run_checks() == []


class TestDebugger:
    def test_on_an_address_that_others_reach_is_critical_everywhere(
        self, safe_app: App, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CRUSE_RUN_HOST", "0.0.0.0")
        safe_app.debug = True
        (finding,) = safe_app.run_checks()
        assert (finding.id, finding.severity) == ("security.debugger_exposed", Severity.CRITICAL)
        assert "'0.0.0.0'" in finding.message
        assert finding.place == "CRUSE_RUN_HOST"
        assert "CRUSE_RUN_DEBUGGER=0" in finding.remedy

    @pytest.mark.parametrize(
        ("host", "debugger"), [("127.0.0.1", "1"), ("localhost", None), ("0.0.0.0", "0")]
    )
    def test_on_loopback_or_switched_off_is_no_finding(
        self, safe_app: App, monkeypatch: pytest.MonkeyPatch, host: str, debugger: str | None
    ) -> None:
        monkeypatch.setenv("CRUSE_RUN_HOST", host)
        if debugger is not None:
            monkeypatch.setenv("CRUSE_RUN_DEBUGGER", debugger)
        safe_app.debug = True
        assert safe_app.run_checks() == []

    def test_counts_without_debug_mode_if_it_is_switched_on(
        self, safe_app: App, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CRUSE_RUN_HOST", "0.0.0.0")
        assert safe_app.run_checks() == []
        monkeypatch.setenv("CRUSE_RUN_DEBUGGER", "yes")
        assert [finding.id for finding in safe_app.run_checks()] == ["security.debugger_exposed"]

    def test_one_cause_gives_one_finding(
        self, safe_app: App, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CRUSE_RUN_HOST", "0.0.0.0")
        safe_app.debug = True
        assert list(find(safe_app)) == ["security.debugger_exposed"]


class TestModes:
    def test_debug_mode_is_critical(self, safe_app: App) -> None:
        safe_app.debug = True
        finding = find(safe_app)["security.debug"]
        assert finding.severity is Severity.CRITICAL
        assert "CRUSE_DEBUG" in finding.remedy

    @pytest.mark.parametrize(
        "key",
        ["TESTING", "PROPAGATE_EXCEPTIONS", "TRAP_BAD_REQUEST_ERRORS", "TRAP_HTTP_EXCEPTIONS"],
    )
    def test_settings_for_a_developer_are_warnings(self, safe_app: App, key: str) -> None:
        safe_app.config[key] = True
        (finding,) = find(safe_app).values()
        assert (finding.id, finding.severity) == (f"security.{key.lower()}", Severity.WARNING)
        assert finding.message.startswith(f"{key} is on.")
        assert finding.place == f'config["{key}"]'
        assert key in finding.remedy


class TestLimits:
    @pytest.mark.parametrize(
        ("key", "id"),
        [
            ("MAX_CONTENT_LENGTH", "security.body_limit"),
            ("MAX_FORM_MEMORY_SIZE", "security.form_limit"),
            ("MAX_FORM_PARTS", "security.form_limit"),
        ],
    )
    def test_what_is_open_is_a_warning(self, safe_app: App, key: str, id: str) -> None:
        safe_app.config[key] = None
        (finding,) = find(safe_app).values()
        assert (finding.id, finding.severity) == (id, Severity.WARNING)
        assert finding.place == f'config["{key}"]'
        assert key in finding.remedy
