"""Rules that are never asked, and rules that nobody answers."""

from __future__ import annotations

import pytest
import werkzeug.routing

from cruse_core import App, Blueprint
from cruse_core.findings import Finding, Severity


def first() -> str:
    return ""


def second() -> str:
    return ""


def show(name: str) -> str:
    return name


def line_of(text: str) -> str:
    with open(__file__) as file:
        return f"{__file__}:{1 + file.read().splitlines().index(text)}"


@pytest.fixture
def app() -> App:
    return App(__name__, static_folder=None, root_path=".")


def find(app: App) -> list[Finding]:
    return app.run_checks()


class TestConflicts:
    def test_rule_that_was_registered_before_is_found_with_both_places(self, app: App) -> None:
        app.url_map.add(app.url_rule_class("/a", endpoint="first", methods=["GET"]))
        app.url_map.add(app.url_rule_class("/a", endpoint="second", methods=["GET"]))
        app.view_functions.update(first=first, second=second)
        (finding,) = find(app)
        assert (finding.id, finding.severity) == ("routes.duplicate", Severity.WARNING)
        assert finding.place == line_of("def second() -> str:")
        assert line_of("def first() -> str:") in finding.message
        assert "GET '/a' of 'second'" in finding.message
        assert "Remove one of the two" in finding.remedy

    def test_rule_in_the_shadow_of_a_wider_one_is_found(self, app: App) -> None:
        app.url_map.add(app.url_rule_class("/<name>", endpoint="show"))
        app.url_map.add(app.url_rule_class("/<uuid:key>", endpoint="second"))
        app.view_functions.update(show=show, second=second)
        (finding,) = find(app)
        assert (finding.id, finding.severity) == ("routes.shadowed", Severity.WARNING)
        assert finding.place == line_of("def second() -> str:")
        assert "any method '/<uuid:key>'" in finding.message
        assert "'/<name>'" in finding.message
        assert "narrower rule first" in finding.remedy

    def test_static_files_of_a_blueprint_behind_those_of_the_app_are_found_at_the_blueprint(
        self, app: App
    ) -> None:
        app.url_map.add(app.url_rule_class("/static/<path:filename>", endpoint="first"))
        app.view_functions["first"] = first
        blueprint = Blueprint("pages", __name__, static_folder=".", static_url_path="/static")
        app.url_map.add(app.url_rule_class("/static/<path:filename>", endpoint="pages.static"))
        app.blueprints["pages"] = blueprint
        app.view_functions["pages.static"] = blueprint.send_static_file
        (finding,) = find(app)
        assert "static_url_path of its own" in finding.remedy
        assert finding.place == line_of(
            '        blueprint = Blueprint("pages", __name__, static_folder=".", '
            'static_url_path="/static")'
        )

    def test_rules_with_different_methods_are_none(self, app: App) -> None:
        app.add_url_rule("/a", "first", first, methods=["GET"])
        app.add_url_rule("/a", "second", second, methods=["POST"])
        assert find(app) == []

    def test_map_of_werkzeug_will_do(self, app: App) -> None:
        app.url_map = werkzeug.routing.Map(  # type: ignore[assignment]  # as some programs do
            [
                werkzeug.routing.Rule("/a", endpoint="first"),
                werkzeug.routing.Rule("/a", endpoint="first"),
            ]
        )
        app.view_functions["first"] = first
        assert [finding.id for finding in find(app)] == ["routes.duplicate"]


class TestViews:
    def test_rule_without_a_view_is_an_error(self, app: App) -> None:
        app.add_url_rule("/a", "first")
        (finding,) = find(app)
        assert (finding.id, finding.severity) == ("routes.view_missing", Severity.ERROR)
        assert finding.place.startswith(__file__)
        assert "@app.endpoint" in finding.remedy

    def test_rule_needs_none_to_build_urls_or_to_redirect(self, app: App) -> None:
        app.add_url_rule("/a", "built", build_only=True)
        app.add_url_rule("/b", "moved", redirect_to="a")
        assert find(app) == []


class TestHosts:
    def make(self, **options: bool) -> App:
        app = App("shop", root_path=".", static_folder=None, **options)  # type: ignore[arg-type]  # the two switches
        app.view_functions["first"] = first
        return app

    @pytest.mark.parametrize("subdomain", ["api", "<name>"])
    @pytest.mark.parametrize(
        ("matching", "server_name", "remedy"),
        [
            (False, None, "subdomain_matching=True, and set SERVER_NAME"),
            (False, "shop.example", "subdomain_matching=True"),
            (True, None, "Set SERVER_NAME"),
        ],
    )
    def test_rule_for_a_subdomain_that_is_not_looked_at_is_a_warning(
        self, subdomain: str, matching: bool, server_name: str | None, remedy: str
    ) -> None:
        app = self.make(subdomain_matching=matching)
        app.config["SERVER_NAME"] = server_name
        app.url_map.add(app.url_rule_class("/a", endpoint="first", subdomain=subdomain))
        (finding,) = find(app)
        assert (finding.id, finding.severity) == ("routes.subdomain_unmatched", Severity.WARNING)
        assert f"for the subdomain {subdomain!r}" in finding.message
        assert finding.place == line_of("def first() -> str:")
        assert remedy in finding.remedy

    def test_rule_for_a_subdomain_that_is_looked_at_is_none(self) -> None:
        app = self.make(subdomain_matching=True)
        app.config["SERVER_NAME"] = "shop.example"
        app.add_url_rule("/a", "first", subdomain="api")
        app.add_url_rule("/b", "first")
        assert find(app) == []

    def test_default_subdomain_is_none(self) -> None:
        app = self.make()
        app.url_map.default_subdomain = "www"
        app.add_url_rule("/a", "first")
        app.url_map.add(app.url_rule_class("/b", endpoint="first", subdomain="www"))
        assert find(app) == []

    def test_rule_without_a_host_among_hosts_is_a_warning(self) -> None:
        app = self.make(host_matching=True)
        app.url_map.add(app.url_rule_class("/a", endpoint="first"))
        app.add_url_rule("/b", "first", host="shop.example")
        (finding,) = find(app)
        assert (finding.id, finding.severity) == ("routes.host_missing", Severity.WARNING)
        assert finding.place == line_of("def first() -> str:")
        assert 'host="shop.example"' in finding.remedy

    def test_host_that_is_not_looked_at_is_an_error(self) -> None:
        app = self.make()
        app.url_map.add(app.url_rule_class("/a", endpoint="first", host="admin.shop.example"))
        (finding,) = find(app)
        assert (finding.id, finding.severity) == ("routes.host_ignored", Severity.ERROR)
        assert "'admin.shop.example'" in finding.message
        assert "answers for every host" in finding.message
        assert "host_matching=True" in finding.remedy

    def test_rule_that_only_builds_urls_is_none(self) -> None:
        app = self.make()
        app.url_map.add(
            app.url_rule_class("/a", endpoint="first", subdomain="api", build_only=True)
        )
        assert find(app) == []
