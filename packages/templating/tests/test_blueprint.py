from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
import pytest
from werkzeug.test import Client

from cruse_core.errors import SetupError
from cruse_templating import (
    TemplatingApp,
    TemplatingBlueprint,
    render_template,
    render_template_string,
)

WriteTemplate = Callable[..., Path]


@pytest.fixture
def blueprint(tmp_path: Path) -> TemplatingBlueprint:
    return TemplatingBlueprint(
        "admin", "admin", root_path=str(tmp_path / "admin"), template_folder="templates"
    )


class TestJinjaLoader:
    def test_serves_templates_that_the_app_does_not_have(
        self, app: TemplatingApp, blueprint: TemplatingBlueprint, write_template: WriteTemplate
    ) -> None:
        write_template("a.html", "app")
        write_template("a.html", "blueprint", "admin/templates")
        write_template("b.html", "blueprint", "admin/templates")
        app.register_blueprint(blueprint)
        with app.app_context():
            assert render_template("a.html") == "app"
            assert render_template("b.html") == "blueprint"

    def test_is_none_without_a_folder(self) -> None:
        assert TemplatingBlueprint("b", "b", root_path=".").jinja_loader is None

    def test_can_be_set(self, app: TemplatingApp, blueprint: TemplatingBlueprint) -> None:
        blueprint.jinja_loader = jinja2.DictLoader({"a.html": "set"})
        app.register_blueprint(blueprint)
        with app.app_context():
            assert render_template("a.html") == "set"


class TestContextProcessor:
    def test_serves_requests_of_the_blueprint_only(
        self, app: TemplatingApp, blueprint: TemplatingBlueprint, client: Client
    ) -> None:
        blueprint.context_processor(lambda: {"x": "blueprint"})
        app.context_processor(lambda: {"x": "app"})
        blueprint.add_url_rule("/b", "b", lambda: render_template_string("{{ x }}"))
        app.add_url_rule("/a", "a", lambda: render_template_string("{{ x }}"))
        app.register_blueprint(blueprint)
        assert client.get("/a").text == "app"
        assert client.get("/b").text == "blueprint"

    def test_runs_from_the_outer_blueprint_inwards(
        self, app: TemplatingApp, blueprint: TemplatingBlueprint, client: Client
    ) -> None:
        inner = TemplatingBlueprint("inner", "inner", root_path=".")
        inner.context_processor(lambda: {"x": "inner"})
        blueprint.context_processor(lambda: {"x": "outer", "y": "outer"})
        inner.add_url_rule("/", "index", lambda: render_template_string("{{ x }} {{ y }}"))
        blueprint.register_blueprint(inner)
        app.register_blueprint(blueprint)
        assert set(app.template_context_processors) == {None, "admin", "admin.inner"}
        assert client.get("/").text == "inner outer"

    def test_serves_each_registration_under_its_name(
        self, app: TemplatingApp, blueprint: TemplatingBlueprint, client: Client
    ) -> None:
        blueprint.context_processor(lambda: {"x": "blueprint"})
        blueprint.add_url_rule("/", "index", lambda: render_template_string("{{ x }}"))
        app.register_blueprint(blueprint, url_prefix="/1")
        app.register_blueprint(blueprint, url_prefix="/2", name="second")
        assert client.get("/1/").text == client.get("/2/").text == "blueprint"

    def test_cannot_be_added_after_the_registration(
        self, app: TemplatingApp, blueprint: TemplatingBlueprint
    ) -> None:
        app.register_blueprint(blueprint)
        with pytest.raises(SetupError, match="context_processor"):
            blueprint.context_processor(dict)
        assert blueprint.template_context_processors == {}


class TestAppContextProcessor:
    def test_serves_every_request(
        self, app: TemplatingApp, blueprint: TemplatingBlueprint, client: Client
    ) -> None:
        @blueprint.app_context_processor
        def add_values() -> dict[str, Any]:
            return {"x": 1}

        app.add_url_rule("/", "index", lambda: render_template_string("{{ x }}"))
        app.register_blueprint(blueprint)
        app.register_blueprint(blueprint, name="again")
        assert client.get("/").text == "1"
        assert app.template_context_processors[None].count(add_values) == 1


class TestRegistration:
    def test_of_filters_takes_every_form(
        self, app: TemplatingApp, blueprint: TemplatingBlueprint
    ) -> None:
        @blueprint.app_template_filter
        def bare(text: str) -> str:
            return f"{text}1"

        @blueprint.app_template_filter()
        def called(text: str) -> str:
            return f"{text}2"

        @blueprint.app_template_filter("given")
        def named(text: str) -> str:
            return f"{text}3"

        blueprint.add_app_template_filter(str.upper, "loud")
        assert [bare("x"), called("x"), named("x")] == ["x1", "x2", "x3"]
        app.register_blueprint(blueprint)
        with app.app_context():
            assert render_template_string("{{ 'x'|bare|called|given|loud }}") == "X123"

    def test_of_tests_takes_every_form(
        self, app: TemplatingApp, blueprint: TemplatingBlueprint
    ) -> None:
        def one(number: int) -> bool:
            return number == 1

        blueprint.app_template_test(one)
        blueprint.app_template_test()(one)
        blueprint.app_template_test("uno")(one)
        blueprint.add_app_template_test(one, "eins")
        app.register_blueprint(blueprint)
        with app.app_context():
            assert render_template_string("{{ 1 is one and 1 is uno and 1 is eins }}") == "True"

    def test_of_globals_takes_every_form(
        self, app: TemplatingApp, blueprint: TemplatingBlueprint
    ) -> None:
        def one() -> int:
            return 1

        blueprint.app_template_global(one)
        blueprint.app_template_global()(one)
        blueprint.app_template_global("uno")(one)
        blueprint.add_app_template_global(one, "eins")
        app.register_blueprint(blueprint)
        with app.app_context():
            assert render_template_string("{{ one() + uno() + eins() }}") == "3"

    def test_is_refused_after_the_blueprint_was_registered(
        self, app: TemplatingApp, blueprint: TemplatingBlueprint
    ) -> None:
        app.register_blueprint(blueprint)
        with pytest.raises(SetupError, match="app_template_filter"):
            blueprint.app_template_filter(str.upper)
