from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cruse_cli import NoAppError, ScriptInfo, pass_script_info, with_appcontext
from cruse_core import App, current_app

Write = Callable[[str, str], Path]

HELLO = """
    from cruse_core import App
    app = App("hello")
    other = App("other")

    def make(name, *, suffix=""):
        return App(name + suffix)
"""


class TestLoadApp:
    def test_app_is_made_once(self) -> None:
        info = ScriptInfo(create_app=lambda: App("made"))
        app = info.load_app()
        assert app.name == "made"
        assert info.load_app() is app
        assert info._loaded_app is app

    @pytest.mark.parametrize(
        ("path", "name"),
        [
            ("hello", "hello"),
            ("hello:other", "other"),
            ('hello:make("a", suffix="b")', "ab"),
            ("hello.py", "hello"),
            ("hello.py:other", "other"),
            ("./hello.py", "hello"),
        ],
    )
    def test_import_path_names_the_app(self, write: Write, path: str, name: str) -> None:
        write("hello.py", HELLO)
        assert ScriptInfo(path).load_app().name == name

    def test_absolute_path_of_a_file(self, write: Write) -> None:
        file = write("src/hello.py", HELLO)
        assert ScriptInfo(f"{file}:other").load_app().name == "other"

    def test_package_with_a_factory(self, write: Write) -> None:
        write(
            "field_notes/__init__.py",
            "from cruse_core import App\ndef create_app(): return App(__name__)",
        )
        assert ScriptInfo("field_notes").load_app().name == "field_notes"

    @pytest.mark.parametrize("file", ["wsgi.py", "app.py"])
    def test_file_of_the_current_folder_is_found(self, write: Write, file: str) -> None:
        write(file, HELLO)
        assert ScriptInfo().load_app().name == "hello"

    def test_wsgi_comes_before_app(self, write: Write) -> None:
        write("wsgi.py", HELLO)
        write("app.py", "1 / 0")
        assert ScriptInfo().load_app().name == "hello"

    def test_lone_module_beside_is_suggested(self, write: Callable[[str, str], Path]) -> None:
        write("hello.py", "app = Cruse(__name__)")
        with pytest.raises(NoAppError, match="Did you mean 'cruse --app hello run'"):
            ScriptInfo().load_app()
        write("other.py", "app = Cruse(__name__)")
        with pytest.raises(NoAppError, match="'hello' and 'other' may have one. Name it with"):
            ScriptInfo().load_app()

    def test_nothing_found_says_three_ways_out(self, project: Path) -> None:
        with pytest.raises(NoAppError) as caught:
            ScriptInfo().load_app()
        message = caught.value.message
        assert f"the folder {str(project)!r} has neither a 'wsgi.py' nor an 'app.py'" in message
        assert "'cruse --app MODULE run'" in message
        assert "'CRUSE_APP'" in message
        assert "run the command in the folder" in message

    def test_found_file_without_an_app_is_an_error(self, write: Write) -> None:
        write("app.py", "x = 1")
        with pytest.raises(NoAppError, match="--app app:NAME"):
            ScriptInfo().load_app()

    def test_missing_file_suggests_the_nearest(self, write: Write) -> None:
        write("hello.py", HELLO)
        with pytest.raises(NoAppError, match=r"no file 'helo\.py'.*Did you mean 'hello\.py'\?"):
            ScriptInfo("helo.py").load_app()

    def test_missing_folder_is_named(self, project: Path) -> None:
        with pytest.raises(NoAppError, match=r"There is no folder '.*src'.*Correct the path"):
            ScriptInfo("src/hello.py").load_app()

    def test_missing_module_is_named(self, project: Path) -> None:
        with pytest.raises(NoAppError, match="Could not import 'hello'"):
            ScriptInfo("hello").load_app()

    def test_missing_module_before_the_colon_is_asked_for(self, project: Path) -> None:
        with pytest.raises(NoAppError, match="names no module.*--app hello:app"):
            ScriptInfo(":app").load_app()

    def test_error_of_the_module_tells_when_it_happened(self, write: Write) -> None:
        write("hello.py", "1 / 0")
        with pytest.raises(ZeroDivisionError) as caught:
            ScriptInfo("hello").load_app()
        assert "while the command loaded 'hello'" in caught.value.__notes__[0]

    def test_error_of_a_given_factory_is_left_alone(self) -> None:
        def create_app() -> App:
            raise ValueError("no database")

        with pytest.raises(ValueError, match="no database") as caught:
            ScriptInfo(create_app=create_app).load_app()
        assert not hasattr(caught.value, "__notes__")

    @pytest.mark.parametrize(("value", "expected"), [("1", True), ("0", False), (None, False)])
    def test_debug_mode_follows_the_variable(
        self, monkeypatch: pytest.MonkeyPatch, value: str | None, expected: bool
    ) -> None:
        if value is not None:
            monkeypatch.setenv("CRUSE_DEBUG", value)
        app = App("made")
        app.debug = not expected
        assert ScriptInfo(create_app=lambda: app).load_app().debug is expected

    def test_debug_mode_may_be_the_apps(self) -> None:
        app = App("made")
        app.debug = True
        assert ScriptInfo(create_app=lambda: app, set_debug_flag=False).load_app().debug is True

    def test_data_is_free_for_use(self) -> None:
        assert ScriptInfo().data == {}


class TestDecorators:
    def test_with_appcontext_loads_the_app(self) -> None:
        @click.command()
        @with_appcontext
        def show() -> None:
            """Help of show."""
            click.echo(current_app.name)

        result = CliRunner().invoke(show, obj=ScriptInfo(create_app=lambda: App("made")))
        assert result.output == "made\n"
        assert show.name == "show"
        assert show.help == "Help of show."

    def test_with_appcontext_joins_an_active_context(self) -> None:
        @click.command()
        @with_appcontext
        def show() -> None:
            click.echo(current_app.name)

        with App("outer").app_context():
            result = CliRunner().invoke(show, obj=ScriptInfo(create_app=lambda: App("made")))
        assert result.output == "outer\n"

    def test_with_appcontext_passes_arguments_on(self) -> None:
        @click.command()
        @click.argument("word")
        @with_appcontext
        def show(word: str) -> None:
            click.echo(f"{current_app.name} {word}")

        info = ScriptInfo(create_app=lambda: App("made"))
        assert CliRunner().invoke(show, ["hey"], obj=info).output == "made hey\n"

    def test_pass_script_info_makes_one_if_there_is_none(self, write: Write) -> None:
        write("app.py", HELLO)

        @click.command()
        @pass_script_info
        def show(info: ScriptInfo) -> None:
            click.echo(info.load_app().name)

        assert CliRunner().invoke(show).output == "hello\n"
