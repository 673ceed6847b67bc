"""Settings of the wrong type, of the wrong form, and of past versions of Flask."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cruse_core import App, Blueprint
from cruse_core.errors import ConfigKeyWarning
from cruse_core.findings import Finding, Severity
from cruse_core.removed_settings import REMOVED_ATTRIBUTES, REMOVED_SETTINGS


def find(app: App) -> list[Finding]:
    return app.run_checks()


def set_directly(app: App, key: str, value: object) -> None:
    """Set what the app itself may refuse to take."""
    dict.__setitem__(app.config, key, value)


class TestTypes:
    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("MAX_CONTENT_LENGTH", "16MB"),
            ("MAX_CONTENT_LENGTH", "16000000"),
            ("MAX_CONTENT_LENGTH", -1),
            ("MAX_CONTENT_LENGTH", True),
            ("MAX_CONTENT_LENGTH", float("inf")),
            ("MAX_FORM_PARTS", "1000"),
            ("MAX_FORM_MEMORY_SIZE", "500kB"),
            ("MAX_COOKIE_SIZE", "4093"),
            ("PERMANENT_SESSION_LIFETIME", "3600"),
            ("PERMANENT_SESSION_LIFETIME", None),
            ("SEND_FILE_MAX_AGE_DEFAULT", "60"),
            ("DEBUG", "False"),
            ("TESTING", "0"),
            ("SESSION_COOKIE_SECURE", "False"),
            ("SESSION_COOKIE_HTTPONLY", "true"),
            ("PROVIDE_AUTOMATIC_OPTIONS", "off"),
            ("TRAP_HTTP_EXCEPTIONS", 2),
            ("SERVER_NAME", 5000),
            ("APPLICATION_ROOT", None),
            ("SESSION_COOKIE_NAME", None),
            ("SESSION_COOKIE_SAMESITE", True),
            ("SESSION_COOKIE_DOMAIN", True),
            ("TRUSTED_HOSTS", [8080]),
            ("EXTRA_HTTP_METHODS", "LOCK"),
        ],
    )
    def test_wrong_one_is_an_error(self, safe_app: App, key: str, value: object) -> None:
        set_directly(safe_app, key, value)
        finding = next(f for f in find(safe_app) if f.id == "settings.type")
        assert finding.severity is Severity.ERROR
        assert finding.place == f'config["{key}"]'
        assert f"{key} is {value!r}, of the type {type(value).__name__}, and has to be" in (
            finding.message
        )
        assert finding.remedy

    @pytest.mark.parametrize("value", [1234567890, 12.5, ["key"]])
    def test_key_of_digits_is_an_error_that_does_not_show_it(
        self, safe_app: App, value: object
    ) -> None:
        set_directly(safe_app, "SECRET_KEY", value)
        (finding,) = find(safe_app)
        assert (finding.id, finding.severity) == ("settings.type", Severity.ERROR)
        assert f"of the type {type(value).__name__}" in finding.message
        assert "from_prefixed_env reads digits" in finding.message
        assert "secrets.token_hex()" in finding.remedy
        assert repr(value) not in str(finding)

    @pytest.mark.parametrize("value", ["old-secret", b"old-secret", ["old-secret", None], [1], 1])
    def test_earlier_keys_that_are_no_list_of_keys_are_critical(
        self, safe_app: App, value: object
    ) -> None:
        set_directly(safe_app, "SECRET_KEY_FALLBACKS", value)
        (finding,) = find(safe_app)
        assert (finding.id, finding.severity) == ("settings.type", Severity.CRITICAL)
        assert "one key a character" in finding.message
        assert "SECRET_KEY_FALLBACKS = [" in finding.remedy
        assert "old-secret" not in str(finding)

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("MAX_CONTENT_LENGTH", 16e6),
            ("MAX_CONTENT_LENGTH", 0),
            ("PERMANENT_SESSION_LIFETIME", 3600),
            ("PERMANENT_SESSION_LIFETIME", timedelta(hours=1)),
            ("SESSION_COOKIE_SECURE", 1),
            ("SESSION_COOKIE_DOMAIN", False),
            ("TRUSTED_HOSTS", "shop.example"),
            ("TRUSTED_HOSTS", ("shop.example",)),
            ("SECRET_KEY", b"bytes"),
            ("SECRET_KEY_FALLBACKS", ("earlier", b"still earlier")),
            ("EXTRA_HTTP_METHODS", {"LOCK"}),
        ],
    )
    def test_whatever_works_is_accepted(self, safe_app: App, key: str, value: object) -> None:
        safe_app.config[key] = value
        assert find(safe_app) == []

    def test_long_value_is_cut(self, safe_app: App) -> None:
        safe_app.config["MAX_FORM_PARTS"] = "1" * 1_000
        (finding,) = find(safe_app)
        assert len(finding.message) < 300


class TestUrlSettings:
    @pytest.mark.parametrize("root", ["shop", "", "https://shop.example/shop"])
    def test_root_without_a_slash_is_an_error(self, safe_app: App, root: str) -> None:
        safe_app.config["APPLICATION_ROOT"] = root
        (finding,) = find(safe_app)
        assert (finding.id, finding.severity) == ("settings.application_root", Severity.ERROR)
        assert finding.place == 'config["APPLICATION_ROOT"]'
        assert 'APPLICATION_ROOT = "/shop"' in finding.remedy

    @pytest.mark.parametrize("scheme", ["https://", "https:", "", "HTTPS "])
    def test_scheme_with_more_is_an_error(self, safe_app: App, scheme: str) -> None:
        safe_app.config["PREFERRED_URL_SCHEME"] = scheme
        (finding,) = find(safe_app)
        assert (finding.id, finding.severity) == ("settings.url_scheme", Severity.ERROR)
        assert finding.place == 'config["PREFERRED_URL_SCHEME"]'
        assert 'PREFERRED_URL_SCHEME = "https"' in finding.remedy


class TestRemovedSettings:
    @pytest.mark.parametrize("key", REMOVED_SETTINGS)
    def test_each_is_a_warning(self, safe_app: App, key: str) -> None:
        with pytest.warns(ConfigKeyWarning, match=f"'{key}' .*changes nothing: Flask"):
            safe_app.config[key] = False
        (finding,) = find(safe_app)
        assert (finding.id, finding.severity) == ("settings.removed", Severity.WARNING)
        assert finding.place == f'config["{key}"]'
        assert finding.remedy == REMOVED_SETTINGS[key][1]

    @pytest.mark.parametrize("name", REMOVED_ATTRIBUTES)
    def test_attributes_are_found_on_app_class_and_blueprint(self, name: str) -> None:
        class Shop(App):
            pass

        attribute: dict[str, Any] = {name: None}
        orders = Blueprint("orders", __name__)
        orders.get("/")(lambda: "")
        app = Shop("shop", static_folder=None)
        app.register_blueprint(orders)
        assert find(app) == []
        vars(app).update(attribute)
        vars(orders).update(attribute)
        on_app, on_blueprint = find(app)
        assert (on_app.id, on_app.severity) == ("settings.removed", Severity.WARNING)
        assert "The application" in on_app.message
        assert on_app.remedy == REMOVED_ATTRIBUTES[name][1]
        assert "The blueprint 'orders'" in on_blueprint.message
        assert on_blueprint.place.startswith(f"{__file__}:")

        subclass = type("Subclass", (Shop,), attribute)
        assert [f.id for f in find(subclass("shop", static_folder=None))] == ["settings.removed"]
