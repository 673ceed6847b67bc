from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cruse_core import App, Blueprint
from cruse_core.findings import Severity


@pytest.fixture
def app() -> App:
    return App("shop", static_folder=None, root_path=".")


def add_hook(blueprint: Blueprint) -> None:
    blueprint.before_request(lambda: None)


def add_handler(blueprint: Blueprint) -> None:
    blueprint.register_error_handler(404, lambda error: "")


def add_view(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/", "index", lambda: "")


def add_app_hook(blueprint: Blueprint) -> None:
    blueprint.before_app_request(lambda: None)


class TestContents:
    def test_empty_blueprint_is_found_where_it_is_made(self, app: App) -> None:
        app.register_blueprint(Blueprint("notes", __name__))
        (finding,) = app.run_checks()
        assert (finding.id, finding.severity) == ("blueprints.empty", Severity.WARNING)
        assert "'notes'" in finding.message
        assert finding.place.startswith(f"{__file__}:")
        assert "Import the module" in finding.remedy

    @pytest.mark.parametrize("fill", [add_hook, add_handler, add_view, add_app_hook])
    def test_anything_that_was_recorded_is_content(
        self, app: App, fill: Callable[[Blueprint], None]
    ) -> None:
        blueprint = Blueprint("notes", __name__)
        fill(blueprint)
        app.register_blueprint(blueprint)
        assert app.run_checks() == []

    def test_folder_is_content(self, app: App) -> None:
        app.register_blueprint(Blueprint("notes", __name__, template_folder="templates"))
        app.register_blueprint(Blueprint("files", __name__, static_folder=".", root_path="."))
        assert app.run_checks() == []

    def test_blueprint_of_others_is_not_empty_itself(self, app: App) -> None:
        outer, inner = Blueprint("outer", __name__), Blueprint("inner", __name__)
        outer.register_blueprint(inner)
        app.register_blueprint(outer)
        assert ["'outer.inner'" in finding.message for finding in app.run_checks()] == [True]

    def test_blueprint_that_registers_itself_is_not_judged(self, app: App) -> None:
        class Admin(Blueprint):
            def register(self, app: App, options: dict[str, Any]) -> None:
                super().register(app, options)
                app.add_url_rule("/admin", "admin", lambda: "")

        class Duck:
            name = "duck"

            def register(self, app: App, options: dict[str, Any]) -> None:
                app.blueprints[self.name] = self

        app.register_blueprint(Admin("admin", __name__))
        app.register_blueprint(Duck())
        assert app.run_checks() == []
