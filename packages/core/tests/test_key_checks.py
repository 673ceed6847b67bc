from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from cruse_core import App
from cruse_core.findings import Finding, Severity

GOOD_KEY = "kP2vX9qLw4Zt7RmB1sYd6GhJ"


def find(app: App) -> dict[str, Finding]:
    return {finding.id: finding for finding in app.run_checks(deploy=True)}


class TestSecretKey:
    @pytest.mark.parametrize("key", ["dev", b"change-me", "your secret key here"])
    def test_placeholder_is_an_error_that_does_not_repeat_it(
        self, safe_app: App, key: str | bytes
    ) -> None:
        safe_app.config["SECRET_KEY"] = key
        (finding,) = find(safe_app).values()
        assert (finding.id, finding.severity) == ("security.secret_key_default", Severity.ERROR)
        assert "secrets.token_hex()" in finding.remedy
        assert repr(key) not in str(finding)

    @pytest.mark.parametrize(
        "key",
        ["Tr0ub4dor&3", "0123456789abcdef" * 4, b"\xff\x01" * 20, GOOD_KEY[:6] * 10],
    )
    def test_key_that_can_be_tried_out_is_an_error(self, safe_app: App, key: str | bytes) -> None:
        safe_app.config["SECRET_KEY"] = key
        (finding,) = find(safe_app).values()
        assert (finding.id, finding.severity) == ("security.secret_key_weak", Severity.ERROR)
        assert "112" in finding.message
        assert repr(key) not in str(finding)

    def test_random_key_is_none(self, safe_app: App) -> None:
        for make in (secrets.token_hex, secrets.token_urlsafe, secrets.token_bytes):
            safe_app.config["SECRET_KEY"] = make()
            assert find(safe_app) == {}

    def test_earlier_keys_count_as_much(self, safe_app: App) -> None:
        safe_app.config["SECRET_KEY_FALLBACKS"] = [GOOD_KEY[::-1], "dev"]
        (finding,) = find(safe_app).values()
        assert finding.place == 'config["SECRET_KEY_FALLBACKS"][1]'

    def test_missing_key_is_a_remark_and_leaves_no_cookie_to_judge(self, safe_app: App) -> None:
        safe_app.config.update(SECRET_KEY=None, SESSION_COOKIE_SECURE=False)
        (finding,) = find(safe_app).values()
        assert (finding.id, finding.severity) == ("security.secret_key_missing", Severity.INFO)


class TestKeyLasts:
    def test_key_made_at_each_start_is_a_warning_with_its_line(
        self, safe_app: App, import_source: Callable[[str], Path]
    ) -> None:
        path = import_source("import secrets\n\nSECRET_KEY = secrets.token_hex()\n")
        safe_app.import_name = path.stem
        safe_app.config.from_object(path.stem)
        (finding,) = find(safe_app).values()
        assert (finding.id, finding.severity) == (
            "security.secret_key_made_at_start",
            Severity.WARNING,
        )
        assert finding.place == f"{path}:3"
        assert "Make it once" in finding.remedy
        assert safe_app.config["SECRET_KEY"] not in str(finding)
