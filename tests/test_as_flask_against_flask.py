"""Programs that print the same on Flask, and on Cruse by way of `cruse.as_flask`.

Each of them runs in processes of its own.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROLOGUE = """
import flask
from flask import Blueprint, Flask

app = Flask("shop", root_path=".")
pages = Blueprint("pages", "shop", root_path=".", static_folder="static", url_prefix="/pages")
"""

# By what they show. Monitoring agents, and programs that leave some views alone, go by such names.
SHOWN_NAMES = {
    "views": """
app.register_blueprint(pages)
for name, view in app.view_functions.items():
    print(name, view.__module__, view.__name__)
""",
    "hooks": """
for processor in app.template_context_processors[None]:
    print(processor.__module__, processor.__qualname__)
print(app.jinja_env.globals["get_flashed_messages"].__module__)
""",
    "commands": """
from flask.cli import cli, main

print(main.__module__, main.__name__)
for name in ("run", "shell", "routes"):
    callback = cli.commands[name].callback
    print(callback.__module__, callback.__name__, type(cli).__module__, type(cli).__name__)
""",
    "classes": """
from types import FunctionType

from flask import sessions, testing
from flask.json import provider, tag
from flask.sansio import app as sansio_app, blueprints, scaffold

for module in (flask, sessions, testing, provider, tag, sansio_app, blueprints, scaffold):
    for name, value in sorted(vars(module).items()):
        if not isinstance(value, (type, FunctionType)):
            continue
        # Functions that keep what they return are of another type.
        if name not in ("__getattr__", "_get_werkzeug_version", "_split_blueprint_path"):
            print(name, value.__module__, value.__name__, value.__qualname__)
""",
    "methods": """
from flask.sansio.scaffold import Scaffold
from flask.sessions import SecureCookieSessionInterface

for function in (
    Flask.wsgi_app, Flask.send_static_file, Blueprint.send_static_file, Scaffold.route,
    SecureCookieSessionInterface.open_session,
):
    print(function.__module__, function.__qualname__)
""",
    "objects": """
with app.test_request_context() as ctx:
    for value in (app, pages, app.config, app.session_interface, flask.g._get_current_object(),
                  flask.request._get_current_object(), ctx, app.make_response("x"),
                  app.test_client(), app.test_cli_runner()):
        print(type(value).__module__, type(value).__name__)
""",
}

BODIES = """
import io
from werkzeug.test import create_environ

app.add_url_rule("/text", "text", lambda: "text")
app.add_url_rule("/json", "json", lambda: {"a": 1})
app.add_url_rule("/none", "none", lambda: ("", 204))
app.add_url_rule("/parts", "parts", lambda: iter(["a", "b"]))
app.add_url_rule("/headers", "headers", lambda: ("text", {"X-A": "1"}))
app.add_url_rule("/fails", "fails", lambda: 1 / 0)
for path in ("/text", "/json", "/none", "/parts", "/headers", "/missing", "/fails"):
    for method in ("GET", "HEAD"):
        environ = create_environ(path, method=method, errors_stream=io.StringIO())
        body = app(environ, lambda status, headers, exc_info=None: None)
        print(path, method, type(body).__module__, type(body).__name__, body.close())
"""

SANSIO = """
from flask.sansio.app import App
from flask.sansio.blueprints import Blueprint as SansioBlueprint


class OtherApp(App):
    default_config = Flask.default_config

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.add_url_rule("/static/<path:filename>", "static", lambda filename: filename)


class OtherBlueprint(SansioBlueprint):
    pass


other = OtherApp("other", root_path=".", static_folder="static")
print([rule.endpoint for rule in other.url_map.iter_rules()])
print([rule.endpoint for rule in app.url_map.iter_rules()])
print(isinstance(app, App), isinstance(other, Flask))
print(isinstance(pages, SansioBlueprint), issubclass(OtherBlueprint, Blueprint))
App.add_url_rule = lambda self, *args, **kwargs: print("patched")
app.add_url_rule("/", "x", print)
"""

QUART = """
import asyncio

import quart

