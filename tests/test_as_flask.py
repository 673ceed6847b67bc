"""The drop-in, in processes of its own: this one must not see a second `flask`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import flask
import pytest

PROGRAM = """
import cruse_core
from flask import Flask, session

app = Flask(__name__)


@app.get("/")
def index():
    return f"{isinstance(app, cruse_core.App)} {__name__}"
"""

PLUGIN = """
import click
from flask import current_app
from flask.cli import with_appcontext


@click.command()
@with_appcontext
def plug():
    click.echo(f"plugged into {current_app.import_name}")
"""

# Makes Flask look as if it was not installed, and shows that it does.
WITHOUT_FLASK = """
from importlib import metadata
from importlib.machinery import PathFinder

find = PathFinder.find_distributions
PathFinder.find_distributions = lambda *args: (
    found for found in find(*args) if found.metadata["Name"].lower() != "flask"
)
try:
    print(metadata.version("flask"))
except metadata.PackageNotFoundError as exc:
    print(type(exc).__name__)
"""

PRIVATE_NAMES = """
    flask.app:Flask._method_route flask.app:Flask._find_error_handler
    flask.app:Flask._get_exc_class_and_code
    flask.blueprints:Blueprint._method_route flask.blueprints:Blueprint._merge_blueprint_funcs
    flask.cli:FlaskGroup._load_plugin_commands flask.templating:DispatchingJinjaLoader._iter_loaders
    flask.cli:ScriptInfo._loaded_app
    flask.config:ConfigAttribute
    flask.ctx:AppContext._cv_tokens flask.ctx:RequestContext._cv_tokens flask.ctx:_AppCtxGlobals
    flask.globals:_cv_app flask.globals:_cv_request flask.globals:app_ctx flask.globals:request_ctx
    flask.json.provider:DefaultJSONProvider
    flask.json.provider:JSONProvider._prepare_response_obj
    flask.json.tag:JSONTag flask.json.tag:TaggedJSONSerializer
    flask.sansio.app:App flask.sansio.app:App._got_first_request
    flask.sansio.blueprints:Blueprint flask.sansio.blueprints:BlueprintSetupState
    flask.sansio.scaffold:Scaffold flask.sansio.scaffold:_endpoint_from_view_func
    flask.signals:Namespace flask.signals:_signals
    flask.templating:DispatchingJinjaLoader flask.templating:_default_template_ctx_processor
    flask.testing:EnvironBuilder flask.testing:FlaskClient._request_from_builder_args
    flask.testing:FlaskClient._context_stack flask.testing:FlaskClient._copy_environ
    flask.testing:FlaskClient._new_contexts
    flask.typing:ResponseReturnValue flask.typing:RouteCallable
    flask.views:http_method_funcs
    flask.wrappers:RequestBase flask.wrappers:ResponseBase
"""
FIND_MISSING = """
import sys
from importlib import import_module

import flask
from flask.cli import ScriptInfo

# What objects have, and their classes need not.
app = flask.Flask("x")
made = {
    "App": app,
    "AppContext": app.app_context(),
    "FlaskClient": app.test_client(),
    "RequestContext": app.test_request_context(),
    "ScriptInfo": ScriptInfo(),
}

for place in sys.argv[1:]:
    module, _, name = place.partition(":")
    name, _, attribute = name.partition(".")
    found = getattr(import_module(module), name, None)
    if found is None or attribute and not hasattr(made.get(name, found), attribute):
        print(place)
"""
USE_OF_PRIVATE_NAMES = """
from flask import Flask, g, request
from flask.cli import ScriptInfo
from flask.globals import _cv_app, _cv_request, app_ctx, request_ctx
from flask.json.tag import TaggedJSONSerializer
from flask.sansio.scaffold import _endpoint_from_view_func
from flask.signals import Namespace, _signals, request_started
from flask.testing import EnvironBuilder
from flask.views import http_method_funcs

app = Flask("private")
info = ScriptInfo(create_app=lambda: app)
print(info._loaded_app, app._got_first_request)
info.load_app()


