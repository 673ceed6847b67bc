from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from cruse_core import Blueprint
from cruse_core.findings import Finding, Severity
from cruse_templating import TemplatingApp, TemplatingBlueprint


def find(app: TemplatingApp) -> list[Finding]:
    return app.run_checks()


class TestTemplateFolders:
    def test_missing_folder_of_an_app_is_found(self, tmp_path: Path) -> None:
        app = TemplatingApp(__name__, template_folder="pages", root_path=str(tmp_path))
        (finding,) = find(app)
        assert (finding.id, finding.severity) == ("folders.templates_missing", Severity.WARNING)
        assert finding.message.startswith("The application")
        assert repr(str(tmp_path / "pages")) in finding.message
        assert finding.place.startswith(f"{__file__}:")
        assert "Create the folder" in finding.remedy
        (tmp_path / "pages").mkdir()
        assert find(app) == []

    @pytest.mark.parametrize("blueprint_class", [TemplatingBlueprint, Blueprint])
    def test_missing_folder_of_a_blueprint_is_found(
        self, tmp_path: Path, blueprint_class: type[Blueprint]
    ) -> None:
        app = TemplatingApp("shop", root_path=str(tmp_path))
        app.register_blueprint(
            blueprint_class("notes", __name__, template_folder="pages", root_path=str(tmp_path))
        )
        (finding,) = find(app)
        assert finding.message.startswith("The blueprint 'notes'")

    def test_default_folder_need_not_exist(self, tmp_path: Path) -> None:
        assert find(TemplatingApp("shop", root_path=str(tmp_path))) == []

    def test_another_loader_counts_in_place_of_the_folder(self, tmp_path: Path) -> None:
        app = TemplatingApp("shop", template_folder="pages", root_path=str(tmp_path))
        app.jinja_loader = jinja2.DictLoader({})
        assert find(app) == []

    def test_what_only_looks_like_a_blueprint_is_passed_over(self, tmp_path: Path) -> None:
        class Duck:
            name = "duck"

            def register(self, app: TemplatingApp, options: dict[str, object]) -> None:
                app.blueprints[self.name] = self

        app = TemplatingApp("shop", root_path=str(tmp_path))
        app.register_blueprint(Duck())
        assert find(app) == []