app.add_url_rule("/", "start", lambda: "from Flask")
other = quart.Quart("other", root_path=".")
parts = quart.Blueprint("parts", "other", url_prefix="/parts")


@parts.get("/")
async def show():
    return await quart.render_template_string("from {{ request.blueprint }}")


async def visit():
    response = await other.test_client().get("/parts/")
    print(response.status_code, await response.get_data(as_text=True))


other.register_blueprint(parts)
asyncio.run(visit())
print(app.test_client().get("/").text)
print(sorted(rule.endpoint for rule in other.url_map.iter_rules()))
"""

SHOW_MAIN = """
import sys
import __main__

print(globals().get("__file__"), sys.argv, sys.path[0])
print(__name__, repr(__package__), __spec__ and __spec__.name, vars(__main__) is globals())
"""


def run(*arguments: str, cwd: Path, code: str | None = None) -> str:
    """Run Python with *arguments*, and *code* as standard input; return what it printed."""
    finished = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, input=code, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def run_on_both(program: str, folder: Path) -> tuple[str, str]:
    """Return what *program* prints on Flask and on Cruse."""
    script = folder / "program.py"
    script.write_text(PROLOGUE + program)
    theirs = run(str(script), cwd=folder)
    return theirs, run("-m", "cruse.as_flask", str(script), cwd=folder)


class TestShownNames:
    @pytest.mark.parametrize("kind", SHOWN_NAMES)
    def test_are_flasks(self, tmp_path: Path, kind: str) -> None:
        theirs, ours = run_on_both(SHOWN_NAMES[kind], tmp_path)
        assert "flask." in theirs
        assert ours == theirs


class TestApp:
    def test_body_can_always_be_closed(self, tmp_path: Path) -> None:
        theirs, ours = run_on_both(BODIES, tmp_path)
        assert theirs.count("ClosingIterator") == 14
        assert ours == theirs


class TestOtherFrameworks:
    def test_stand_on_the_same_classes(self, tmp_path: Path) -> None:
        theirs, ours = run_on_both(SANSIO, tmp_path)
        assert theirs.splitlines()[-1] == "patched"
        assert ours == theirs

    def test_quart_serves_beside_flask(self, tmp_path: Path) -> None:
        theirs, ours = run_on_both(QUART, tmp_path)
        assert theirs.startswith("200 from parts\nfrom Flask\n")
        assert ours == theirs


class TestProgram:
    """Whatever names a program does so as for `python`."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        for path in ("show.py", "without_suffix", "inside/show.py", "program/__main__.py"):
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text(SHOW_MAIN)
        (tmp_path / "link.py").symlink_to("inside/show.py")
        with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
            archive.writestr("__main__.py", SHOW_MAIN)
        return tmp_path

    @pytest.mark.parametrize(
        "arguments",
        [
            "show.py --an option",
            "inside/show.py",
            "./inside/../show.py",
            "link.py",
            "without_suffix",
            "program of a folder",
            "archive.zip",
            "-m show -m x",
            "-m inside.show",
        ],
    )
    def test_is_named_by_a_path_or_a_module(self, folder: Path, arguments: str) -> None:
        theirs = run(*arguments.split(), cwd=folder)
        assert "__main__" in theirs
        assert run("-m", "cruse.as_flask", *arguments.split(), cwd=folder) == theirs

    def test_may_be_given_as_code(self, folder: Path) -> None:
        arguments = ("-c", SHOW_MAIN, "-c", "x")
        assert run("-m", "cruse.as_flask", *arguments, cwd=folder) == run(*arguments, cwd=folder)

    def test_may_come_from_standard_input(self, folder: Path) -> None:
        theirs = run("-", "x", cwd=folder, code=SHOW_MAIN)
        assert run("-m", "cruse.as_flask", "-", "x", cwd=folder, code=SHOW_MAIN) == theirs

    def test_its_folder_is_left_out_where_python_leaves_it_out(self, folder: Path) -> None:
        theirs = run("-P", "show.py", cwd=folder)
        assert run("-P", "-m", "cruse.as_flask", "show.py", cwd=folder) == theirs