def view():
    print(request_ctx.request.url_rule, app_ctx.app.name, app_ctx.g is g._get_current_object())
    print(_cv_request.get().request is request._get_current_object(), _cv_app.get().app.name)
    return "viewed"


app._method_route("GET", "/private", {})(view)
client = app.test_client()
print(client.get("/private").text, client.post("/private").status_code)
print(info._loaded_app is app, app._got_first_request)
print(_endpoint_from_view_func(view), *sorted(http_method_funcs))
print(client._request_from_builder_args(("/private?a=1",), {"method": "PUT"}).full_path)
print(EnvironBuilder(app, "/private", base_url="https://a.example").get_environ()["HTTP_HOST"])
print(len(app.app_context()._cv_tokens), app._get_exc_class_and_code(404))
with app.app_context() as ctx:
    print(len(ctx._cv_tokens))
with app.test_request_context() as ctx:
    print([len(pair) for pair in ctx._cv_tokens])
    ctx._after_request_functions.append(lambda response: print("after") or response)
    app.process_response(app.response_class())
print([type(owner).__name__ for owner, _ in app.jinja_env.loader._iter_loaders("x.html")])
print(TaggedJSONSerializer()._untag_scan({" t": [1]}))
print(type(_signals) is Namespace, _signals["request-started"] is request_started)
"""


def run_python(*arguments: str, cwd: Path | None = None, **variables: str) -> str:
    """Run Python with *arguments* and return what it printed; an AssertionError if it fails."""
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_this_process_compares_with_the_real_flask() -> None:
    assert flask.Flask.__module__ == "flask.app"


class TestImport:
    def test_what_cruse_makes_is_of_flasks_classes(self) -> None:
        code = (
            "import cruse.as_flask, cruse, flask\n"
            "print(isinstance(cruse.Cruse('x'), flask.Flask))\n"
            "print(isinstance(cruse.Blueprint('x', 'x'), flask.Blueprint))\n"
            "print(cruse.Cruse('x').test_client().get('/static/missing.css').status_code)"
        )
        assert run_python("-c", code).split() == ["True", "True", "404"]

    def test_metadata_says_which_flask_it_is(self) -> None:
        code = (
            "import cruse.as_flask; from importlib.metadata import version; print(version('Flask'))"
        )
        assert run_python("-c", code) == "3.1.3"

    def test_flask_need_not_be_installed(self) -> None:
        code = WITHOUT_FLASK + (
            "import cruse.as_flask, flask\n"
            "print(flask.Flask.__name__, metadata.version('flask'))\n"
            "print([found.version for found in metadata.distributions(name='flask')])"
        )
        assert run_python("-c", code).splitlines() == [
            "PackageNotFoundError",
            "Flask 3.1.3",
            "['3.1.3']",
        ]

    def test_entry_points_lead_to_cruse(self) -> None:
        code = (
            "import cruse.as_flask\n"
            "from importlib.metadata import entry_points\n"
            "(command,) = entry_points(group='console_scripts', name='flask')\n"
            "import cruse_cli.main\n"
            "print(command.value, command.load() is cruse_cli.main.main)"
        )
        assert run_python("-c", code) == "flask.cli:main True"

    def test_version_attribute_warns_as_in_flask(self) -> None:
        code = (
            "import warnings, cruse.as_flask, flask\n"
            "with warnings.catch_warnings(record=True) as seen:\n"
            "    warnings.simplefilter('always')\n"
            "    print(flask.__version__, [w.category.__name__ for w in seen])"
        )
        assert run_python("-c", code) == "3.1.3 ['DeprecationWarning']"

    def test_what_flask_accepts_does_not_fall_over_where_warnings_are_errors(self) -> None:
        code = (
            "import logging, sys; logging.basicConfig(stream=sys.stdout, format='%(message).41s')\n"
            "import cruse.as_flask, flask; app = flask.Flask(__name__); app.debug = True\n"
            "app.add_url_rule('/a', 'one', lambda: 'one', methods=['GET', 'BREW'])\n"
            "app.add_url_rule('/a', 'two', lambda: 'two')\n"
            "app.config['SESSION_COOKIE_SECUR'] = True\n"
            "print(app.test_client().get('/a').text)"
        )
        assert run_python("-W", "error", "-c", code).splitlines() == [
            "The rule '/a' (<string>:3) has 'BREW' amo",
            "The rule '/a' of 'two' (<string>:4) is ne",
            "The setting 'SESSION_COOKIE_SECUR' (<stri",
            "one",
        ]

    def test_unknown_module_is_missing(self) -> None:
        code = (
            "import cruse.as_flask\n"
            "try:\n    import flask.ext\nexcept ModuleNotFoundError as exc:\n    print(exc.name)"
        )
        assert run_python("-c", code) == "flask.ext"

    def test_errors_are_pages_whatever_the_client_prefers(self) -> None:
        code = (
            "import cruse.as_flask, flask\n"
            "client = flask.Flask('x').test_client()\n"
            "response = client.get('/', headers={'Accept': 'application/json'})\n"
            "print(response.status_code, response.mimetype, 'Vary' in response.headers)"
        )
        assert run_python("-c", code) == "404 text/html False"

    def test_numbers_that_json_lacks_are_sent_as_in_flask(self) -> None:
        code = (
            "import cruse.as_flask, flask\n"
            "app = flask.Flask('x')\n"
            "app.add_url_rule('/', 'numbers', lambda: [float('nan'), float('inf')])\n"
            "print(app.test_client().get('/').text)"
        )
        assert run_python("-c", code) == "[NaN,Infinity]"

    def test_program_may_ask_for_errors_in_json(self) -> None:
        code = (
            "import cruse.as_flask, flask\n"
            "class Shop(flask.Flask): ...\n"
            "app = Shop('x')\n"
            "app.config['JSON_ERRORS'] = 'negotiate'\n"
            "response = app.test_client().get('/', headers={'Accept': 'application/json'})\n"
            "print(response.mimetype, Shop('y').config['JSON_ERRORS'])"
        )
        assert run_python("-c", code) == "application/problem+json never"

    def test_second_import_changes_nothing(self) -> None:
        code = (
            "import sys, cruse.as_flask; from cruse.as_flask.finder import install; "
            "before = list(sys.meta_path); install(); print(sys.meta_path == before)"
        )
        assert run_python("-c", code) == "True"

    def test_flask_imported_before_is_an_error_that_says_what_to_do(self) -> None:
        code = (
            "import sys, types\nsys.modules['flask'] = types.ModuleType('flask')\n"
            "try:\n    import cruse.as_flask\nexcept ImportError as exc:\n    print(exc)"
        )
        assert "Import cruse.as_flask first" in run_python("-c", code)

    def test_flask_imported_before_stays_what_it_is(self) -> None:
        code = (
            "import sys, flask\n"
            "finders = list(sys.meta_path)\n"
            "try:\n    import cruse.as_flask\nexcept ImportError as exc:\n    print(exc)\n"
            "import flask.views\n"
            "from cruse_cli import names\n"
            "print(flask.views.View.__module__, sys.meta_path == finders, names.prefixes)"
        )
        message, rest = run_python("-c", code).splitlines()
        assert "'flask' is imported already, from " in message
        assert rest == "flask.views True ['CRUSE']"

    def test_loader_of_ones_own_may_explain_its_search(self) -> None:
        code = (
            "import cruse.as_flask, logging, sys\n"
            "from flask import Blueprint, Flask\n"
            "from flask.debughelpers import explain_template_loading_attempts\n"
            "from jinja2 import DictLoader\n"
            "logging.basicConfig(stream=sys.stdout, level='INFO', format='%(message)s')\n"
            "app, pages, loader = Flask('shop'), Blueprint('pages', 'shop'), DictLoader({})\n"
            "attempts = [(loader, app, None), (loader, pages, ('', 'made.html', None))]\n"
            "explain_template_loading_attempts(app, 'x.html', attempts)"
        )
        output = run_python("-c", code)
        assert "Looking for template 'x.html':" in output
        assert "trying loader of application 'shop'" in output
        assert "trying loader of blueprint 'pages' (shop)" in output
        assert "-> found 'made.html'" in output

    def test_private_context_variables_show_the_one_context(self) -> None:
        code = (
            "import cruse.as_flask\n"
            "from flask import Flask\nfrom flask.globals import _cv_app, _cv_request, app_ctx\n"
            "app = Flask('x')\n"
            "print(_cv_app.get(None), _cv_request.get(None))\n"
            "with app.app_context() as ctx, app.test_request_context() as inner:\n"
            "    print(_cv_app.get() is ctx, _cv_request.get() is inner)\n"
        )
        assert run_python("-c", code).splitlines() == ["None None", "True True"]

    def test_private_context_variables_can_be_set(self) -> None:
        code = (
            "import cruse.as_flask\n"
            "from flask import Flask\nfrom flask.globals import _cv_app, current_app\n"
            "try:\n    _cv_app.get()\nexcept LookupError:\n    print('unbound')\n"
            "token = _cv_app.set(Flask('x').app_context())\n"
            "print(current_app.name)\n"
            "_cv_app.reset(token)\n"
            "print(bool(current_app))\n"
        )
        assert run_python("-c", code).splitlines() == ["unbound", "x", "False"]

    def test_main_module_has_its_source(self) -> None:
        code = (
            "import cruse.as_flask, importlib.util\n"
            "from importlib.metadata import distribution\n"
            "spec = importlib.util.find_spec('flask.__main__')\n"
            "print(spec.loader.get_source('flask.__main__').split()[-1])\n"
            "print(distribution('flask').locate_file('x').name)\n"
        )
        assert run_python("-c", code).splitlines() == ["main()", "x"]


class TestPrivateNames:
    """Extensions use them, so they are there although Flask does not promise them."""

    @pytest.mark.parametrize("runner", [(), ("-m", "cruse.as_flask")], ids=["flask", "cruse"])
    def test_are_there_as_in_flask(self, tmp_path: Path, runner: tuple[str, ...]) -> None:
        script = tmp_path / "find_missing.py"
        script.write_text(FIND_MISSING)
        assert run_python(*runner, str(script), *PRIVATE_NAMES.split()) == ""

    def test_do_what_they_do_in_flask(self, tmp_path: Path) -> None:
        script = tmp_path / "use.py"
        script.write_text(USE_OF_PRIVATE_NAMES)
        theirs = run_python(str(script))
        assert "viewed 405" in theirs
        assert run_python("-m", "cruse.as_flask", str(script)) == theirs


class TestProgram:
    def test_module_runs_with_its_arguments(self, tmp_path: Path) -> None:
        (tmp_path / "tool.py").write_text("import sys, flask\nprint(flask, sys.argv[1:])\n")
        output = run_python("-m", "cruse.as_flask", "-m", "tool", "--x", "1", cwd=tmp_path)
        assert output.startswith("<module 'flask' (flask.py)>")
        assert output.endswith("['--x', '1']")

    def test_script_finds_the_modules_beside_it(self, tmp_path: Path) -> None:
        (tmp_path / "beside.py").write_text("from flask import Flask\n")
        (tmp_path / "script.py").write_text("from beside import Flask\nprint(Flask.__base__)\n")
        output = run_python("-m", "cruse.as_flask", str(tmp_path / "script.py"))
        assert output == "<class 'flask.sansio.app.App'>"

    @pytest.mark.parametrize("arguments", [[], ["-m"], ["-c"], ["--unknown"]])
    def test_nothing_to_run_is_a_usage_error(self, arguments: list[str]) -> None:
        result = subprocess.run(
            [sys.executable, "-m", "cruse.as_flask", *arguments], capture_output=True, text=True
        )
        assert result.returncode == 2
        assert "Usage: python -m cruse.as_flask SCRIPT.py" in result.stderr

    def test_file_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        command = [sys.executable, "-m", "cruse.as_flask", str(tmp_path / "missing.py")]
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 2
        assert "missing.py' cannot be opened" in result.stderr

    def test_folder_without_a_program_is_named(self, tmp_path: Path) -> None:
        command = [sys.executable, "-m", "cruse.as_flask", str(tmp_path)]
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 1
        assert "There is no '__main__' in" in result.stderr

    def test_usage_can_be_asked_for(self) -> None:
        assert "-m MODULE" in run_python("-m", "cruse.as_flask", "--help")

    def test_command_runs_as_a_module(self) -> None:
        assert "Cruse" in run_python("-m", "cruse", "--version")

    def test_flask_command_takes_flasks_variables(self, tmp_path: Path) -> None:
        (tmp_path / "hello.py").write_text(PROGRAM)
        output = run_python(
            "-m", "cruse.as_flask", "-m", "flask", "routes", cwd=tmp_path, FLASK_APP="hello"
        )
        assert "index" in output

    def test_flask_command_reads_flaskenv(self, tmp_path: Path) -> None:
        pytest.importorskip("dotenv")
        (tmp_path / "hello.py").write_text(PROGRAM)
        (tmp_path / ".flaskenv").write_text("FLASK_APP=hello\nFLASK_ROUTES_ALL_METHODS=1\n")
        output = run_python("-m", "cruse.as_flask", "-m", "flask", "routes", cwd=tmp_path)
        assert "GET, HEAD, OPTIONS" in output

    def test_flask_command_has_the_plugins_for_flask(self, tmp_path: Path) -> None:
        (tmp_path / "hello.py").write_text(PROGRAM)
        (tmp_path / "plugin.py").write_text(PLUGIN)
        installed = tmp_path / "plugin-1.0.dist-info"
        installed.mkdir()
        (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1.0\n")
        (installed / "entry_points.txt").write_text("[flask.commands]\nplug = plugin:plug\n")
        command = "-m cruse.as_flask -m flask --app hello plug".split()
        assert run_python(*command, cwd=tmp_path) == "plugged into hello"

    def test_flask_command_tells_the_versions(self) -> None:
        output = run_python("-m", "cruse.as_flask", "-m", "flask", "--version")
        assert "Flask 3.1.3" in output

    def test_pytest_plugin_serves_a_suite_for_flask(self, tmp_path: Path) -> None:
        (tmp_path / "test_it.py").write_text(
            "import flask\n\n\ndef test_it():\n    assert 'Cruse' in flask.__doc__\n"
        )
        output = run_python("-m", "pytest", "-q", "-p", "cruse.as_flask", str(tmp_path))
        assert "1 passed" in output

    @pytest.mark.parametrize("plugin", [(), ("-p", "cruse.as_flask")])
    def test_suite_may_make_errors_of_warnings_and_name_those_of_a_package_for_flask(
        self, tmp_path: Path, plugin: tuple[str, ...]
    ) -> None:
        (tmp_path / "package_for_flask.py").write_text(
            "import flask\n\n\nclass OldWarning(UserWarning):\n    pass\n"
        )
        (tmp_path / "pytest.ini").write_text(
            "[pytest]\nfilterwarnings =\n    error\n    error::package_for_flask.OldWarning\n"
        )
        (tmp_path / "test_it.py").write_text(
            "import flask\n\n\ndef test_it():\n    assert 'Cruse' in flask.__doc__\n"
        )
        command = ("-W", "error", "-m", "cruse.as_flask", "-m", "pytest", "-q", *plugin)
        assert "1 passed" in run_python(*command, cwd=tmp_path)


class TestReloader:
    def test_restarted_process_still_resolves_flask_to_cruse(
        self, tmp_path: Path, unused_port: int
    ) -> None:
        (tmp_path / "hello.py").write_text(PROGRAM)
        command = "-m cruse.as_flask -m flask --app hello run --reload --port".split()
        server = subprocess.Popen(
            [sys.executable, *command, str(unused_port)],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            assert fetch(unused_port, server) == "True hello"
        finally:
            # The reloader's child is of the same group, and would go on without its parent.
            os.killpg(server.pid, signal.SIGTERM)
            server.communicate()


def fetch(port: int, server: subprocess.Popen[bytes]) -> str:
    """Return the start page once the server answers."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as response:
                return str(response.read().decode())
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                assert server.stderr is not None
                raise AssertionError(server.stderr.read()) from None
            time.sleep(0.05)
