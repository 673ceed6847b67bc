from __future__ import annotations

import datetime
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
import pytest
from werkzeug.test import Client

from cruse_core import App, g, session
from cruse_core.context import get_request_context
from cruse_core.errors import SetupError
from cruse_core.json_provider import DefaultJSONProvider
from cruse_templating import (
    TemplatingApp,
    TemplatingBlueprint,
    render_template,
    render_template_string,
)
from cruse_templating.environment import Environment
from cruse_templating.loader import DispatchingJinjaLoader

WriteTemplate = Callable[..., Path]


class TestImport:
    def test_jinja2_is_not_imported_before_it_is_used(self) -> None:
        code = (
            "import sys, cruse_templating\n"
            "app = cruse_templating.TemplatingApp('x', root_path='.')\n"
            "app.debug = True\n"
            "assert 'jinja2' not in sys.modules\n"
            "app.jinja_env\n"
            "assert 'jinja2' in sys.modules\n"
        )
        subprocess.run([sys.executable, "-c", code], check=True)


class TestJinjaEnv:
    def test_is_made_once_with_the_dispatching_loader(self, app: TemplatingApp) -> None:
        assert app.jinja_env is app.jinja_env
        assert type(app.jinja_env) is Environment
        assert isinstance(app.jinja_env.loader, DispatchingJinjaLoader)

    def test_globals_serve_templates_imported_without_context(
        self, app: TemplatingApp, client: Client, write_template: WriteTemplate
    ) -> None:
        write_template(
            "macros.html",
            "{% macro m() %}{{ g.x }} {{ request.path }} {{ session.y }} {{ config.TESTING }} "
            "{{ url_for('index') }} {{ get_flashed_messages() }}{% endmacro %}",
        )

        @app.get("/")
        def index() -> str:
            g.x = 1
            session["y"] = 2
            return render_template_string("{% from 'macros.html' import m %}{{ m() }}")

        assert client.get("/").text == "1 / 2 True / []"

    def test_tojson_uses_the_provider_that_the_app_has_when_it_renders(
        self, app: TemplatingApp
    ) -> None:
        class Provider(DefaultJSONProvider):
            def dumps(self, obj: Any, **kwargs: Any) -> str:
                return f"<{type(obj).__name__}>"

        with app.app_context():
            source = "{{ day|tojson }}"
            day = datetime.date(2020, 1, 1)
            assert render_template_string(source, day=day) == '"Wed, 01 Jan 2020 00:00:00 GMT"'
            app.json = Provider(app)
            assert render_template_string(source, day=day) == r"\u003cdate\u003e"

    def test_class_of_the_environment_can_be_replaced(self) -> None:
        class OwnEnvironment(Environment):
            pass

        class OwnApp(TemplatingApp):
            jinja_environment = OwnEnvironment

        assert TemplatingApp.jinja_environment is Environment
        assert type(OwnApp("x", root_path=".").jinja_env) is OwnEnvironment

    def test_creation_can_be_extended(self, tmp_path: Path) -> None:
        class OwnApp(TemplatingApp):
            def create_jinja_environment(self) -> Environment:
                env = super().create_jinja_environment()
                env.globals["answer"] = 42
                return env

        app = OwnApp("x", root_path=str(tmp_path))
        with app.app_context():
            assert render_template_string("{{ answer }}") == "42"

    def test_loader_can_be_replaced(self, tmp_path: Path) -> None:
        class OwnApp(TemplatingApp):
            def create_global_jinja_loader(self) -> jinja2.BaseLoader:
                return jinja2.DictLoader({"index.html": "own"})

        with OwnApp("x", root_path=str(tmp_path)).app_context():
            assert render_template("index.html") == "own"


class TestJinjaOptions:
    def test_are_used_for_the_environment(self, app: TemplatingApp) -> None:
        app.jinja_options["variable_start_string"] = "[["
        app.jinja_options["variable_end_string"] = "]]"
        with app.app_context():
            assert render_template_string("[[ 1 + 1 ]]") == "2"

    def test_belong_to_one_app(self, app: TemplatingApp) -> None:
        app.jinja_options["trim_blocks"] = True
        assert app.jinja_options is app.jinja_options
        assert TemplatingApp.jinja_options == {}
        assert TemplatingApp("other", root_path=".").jinja_options == {}

    def test_of_a_subclass_extend_a_copy(self) -> None:
        class OwnApp(TemplatingApp):
            jinja_options = dict(TemplatingApp.jinja_options, trim_blocks=True)  # noqa: RUF012

        assert OwnApp("x", root_path=".").jinja_env.trim_blocks

    def test_win_over_the_defaults(self, app: TemplatingApp) -> None:
        app.jinja_options.update(autoescape=False, auto_reload=True, bytecode_cache=None)
        app.config["TEMPLATES_BYTECODE_CACHE"] = "cache"
        assert app.jinja_env.autoescape is False
        assert app.jinja_env.auto_reload is True
        assert app.jinja_env.bytecode_cache is None


