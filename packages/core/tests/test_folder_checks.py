from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cruse_core import App, Blueprint
from cruse_core.findings import Finding, Severity


class TestStaticFolders:
    def test_missing_folder_of_an_app_is_found(self, tmp_path: Path) -> None:
        app = App(__name__, static_folder="assets", root_path=str(tmp_path))
        (finding,) = app.run_checks()
        assert (finding.id, finding.severity) == ("folders.static_missing", Severity.WARNING)
        assert finding.message.startswith("The application")
        assert repr(str(tmp_path / "assets")) in finding.message
        assert finding.place.startswith(f"{__file__}:")
        assert "Create the folder" in finding.remedy
        (tmp_path / "assets").mkdir()
        assert app.run_checks() == []

    def test_missing_folder_of_a_blueprint_is_found_once(self, tmp_path: Path) -> None:
        app = App(__name__, static_folder=None, root_path=str(tmp_path))
        blueprint = Blueprint("pages", __name__, static_folder="static", root_path=str(tmp_path))
        app.register_blueprint(blueprint, url_prefix="/a")
        app.register_blueprint(blueprint, name="copy", url_prefix="/b")
        (finding,) = app.run_checks()
        assert finding.message.startswith("The blueprint 'pages'")

    @pytest.mark.parametrize("folder", ["static", None])
    def test_default_folder_need_not_exist(self, tmp_path: Path, folder: str | None) -> None:
        assert App("shop", static_folder=folder, root_path=str(tmp_path)).run_checks() == []


def find_exposed(app: App) -> list[Finding]:
    return [f for f in app.run_checks(deploy=True) if f.id == "security.static_folder"]


class TestStaticContents:
    @pytest.fixture
    def package(self, import_source: Callable[..., Path]) -> Path:
        """The folder of an imported program."""
        return import_source("", "shop_of_files.__init__").parent

    @pytest.mark.parametrize("folder", [".", "", "/", "./", "..", "../shop_of_files"])
    def test_code_of_the_app_is_critical(self, package: Path, folder: str) -> None:
        app = App("shop_of_files", static_folder=folder, static_url_path="/static")
        (finding,) = find_exposed(app)
        assert finding.severity is Severity.CRITICAL
        assert "its code, '__init__.py'," in finding.message
        assert repr(app.static_folder) in finding.message
        assert finding.place == str(package / "__init__.py")
        assert "static_folder='static'" in finding.remedy

    def test_code_of_another_module_counts(
        self, package: Path, import_source: Callable[..., Path]
    ) -> None:
        import_source("", "shop_of_files.static.helpers")
        (finding,) = find_exposed(App("shop_of_files"))
        assert "its code, 'helpers.py'," in finding.message

    def test_root_of_the_file_system_counts(self, package: Path) -> None:
        app = App("shop_of_files", static_folder=None)
        blueprint = Blueprint("files", "shop_of_files", static_folder="static", root_path="/")
        blueprint.static_folder = os.path.join(os.sep, ".")
        app.register_blueprint(blueprint)
        (finding,) = find_exposed(app)
        assert finding.message.startswith("The blueprint 'files'")

    def test_link_to_the_code_counts(self, package: Path) -> None:
        (package / "static").symlink_to(package)
        assert len(find_exposed(App("shop_of_files"))) == 1

    @pytest.mark.parametrize("name", [".env", ".git", ".htpasswd"])
    def test_secrets_count(self, package: Path, name: str) -> None:
        (package / "static").mkdir()
        (package / "static" / name).write_text("")
        (finding,) = find_exposed(App("shop_of_files"))
        assert repr(name) in finding.message

    def test_templates_count(self, package: Path) -> None:
        (package / "static" / "templates").mkdir(parents=True)
        (finding,) = find_exposed(App("shop_of_files", template_folder="static/templates"))
        assert "'static/templates'" in finding.message

    def test_instance_folder_counts(self, package: Path) -> None:
        (package / "static" / "instance").mkdir(parents=True)
        path = str(package / "static" / "instance")
        (finding,) = find_exposed(App("shop_of_files", instance_path=path))
        assert "the instance folder" in finding.message

    def test_folder_of_its_own_is_right(self, package: Path) -> None:
        (package / "static").mkdir()
        (package / "static" / "shop.css").write_text("")
        (package / "static" / "example.py").write_text("for visitors")
        (package / "templates").mkdir()
        (package / "static_of_others.py").write_text("")
        app = App("shop_of_files")
        app.register_blueprint(Blueprint("a", "shop_of_files", static_folder="missing"))
        assert find_exposed(app) == []
