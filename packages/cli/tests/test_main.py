"""The command as users start it: in a process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cruse_cli.main import cli, main

Write = Callable[[str, str], Path]
Cruse = Callable[..., "subprocess.CompletedProcess[str]"]


class TestCommand:
    def test_lists_routes(self, write: Write, cruse: Cruse) -> None:
        write("app.py", "from cruse_core import App\napp = App(__name__)")
        result = cruse("routes")
        assert result.returncode == 0
        assert "/static/<path:filename>" in result.stdout

    def test_module_that_fails_has_a_short_traceback(self, write: Write, cruse: Cruse) -> None:
        write("app.py", "def load():\n    unknown_name\nload()\n")
        result = cruse("routes")
        assert result.returncode == 1
        lines = result.stderr.splitlines()
        assert lines[0] == "Traceback (most recent call last):"
        assert 'app.py", line 3, in <module>' in lines[1]
        assert "NameError: name 'unknown_name' is not defined" in result.stderr
        assert "Correct the code above, and run the command again." in lines[-1]

    def test_syntax_error_shows_the_line(self, write: Write, cruse: Cruse) -> None:
        write("app.py", "app = (\n")
        result = cruse("run", "--port", "0")
        assert result.returncode == 1
        assert "SyntaxError: '(' was never closed" in result.stderr

    def test_dotenv_file_names_the_app(self, write: Write, cruse: Cruse) -> None:
        pytest.importorskip("dotenv")
        write("hello.py", "from cruse_core import App\nsite = App(__name__)")
        write(".cruseenv", "CRUSE_APP=hello:site")
        assert cruse("routes").returncode == 0
        assert cruse("routes", CRUSE_SKIP_DOTENV="1").returncode == 2


class TestPlugin:
    def test_command_of_an_installed_distribution_is_there(
        self, write: Write, project: Path, cruse: Cruse
    ) -> None:
        write("app.py", "from cruse_core import App\napp = App(__name__)")
        write(
            "plugin.py",
            """
            import click
            from cruse_cli import with_appcontext
            from cruse_core import current_app

            @click.command()
            @click.option("--loudly", is_flag=True)
            @with_appcontext
            def plug(loudly):
                text = f"plugged into {current_app.import_name}"
                click.echo(text.upper() if loudly else text)
            """,
        )
        write(
            "plugin-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: plugin\nVersion: 1.0\n"
        )
        write("plugin-1.0.dist-info/entry_points.txt", "[cruse.commands]\nplug = plugin:plug\n")
        variables = {"PYTHONPATH": str(project), "CRUSE_PLUG_LOUDLY": "1"}
        assert "plug" in cruse("--help", **variables).stdout
        assert cruse("plug", **variables).stdout == "PLUGGED INTO APP\n"


class TestOwnScript:
    def test_group_has_its_app_and_further_commands(self, write: Write, project: Path) -> None:
        script = write(
            "manage.py",
            """
            import click
            from cruse_cli import CruseGroup
            from cruse_core import App, current_app

            def create_app():
                return App("shop", static_folder=None)

            @click.group(cls=CruseGroup, create_app=create_app)
            def manage():
                "Manage the shop."

            @manage.command()
            def name():
                click.echo(current_app.name)

            if __name__ == "__main__":
                manage()
            """,
        )

        def run(*args: str) -> str:
            command = [sys.executable, str(script), *args]
            return subprocess.run(command, capture_output=True, text=True, check=True).stdout

        assert run("name") == "shop\n"
        assert run("routes") == "No routes were registered.\n"
        assert "Manage the shop." in run("--help")


class TestCompletion:
    @pytest.mark.skipif(shutil.which("bash") is None, reason="it is bash that completes")
    def test_bash_completes_a_command_of_the_app(self, write: Write) -> None:
        write(
            "app.py",
            """
            from cruse_cli import CommandsApp
            app = CommandsApp(__name__)
            @app.cli.command("seed-notes")
            def seed_notes(): "Write examples."
            """,
        )
        script = (
            'eval "$(_CRUSE_COMPLETE=bash_source cruse)"\n'
            "complete -p cruse\n"
            "COMP_WORDS=(cruse se) COMP_CWORD=1\n"
            "_cruse_completion cruse\n"
            'echo "${COMPREPLY[@]}"\n'
        )
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        result = subprocess.run(
            ["bash", "-c", script],
            env={**os.environ, "PATH": path},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        registration, completed = result.stdout.splitlines()
        assert registration.endswith("-F _cruse_completion cruse")
        assert completed == "seed-notes"


class TestMain:
    def test_ends_with_the_status_of_the_command(
        self, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(sys, "argv", ["cruse", "routes"])
        with pytest.raises(SystemExit) as caught:
            main()
        assert caught.value.code == 2
        assert (
            "--app MODULE routes', set the environment variable 'CRUSE_APP'"
            in capsys.readouterr().err
        )

    def test_prints_a_short_traceback(
        self,
        write: Write,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        write("app.py", "1 / 0")
        monkeypatch.setattr(sys, "argv", ["cruse", "routes"])
        with pytest.raises(SystemExit) as caught:
            main()
        assert caught.value.code == 1
        assert "click" not in capsys.readouterr().err

    def test_command_has_its_name(self) -> None:
        assert cli.name == "cruse"


class TestImport:
    def test_leaves_out_what_may_not_be_needed(self) -> None:
        code = (
            "import sys, cruse_cli.main\n"
            "print([name for name in ('asyncio', 'dotenv', 'jinja2', 'watchfiles',\n"
            "       'importlib.metadata', 'werkzeug._reloader') if name in sys.modules])"
        )
        result = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
        )
        assert result.stdout == "[]\n"