class TestAutoReload:
    @pytest.mark.parametrize(
        ("setting", "debug", "expected"),
        [(None, False, False), (None, True, True), (True, False, True), (False, True, False)],
    )
    def test_follows_the_setting_then_debug_mode(
        self, app: TemplatingApp, *, setting: bool | None, debug: bool, expected: bool
    ) -> None:
        app.config["TEMPLATES_AUTO_RELOAD"] = setting
        app.debug = debug
        assert app.debug is debug
        assert app.jinja_env.auto_reload is expected

    def test_follows_debug_mode_when_that_is_set_later(self, app: TemplatingApp) -> None:
        environments = app.jinja_env, app.async_jinja_env
        app.debug = True
        assert all(env.auto_reload for env in environments)
        app.debug = False
        assert not any(env.auto_reload for env in environments)

    def test_stays_as_set_when_debug_mode_changes(self, app: TemplatingApp) -> None:
        app.config["TEMPLATES_AUTO_RELOAD"] = False
        env = app.jinja_env
        app.debug = True
        assert not env.auto_reload

    def test_shows_a_changed_template(
        self, app: TemplatingApp, write_template: WriteTemplate
    ) -> None:
        app.config["TEMPLATES_AUTO_RELOAD"] = True
        path = write_template("index.html", "old")
        with app.app_context():
            assert render_template("index.html") == "old"
            path.write_text("new")
            later = path.stat().st_mtime + 10
            os.utime(path, (later, later))
            assert render_template("index.html") == "new"


