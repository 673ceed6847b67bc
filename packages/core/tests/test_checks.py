"""The registry of checks, which the framework, extensions and applications fill."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cruse_core import App, Blueprint, BlueprintSetupState, current_app
from cruse_core.checks import Checks
from cruse_core.findings import Finding, Severity


def make_finding(id: str, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(id, severity, "Something is wrong.", "shop.py:1", "Mend it.")


@pytest.fixture
def app() -> App:
    return App("shop", static_folder=None)


class TestAdd:
    def test_takes_a_function_and_is_a_decorator(self, app: App) -> None:
        @app.checks.add
        def first(app: App) -> list[Finding]:
            return [make_finding("shop.first")]

        @app.checks.add(deploy=True)
        def second(app: App) -> Iterator[Finding]:
            yield make_finding("shop.second")

        assert first(app) == [make_finding("shop.first")]
        assert list(second(app)) == [make_finding("shop.second")]
        assert [finding.id for finding in app.run_checks()] == ["shop.first"]
        assert "shop.second" in {finding.id for finding in app.run_checks(deploy=True)}

    def test_an_extension_adds_a_check_to_a_bare_app(self, app: App) -> None:
        class Stock:
            def init_app(self, app: App) -> None:
                app.config.setdefault("STOCK_URL", None)
                app.checks.add(self.check)

            def check(self, app: App) -> Iterator[Finding]:
                if app.config["STOCK_URL"] is None:
                    yield make_finding("stock.url")

        Stock().init_app(app)
        assert [finding.id for finding in app.run_checks()] == ["stock.url"]
        app.config["STOCK_URL"] = "https://stock.example"
        assert app.run_checks() == []

    def test_a_blueprint_adds_one_when_it_is_registered(self, app: App) -> None:
        blueprint = Blueprint("pages", __name__)

        @blueprint.record
        def add_check(state: BlueprintSetupState) -> None:
            state.app.checks.add(lambda app: [make_finding("pages.stale")])

        app.register_blueprint(blueprint)
        assert [finding.id for finding in app.run_checks()] == ["pages.stale"]


class TestRun:
    def test_the_most_serious_finding_comes_first(self, app: App) -> None:
        app.checks.add(
            lambda app: [
                make_finding("shop.a", Severity.INFO),
                make_finding("shop.b", Severity.CRITICAL),
                make_finding("shop.c", Severity.INFO),
            ]
        )
        assert [finding.id for finding in app.run_checks()] == ["shop.b", "shop.a", "shop.c"]

    def test_findings_can_be_ignored_by_id(self, app: App) -> None:
        app.checks.add(lambda app: [make_finding("shop.a"), make_finding("shop.b")])
        assert [finding.id for finding in app.run_checks(ignore=["shop.a"])] == ["shop.b"]

    def test_checks_run_in_the_context_of_the_app(self, app: App) -> None:
        app.checks.add(lambda app: [make_finding(current_app.name)])
        assert [finding.id for finding in app.run_checks()] == ["shop"]

    def test_a_check_that_fails_is_a_finding_and_stops_no_other(self, app: App) -> None:
        def broken(app: App) -> Iterator[Finding]:
            raise LookupError("no such stock")
            yield

        app.checks.add(broken)
        app.checks.add(lambda app: [make_finding("shop.a")])
        failed, other = app.run_checks()
        assert (failed.id, failed.severity) == ("checks.failed", Severity.ERROR)
        assert "broken' raised LookupError: no such stock" in failed.message
        assert failed.place.startswith(__file__)
        assert "Correct the check" in failed.remedy
        assert other.id == "shop.a"


class TestRegistryOfAnApp:
    def test_is_made_when_it_is_first_used(self, app: App) -> None:
        assert "checks" not in vars(app)
        assert app.checks is app.checks

    def test_a_subclass_adds_checks_of_its_own(self) -> None:
        class Shop(App):
            def make_checks(self) -> Checks:
                checks = super().make_checks()
                checks.add(lambda app: [make_finding("shop.a")])
                return checks

        assert [finding.id for finding in Shop("shop", static_folder=None).run_checks()] == [
            "shop.a"
        ]
