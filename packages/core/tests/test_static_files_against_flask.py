"""Cruse and Flask serve the same static files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask_and_cruse import Kit, ask, assert_same, outcome

# These programs have rules that never answer, in the one framework as in the other.
pytestmark = pytest.mark.filterwarnings("ignore::cruse_core.errors.RouteConflictWarning")

FOLDERS: list[dict[str, Any]] = [
    {"static_folder": "static"},
    {"static_folder": "inner/"},
    {"static_folder": "inner/.."},
    {"static_folder": ".", "static_url_path": "/files"},
    {"static_folder": "inner", "static_url_path": ""},
    {"static_folder": "inner", "static_url_path": "/"},
    {"static_folder": "inner", "static_url_path": "/a/b/"},
    {"static_folder": None, "static_url_path": "/files"},
    {"static_folder": "inner", "host_matching": True, "static_host": "cdn.test"},
]
PATHS = [
    "/static/a.txt",
    "/inner/b.json",
    "/../a.txt",
    "/files/a.txt",
    "/files/inner/b.json",
    "/files/inner/../a.txt",
    "/b.json",
    "/a/b/b.json",
    "/inner",
    "/inner/",
]


@pytest.mark.parametrize("options", FOLDERS)
class TestStaticFolder:
    """X01."""

    def test_is_served(self, tmp_path: Path, options: dict[str, Any]) -> None:
        (tmp_path / "inner").mkdir()
        (tmp_path / "a.txt").write_text("text")
        (tmp_path / "inner" / "b.json").write_text("{}")

        def program(kit: Kit) -> list[Any]:
            app = kit.make_app(root_path=str(tmp_path), **options)
            return [
                (path, host, method, ask(app, path, method=method, base_url=f"http://{host}"))
                for path in PATHS
                for host in ("localhost", "cdn.test")
                for method in ("GET", "HEAD", "POST", "OPTIONS")
            ]

        assert_same(program)

    def test_is_described(self, options: dict[str, Any]) -> None:
        def program(kit: Kit) -> list[Any]:
            app = kit.make_app(**options)
            with app.test_request_context():
                built = [
                    outcome(kit.url_for, "static", filename="a b.txt"),
                    outcome(kit.url_for, "static", filename="a/b", _external=True),
                ]
            rules = [(r.rule, r.endpoint, r.host, r.methods) for r in app.url_map.iter_rules()]
            folder = [app.has_static_folder, app.static_folder, app.static_url_path]
            return [built, rules, folder, outcome(app.send_static_file, "a.txt")]

        assert_same(program)


@pytest.mark.parametrize(
    ("options", "prefix"),
    [
        ({"static_folder": "inner"}, None),
        ({"static_folder": "inner"}, "/shop"),
        ({"static_folder": "inner", "static_url_path": "/files"}, "/shop"),
        ({"static_folder": "inner", "static_url_path": "/static"}, None),
    ],
)
class TestStaticFolderOfABlueprint:
    """X02."""

    def test_is_served(self, tmp_path: Path, options: dict[str, Any], prefix: str | None) -> None:
        (tmp_path / "inner").mkdir()
        (tmp_path / "inner" / "b.json").write_text("{}")

        def program(kit: Kit) -> list[Any]:
            app = kit.make_app(root_path=str(tmp_path), static_folder="static")
            shop = kit.make_blueprint("shop", root_path=str(tmp_path), **options)
            app.register_blueprint(shop, url_prefix=prefix)
            paths = ["/inner/b.json", "/shop/inner/b.json", "/shop/files/b.json", "/static/b.json"]
            with app.test_request_context():
                url = kit.url_for("shop.static", filename="b.json")
            return [url, *(ask(app, path) for path in paths)]

        assert_same(program)
