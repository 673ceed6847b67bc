from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
import pytest
from werkzeug.test import Client

from cruse_core import Blueprint
from cruse_templating import TemplatingApp, TemplatingBlueprint, render_template
from cruse_templating.errors import MissingTemplateError
from cruse_templating.loader import DispatchingJinjaLoader, make_folder_loader

WriteTemplate = Callable[..., Path]


def make_blueprint(name: str, tmp_path: Path) -> TemplatingBlueprint:
    return TemplatingBlueprint(
        name, f"pkg.{name}", root_path=str(tmp_path / name), template_folder="templates"
    )


class TestGetSource:
    def test_asks_the_app_then_blueprints_in_the_order_of_registration(
        self, app: TemplatingApp, tmp_path: Path, write_template: WriteTemplate
    ) -> None:
        write_template("1.html", "app")
        for name in ("zz", "aa"):
            app.register_blueprint(make_blueprint(name, tmp_path))
            write_template("1.html", name, f"{name}/templates")
            write_template("2.html", name, f"{name}/templates")
        with app.app_context():
            assert render_template("1.html") == "app"
            assert render_template("2.html") == "zz"

    def test_knows_the_folder_of_a_blueprint_of_core_alone(
        self, app: TemplatingApp, tmp_path: Path, write_template: WriteTemplate
    ) -> None:
        write_template("b.html", "core", "b/pages")
        for name, folder in (("b", "pages"), ("c", None)):
            app.register_blueprint(
                Blueprint(name, name, root_path=str(tmp_path / name), template_folder=folder)
            )
        with app.app_context():
            assert render_template("b.html") == "core"
            with pytest.raises(MissingTemplateError):
                render_template("c.html")

    def test_passes_over_what_only_looks_like_a_blueprint(self, app: TemplatingApp) -> None:
        class Duck:
            name = "duck"

            def register(self, app: TemplatingApp, options: dict[str, Any]) -> None:
                app.blueprints[self.name] = self

        app.register_blueprint(Duck())
        assert app.jinja_env.list_templates() == []

    def test_asks_a_blueprint_once_that_is_registered_twice(
        self, app: TemplatingApp, tmp_path: Path
    ) -> None:
        blueprint = make_blueprint("b", tmp_path)
        app.register_blueprint(blueprint)
        app.register_blueprint(blueprint, name="again")
        places = list(DispatchingJinjaLoader(app).iter_places())
        assert [place.owner for place in places] == [
            "application 'shop'",
            "blueprint 'b' (pkg.b)",
        ]


class TestReload:
    @pytest.fixture
    def app(self, app: TemplatingApp) -> TemplatingApp:
        app.debug = True
        return app

    def test_template_added_to_an_earlier_place_is_seen(
        self, app: TemplatingApp, tmp_path: Path, write_template: WriteTemplate
    ) -> None:
        for name in ("first", "second"):
            app.register_blueprint(make_blueprint(name, tmp_path))
        with app.app_context():
            write_template("a.html", "second", "second/templates")
            assert render_template("a.html") == "second"
            write_template("a.html", "first", "first/templates")
            assert render_template("a.html") == "first"
            path = write_template("a.html", "app")
            assert render_template("a.html") == "app"
            path.unlink()
            assert render_template("a.html") == "first"

    def test_template_added_to_an_earlier_folder_of_one_place_is_seen(
        self, app: TemplatingApp, tmp_path: Path, write_template: WriteTemplate
    ) -> None:
        app.jinja_loader = jinja2.FileSystemLoader([tmp_path / "theme", tmp_path / "app"])
        with app.app_context():
            write_template("a.html", "plain", "app")
            assert render_template("a.html") == "plain"
            write_template("a.html", "themed", "theme")
            assert render_template("a.html") == "themed"

    def test_parent_and_included_template_count(
        self, app: TemplatingApp, tmp_path: Path, write_template: WriteTemplate
    ) -> None:
        app.register_blueprint(make_blueprint("b", tmp_path))
        write_template("page.html", "{% extends 'base.html' %}{% block a %}!{% endblock %}")
        write_template("base.html", "b {% block a %}{% endblock %}", "b/templates")
        with app.app_context():
            assert render_template("page.html") == "b !"
            write_template("base.html", "app {% block a %}{% endblock %}")
            assert render_template("page.html") == "app !"

    def test_changed_template_of_a_loader_without_files_is_seen(self, app: TemplatingApp) -> None:
        templates = {"a.html": "first"}
        app.jinja_loader = jinja2.DictLoader(templates)
        with app.app_context():
            assert render_template("a.html") == "first"
            templates["a.html"] = "second"
            assert render_template("a.html") == "second"

    def test_template_that_stays_is_compiled_once(
        self, app: TemplatingApp, write_template: WriteTemplate
    ) -> None:
        write_template("a.html", "a")
        assert app.jinja_env.get_template("a.html") is app.jinja_env.get_template("a.html")

    def test_nothing_is_looked_for_again_where_templates_stay(
        self, app: TemplatingApp, tmp_path: Path, write_template: WriteTemplate
    ) -> None:
        app.debug = False
        app.register_blueprint(make_blueprint("b", tmp_path))
        write_template("a.html", "b", "b/templates")
        with app.app_context():
            assert render_template("a.html") == "b"
            write_template("a.html", "app")
            assert render_template("a.html") == "b"


