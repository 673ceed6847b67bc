from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import jinja2
import pytest

from cruse_core.findings import Finding, Severity
from cruse_templating import TemplatingApp

WriteTemplate = Callable[..., Path]
POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")

# What the app of these tests does not set, since it is not about templates.
OTHERS = (
    "security.body_limit",
    "security.proxy_fix",
    "security.secret_key_default",
    "security.session_cookie_samesite",
    "security.session_cookie_secure",
    "security.testing",
    "security.trusted_hosts",
)


def find(app: TemplatingApp) -> list[Finding]:
    return app.run_checks(deploy=True, ignore=OTHERS)


class TestSettings:
    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("EXPLAIN_TEMPLATE_LOADING", "False"),
            ("TEMPLATES_AUTO_RELOAD", "0"),
            ("TEMPLATES_BYTECODE_CACHE", True),
        ],
    )
    def test_wrong_type_is_an_error(self, app: TemplatingApp, key: str, value: object) -> None:
        app.config[key] = value
        (finding,) = app.run_checks()
        assert (finding.id, finding.severity) == ("settings.type", Severity.ERROR)
        assert finding.place == f'config["{key}"]'

    def test_defaults_are_right(self, app: TemplatingApp) -> None:
        assert find(app) == []


class TestAutoescape:
    def test_switched_off_by_the_options_is_an_error(self, app: TemplatingApp) -> None:
        app.jinja_options["autoescape"] = False
        (finding,) = find(app)
        assert (finding.id, finding.severity) == ("security.autoescape", Severity.ERROR)
        assert finding.place
        assert "Leave autoescape at its default" in finding.remedy

    def test_switched_off_on_the_environment_is_an_error(self, app: TemplatingApp) -> None:
        app.jinja_env.autoescape = False
        assert [finding.id for finding in find(app)] == ["security.autoescape"]

    def test_switched_off_by_the_class_is_an_error(self, tmp_path: Path) -> None:
        class Shop(TemplatingApp):
            def select_jinja_autoescape(self, filename: str | None) -> bool:
                return False

        findings = find(Shop("shop", root_path=str(tmp_path)))
        assert "security.autoescape" in [finding.id for finding in findings]

    @pytest.mark.parametrize("name", ["page.html.j2", "page.HTML.jinja2", "a/page.xml.jinja"])
    def test_name_that_hides_what_the_template_becomes_is_an_error(
        self, app: TemplatingApp, write_template: WriteTemplate, name: str
    ) -> None:
        write_template(name, "{{ text }}")
        (finding,) = find(app)
        assert (finding.id, finding.severity) == ("security.autoescape_by_name", Severity.ERROR)
        assert repr(name) in finding.message
        assert "select_jinja_autoescape" in finding.remedy
        app.jinja_env.autoescape = True
        assert find(app) == []

    def test_other_templates_are_right(
        self, app: TemplatingApp, write_template: WriteTemplate
    ) -> None:
        for name in ("page.html", "mail.txt", "mail.txt.j2", "feed.xml"):
            write_template(name, "{{ text }}")
        assert find(app) == []

    def test_loader_that_has_no_list_is_passed_over(self, app: TemplatingApp) -> None:
        app.jinja_env.loader = jinja2.FunctionLoader(lambda name: None)
        assert find(app) == []


class TestModes:
    def test_reading_templates_again_is_a_warning(self, app: TemplatingApp) -> None:
        app.config["TEMPLATES_AUTO_RELOAD"] = True
        (finding,) = find(app)
        assert (finding.id, finding.severity) == (
            "security.templates_auto_reload",
            Severity.WARNING,
        )
        assert finding.place == 'config["TEMPLATES_AUTO_RELOAD"]'

    def test_so_is_the_option_of_the_environment(self, app: TemplatingApp) -> None:
        app.jinja_options["auto_reload"] = True
        assert [finding.id for finding in find(app)] == ["security.templates_auto_reload"]

    def test_in_debug_mode_it_is_no_finding_of_its_own(self, app: TemplatingApp) -> None:
        app.debug = True
        assert [finding.id for finding in find(app)] == ["security.debug"]

    def test_explaining_is_a_warning(self, app: TemplatingApp) -> None:
        app.config["EXPLAIN_TEMPLATE_LOADING"] = True
        (finding,) = find(app)
        assert finding.id == "security.explain_template_loading"


@POSIX
class TestBytecodeCache:
    def test_folder_that_all_can_write_to_is_an_error(
        self, app: TemplatingApp, tmp_path: Path
    ) -> None:
        folder = tmp_path / "cache"
        folder.mkdir()
        folder.chmod(0o777)
        app.config["TEMPLATES_BYTECODE_CACHE"] = str(folder)
        (finding,) = find(app)
        assert (finding.id, finding.severity) == ("security.bytecode_cache", Severity.ERROR)
        assert repr(str(folder)) in finding.message
        assert finding.place == 'config["TEMPLATES_BYTECODE_CACHE"]'

    def test_folder_of_ones_own_is_right(self, app: TemplatingApp, tmp_path: Path) -> None:
        (tmp_path / "app" / "cache").mkdir(mode=0o700)
        app.config["TEMPLATES_BYTECODE_CACHE"] = "cache"
        assert find(app) == []