class TestBytecodeCache:
    def test_is_off_by_default(self, app: TemplatingApp) -> None:
        assert app.config["TEMPLATES_BYTECODE_CACHE"] is None
        assert app.jinja_env.bytecode_cache is None

    def test_spares_the_next_process_the_compilation(
        self, app: TemplatingApp, write_template: WriteTemplate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write_template("index.html", "hello {{ 1 + 1 }}")
        app.config["TEMPLATES_BYTECODE_CACHE"] = "cache/templates"
        with app.app_context():
            assert render_template("index.html") == "hello 2"
        assert list(Path(app.root_path, "cache/templates").glob("__jinja2_*.cache"))

        def refuse(*args: object, **kwargs: object) -> None:
            raise AssertionError("compiled again")

        monkeypatch.setattr(Environment, "compile", refuse)
        second = TemplatingApp("shop", root_path=app.root_path)
        second.config["TEMPLATES_BYTECODE_CACHE"] = "cache/templates"
        with second.app_context():
            assert render_template("index.html") == "hello 2"

    def test_keeps_code_for_coroutines_apart(
        self, app: TemplatingApp, write_template: WriteTemplate
    ) -> None:
        write_template("index.html", "hello")
        app.config["TEMPLATES_BYTECODE_CACHE"] = "cache"
        app.async_jinja_env.get_template("index.html")
        assert app.jinja_env.get_template("index.html").render() == "hello"


class TestAutoescape:
    @pytest.mark.parametrize(
        ("filename", "escaped"),
        [
            ("a.html", True),
            ("a.htm", True),
            ("a.xml", True),
            ("a.xhtml", True),
            ("a.svg", True),
            ("A.HTML", True),
            (None, True),
            ("a.txt", False),
            ("a.html.j2", False),
            ("html", False),
        ],
    )
    def test_depends_on_the_end_of_the_name(
        self, app: TemplatingApp, filename: str | None, *, escaped: bool
    ) -> None:
        assert app.select_jinja_autoescape(filename) is escaped

    def test_escapes_files_and_strings(
        self, app: TemplatingApp, write_template: WriteTemplate
    ) -> None:
        write_template("a.html", "{{ x }}")
        write_template("a.txt", "{{ x }}")
        with app.app_context():
            assert render_template("a.html", x="<") == "&lt;"
            assert render_template("a.txt", x="<") == "<"
            assert render_template_string("{{ x }}", x="<") == "&lt;"


class TestContextProcessor:
    def test_gives_values_to_every_template(self, app: TemplatingApp) -> None:
        @app.context_processor
        def add_values() -> dict[str, Any]:
            return {"a": 1, "b": 2}

        assert callable(add_values)
        with app.app_context():
            assert render_template_string("{{ a }}{{ b }}{{ c }}", b=3, c=4) == "134"

    def test_later_ones_win_over_earlier_ones(self, app: TemplatingApp) -> None:
        app.context_processor(lambda: {"a": 1})
        app.context_processor(lambda: {"a": 2})
        with app.app_context():
            assert render_template_string("{{ a }}") == "2"

    def test_may_be_a_coroutine_function(self, app: TemplatingApp) -> None:
        @app.context_processor
        async def add_values() -> dict[str, Any]:
            return {"a": 1}

        with app.app_context():
            assert render_template_string("{{ a }}") == "1"

    def test_is_seen_when_the_table_is_changed_later(self, app: TemplatingApp) -> None:
        with app.app_context():
            assert render_template_string("{{ a }}") == ""
            app.template_context_processors[None].append(lambda: {"a": 1})
            assert render_template_string("{{ a }}") == "1"
            app.template_context_processors[None].pop()
            assert render_template_string("{{ a }}") == ""

    def test_cannot_be_added_once_a_request_was_served(
        self, app: TemplatingApp, client: Client
    ) -> None:
        client.get("/")
        with pytest.raises(SetupError, match="context_processor"):
            app.context_processor(dict)


class TestUpdateTemplateContext:
    def test_adds_g_and_during_a_request_the_request(
        self, app: TemplatingApp, client: Client
    ) -> None:
        seen: dict[str, Any] = {}

        @app.get("/")
        def index() -> str:
            app.update_template_context(seen)
            ctx = get_request_context("request")
            assert seen["g"] is ctx.g
            assert seen["request"] is ctx.request
            return ""

        client.get("/")
        assert seen.keys() == {"g", "request"}
        outside: dict[str, Any] = {}
        with app.app_context():
            app.update_template_context(outside)
        assert outside.keys() == {"g"}

    def test_adds_nothing_without_a_context(self, app: TemplatingApp) -> None:
        values: dict[str, Any] = {}
        app.update_template_context(values)
        assert values == {}

    def test_keeps_what_was_given(self, app: TemplatingApp) -> None:
        values = {"g": 1, "x": None}
        app.context_processor(lambda: {"x": 2, "y": 3})
        with app.app_context():
            app.update_template_context(values)
        assert values == {"g": 1, "x": None, "y": 3}

    def test_does_not_count_as_reading_the_session(
        self, app: TemplatingApp, client: Client
    ) -> None:
        app.add_url_rule("/", "index", lambda: render_template_string("x"))
        app.add_url_rule("/s", "s", lambda: render_template_string("{{ session.x }}"))
        assert "Vary" not in client.get("/").headers
        assert client.get("/s").headers["Vary"] == "Cookie"


def upper(text: str) -> str:
    return text.upper()


def is_even(number: int) -> bool:
    return number % 2 == 0


class TestFilters:
    def test_can_be_registered_in_every_form(self, app: TemplatingApp) -> None:
        @app.template_filter
        def bare(text: str) -> str:
            return f"{text}1"

        @app.template_filter()
        def called(text: str) -> str:
            return f"{text}2"

        @app.template_filter("given")
        def named(text: str) -> str:
            return f"{text}3"

        @app.template_filter(name="keyword")
        def by_keyword(text: str) -> str:
            return f"{text}4"

        app.add_template_filter(upper)
        app.add_template_filter(upper, "loud")
        assert [bare("x"), called("x"), named("x"), by_keyword("x")] == ["x1", "x2", "x3", "x4"]
        source = "{{ 'x'|bare|called|given|keyword|upper }}{{ 'y'|loud }}"
        with app.app_context():
            assert render_template_string(source) == "X1234Y"

    def test_cannot_be_added_once_a_request_was_served(
        self, app: TemplatingApp, client: Client
    ) -> None:
        client.get("/")
        with pytest.raises(SetupError, match="add_template_filter"):
            app.add_template_filter(upper)


class TestTests:
    def test_can_be_registered_in_every_form(self, app: TemplatingApp) -> None:
        app.template_test(is_even)
        app.template_test()(is_even)
        app.template_test("called_even")(is_even)
        app.add_template_test(is_even, "added_even")
        source = "{{ 2 is is_even }} {{ 3 is called_even }} {{ 2 is added_even }}"
        with app.app_context():
            assert render_template_string(source) == "True False True"


class TestGlobals:
    def test_can_be_registered_in_every_form(self, app: TemplatingApp) -> None:
        app.template_global(upper)
        app.template_global()(is_even)
        app.template_global("loud")(upper)
        app.add_template_global(upper, "added")
        source = "{{ upper('a') }}{{ is_even(2) }}{{ loud('b') }}{{ added('c') }}"
        with app.app_context():
            assert render_template_string(source) == "ATrueBC"


class TestJinjaLoader:
    def test_reads_the_template_folder(self, tmp_path: Path) -> None:
        app = TemplatingApp("x", root_path=str(tmp_path), template_folder="pages")
        assert isinstance(app.jinja_loader, jinja2.FileSystemLoader)
        assert app.jinja_loader.searchpath == [str(tmp_path / "pages")]

    def test_is_none_without_a_folder(self, tmp_path: Path) -> None:
        app = TemplatingApp("x", root_path=str(tmp_path), template_folder=None)
        assert app.jinja_loader is None

    def test_can_be_set(self, app: TemplatingApp) -> None:
        app.jinja_loader = jinja2.DictLoader({"index.html": "set"})
        with app.app_context():
            assert render_template("index.html") == "set"


class TestBareApp:
    def test_says_which_component_is_missing(self) -> None:
        bare = App("bare", root_path=".")
        with bare.app_context(), pytest.raises(TypeError, match="cruse-templating"):
            render_template("index.html")

    def test_refuses_a_blueprint_that_needs_templates(self) -> None:
        blueprint = TemplatingBlueprint("b", "b", root_path=".")
        blueprint.add_app_template_filter(upper)
        with pytest.raises(TypeError, match="cruse-templating"):
            App("bare", root_path=".").register_blueprint(blueprint)