class TestListTemplates:
    def test_gives_all_names_once_and_sorted(
        self, app: TemplatingApp, tmp_path: Path, write_template: WriteTemplate
    ) -> None:
        write_template("b.html", "")
        write_template("sub/a.html", "")
        write_template("b.html", "", "bp/templates")
        write_template("a.html", "", "bp/templates")
        app.register_blueprint(make_blueprint("bp", tmp_path))
        assert app.jinja_env.list_templates() == ["a.html", "b.html", "sub/a.html"]

    def test_leaves_out_loaders_that_cannot_tell(
        self, app: TemplatingApp, tmp_path: Path, write_template: WriteTemplate
    ) -> None:
        write_template("a.html", "", "bp/templates")
        app.jinja_loader = jinja2.FunctionLoader(lambda name: None)
        app.register_blueprint(make_blueprint("bp", tmp_path))
        assert app.jinja_env.list_templates() == ["a.html"]


class TestExplainTemplateLoading:
    @pytest.fixture(autouse=True)
    def explaining(self, app: TemplatingApp, caplog: pytest.LogCaptureFixture) -> None:
        app.config["EXPLAIN_TEMPLATE_LOADING"] = True
        caplog.set_level(logging.INFO)

    def test_logs_every_place_and_what_it_answered(
        self,
        app: TemplatingApp,
        tmp_path: Path,
        write_template: WriteTemplate,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        path = write_template("a.html", "found", "bp/templates")
        app.register_blueprint(make_blueprint("bp", tmp_path))
        with app.app_context():
            assert render_template("a.html") == "found"
        (record,) = caplog.records
        assert record.name == "shop"
        lines = [line.strip() for line in record.getMessage().splitlines()]
        assert lines == [
            "Looking for template 'a.html':",
            "1: trying loader of application 'shop'",
            "class: jinja2.loaders.FileSystemLoader",
            f"folder: {tmp_path / 'app' / 'templates'}",
            "-> nothing",
            "2: trying loader of blueprint 'bp' (pkg.bp)",
            "class: jinja2.loaders.FileSystemLoader",
            f"folder: {tmp_path / 'bp' / 'templates'}",
            f"-> found {str(path)!r}",
        ]

    def test_warns_of_a_template_that_hides_another_one(
        self,
        app: TemplatingApp,
        tmp_path: Path,
        write_template: WriteTemplate,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        app.jinja_loader = jinja2.DictLoader({"a.html": "app"})
        write_template("a.html", "blueprint", "bp/templates")
        app.register_blueprint(make_blueprint("bp", tmp_path))
        with app.app_context():
            assert render_template("a.html") == "app"
        assert "-> found 'a.html'" in caplog.text
        assert "Warning: 2 places have such a template; the first one is used." in caplog.text

    def test_names_the_blueprint_whose_view_asked_in_vain(
        self,
        app: TemplatingApp,
        client: Client,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        blueprint = make_blueprint("bp", tmp_path)
        blueprint.add_url_rule("/", "index", lambda: render_template("nope.html"))
        app.register_blueprint(blueprint)
        with pytest.raises(MissingTemplateError):
            client.get("/")
        assert "Error: the template could not be found." in caplog.text
        assert "an endpoint that belongs to the blueprint 'bp'" in caplog.text


class TestMakeFolderLoader:
    def test_takes_an_absolute_folder_as_it_is(self, tmp_path: Path) -> None:
        app = TemplatingApp("x", root_path="/elsewhere", template_folder=str(tmp_path))
        loader = make_folder_loader(app)
        assert loader is not None
        assert loader.searchpath == [str(tmp_path)]
