"""The drop-in, in processes of its own: this one must not see a second `flask`."""

from __future__ import annotations

import json
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
from flask import Flask, session

app = Flask(__name__)


@app.get("/")
def index():
    return f"{type(app).__module__} {__name__}"
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


PRINT_TABLE = "import json; from cruse.as_flask.names import MODULES; print(json.dumps(MODULES))"
MODULES: dict[str, dict[str, str]] = json.loads(run_python("-c", PRINT_TABLE))


def test_this_process_compares_with_the_real_flask() -> None:
    assert flask.Flask.__module__ == "flask.app"


class TestImport:
    def test_every_module_has_the_names_in_the_table(self) -> None:
        code = (
            "from importlib import import_module\n"
            "from cruse.as_flask.names import MODULES\n"
            "print(len(MODULES), [f'{name} in {module}' for module, sources in MODULES.items()\n"
            "    for names in sources.values() for name in names.split()\n"
            "    if not hasattr(import_module(module), name.partition('=')[0])])"
        )
        assert run_python("-c", code) == "24 []"

    def test_flask_is_cruse(self) -> None:
        code = "import cruse.as_flask, cruse, flask; print(flask.Flask is cruse.Cruse)"
        assert run_python("-c", code) == "True"

    def test_metadata_says_which_flask_it_is(self) -> None:
        code = (
            "import cruse.as_flask; from importlib.metadata import version; print(version('Flask'))"
        )
        assert run_python("-c", code) == "3.1.3"

    def test_version_attribute_warns_as_in_flask(self) -> None:
        code = (
            "import warnings, cruse.as_flask, flask\n"
            "with warnings.catch_warnings(record=True) as seen:\n"
            "    warnings.simplefilter('always')\n"
            "    print(flask.__version__, [w.category.__name__ for w in seen])"
        )
        assert run_python("-c", code) == "3.1.3 ['DeprecationWarning']"

    def test_unknown_module_is_missing(self) -> None:
        code = (
            "import cruse.as_flask\n"
            "try:\n    import flask.ext\nexcept ModuleNotFoundError as exc:\n    print(exc.name)"
        )
        assert run_python("-c", code) == "flask.ext"

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


class TestProgram:
    def test_module_runs_with_its_arguments(self, tmp_path: Path) -> None:
        (tmp_path / "tool.py").write_text("import sys, flask\nprint(flask.Flask, sys.argv[1:])\n")
        output = run_python("-m", "cruse.as_flask", "-m", "tool", "--x", "1", cwd=tmp_path)
        assert output == "<class 'cruse.app.Cruse'> ['--x', '1']"

    def test_script_finds_the_modules_beside_it(self, tmp_path: Path) -> None:
        (tmp_path / "beside.py").write_text("from flask import Flask\n")
        (tmp_path / "script.py").write_text("from beside import Flask\nprint(Flask.__name__)\n")
        output = run_python("-m", "cruse.as_flask", str(tmp_path / "script.py"))
        assert output == "Cruse"

    @pytest.mark.parametrize("arguments", [[], ["-m"]])
    def test_nothing_to_run_is_a_usage_error(self, arguments: list[str]) -> None:
        result = subprocess.run(
            [sys.executable, "-m", "cruse.as_flask", *arguments], capture_output=True, text=True
        )
        assert result.returncode == 2
        assert "Usage: python -m cruse.as_flask -m MODULE" in result.stdout

    def test_flask_command_takes_flasks_variables(self, tmp_path: Path) -> None:
        (tmp_path / "hello.py").write_text(PROGRAM)
        output = run_python(
            "-m", "cruse.as_flask", "-m", "flask", "routes", cwd=tmp_path, FLASK_APP="hello"
        )
        assert "index" in output

    def test_flask_command_tells_the_versions(self) -> None:
        output = run_python("-m", "cruse.as_flask", "-m", "flask", "--version")
        assert "Flask 3.1.3" in output

    def test_pytest_plugin_serves_a_suite_for_flask(self, tmp_path: Path) -> None:
        (tmp_path / "test_it.py").write_text(
            "import flask\n\n\ndef test_it():\n    assert flask.Flask.__name__ == 'Cruse'\n"
        )
        output = run_python("-m", "pytest", "-q", "-p", "cruse.as_flask", str(tmp_path))
        assert "1 passed" in output


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
            assert fetch(unused_port, server) == "cruse.app hello"
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
