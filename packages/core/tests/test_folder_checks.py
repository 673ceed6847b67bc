from __future__ import annotations

from pathlib import Path

import pytest

from cruse_core import App, Blueprint
from cruse_core.findings import Severity


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
