"""Compare what the guestbook answers on Flask with what it answers on Cruse.

Each framework runs in processes of its own, with a database of its own, and neither the guestbook
nor its extensions know which one it is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).parent.parent
VISIT = str(Path(__file__).with_name("requests_of_a_visit.py"))
ON = {"flask": [], "cruse": ["-m", "cruse.as_flask"]}
SCENES = (
    "strangers accounts entries languages caches limits json_api old_api keeper clients_of_tests "
    "toolbar"
).split()


class Guestbook:
    """The guestbook on one of the frameworks."""

    def __init__(self, framework: str, folder: Path) -> None:
        self.framework = framework
        self.folder = folder

    def run(self, *arguments: str) -> str:
        """Run Python with *arguments* on the framework, and return what it prints."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("FLASK_", "CRUSE_", "GUESTBOOK_", "PYTEST_"))
        }
        environment["GUESTBOOK_INSTANCE_PATH"] = str(self.folder)
        environment["PYTHONPATH"] = os.pathsep.join(
            filter(None, [str(EXAMPLE), environment.get("PYTHONPATH")])
        )
        finished = subprocess.run(
            [sys.executable, *ON[self.framework], *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert finished.returncode == 0, finished.stdout[-4000:] + finished.stderr[-4000:]
        return finished.stdout

    def command(self, *arguments: str) -> str:
        """Run a command of the guestbook, and return what it prints."""
        return self.run("-m", "flask", "--app", "guestbook", *arguments)


class Visits:
    """The guestbook on both frameworks, after the same visit."""

    def __init__(self, folder: Path) -> None:
        self.guestbooks = {}
        self.printed: dict[str, list[dict[str, Any]]] = {}
        for framework in ON:
            home = folder / framework
            home.mkdir()
            guestbook = self.guestbooks[framework] = Guestbook(framework, home)
            guestbook.command("db", "upgrade")
            guestbook.command("compile-translations")
            guestbook.command("keepers", "add", "keeper", "--password", "secret-123")
            lines = guestbook.run(VISIT).splitlines()
            self.printed[framework] = [json.loads(line) for line in lines]

    def scene(self, framework: str, name: str) -> list[dict[str, Any]]:
        """Return what was asked and answered in the scene *name*."""
        return [line for line in self.printed[framework] if line.get("scene") == name]


@pytest.fixture(scope="session")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Visits:
    return Visits(tmp_path_factory.mktemp("guestbooks"))


class TestVisit:
    def test_each_ran_on_its_own_framework(self, visits: Visits) -> None:
        ran_on = {name: lines[0] for name, lines in visits.printed.items()}
        assert ran_on == {
            "flask": {"framework": "flask"},
            "cruse": {"framework": "cruse"},
        }

    def test_every_scene_is_compared(self, visits: Visits) -> None:
        for lines in visits.printed.values():
            assert lines[-1] == {"scenes": SCENES}

    @pytest.mark.parametrize("name", SCENES)
    def test_answers_of_a_scene_are_the_same(self, visits: Visits, name: str) -> None:
        assert visits.scene("flask", name)
        assert visits.scene("cruse", name) == visits.scene("flask", name)

    def test_the_answers_show_the_extensions_at_work(self, visits: Visits) -> None:
        said = {
            name: json.dumps(visits.scene("cruse", name), ensure_ascii=False) for name in SCENES
        }
        assert "Please log in first." in said["strangers"]
        assert '"signal", "user": "ada"' in said["accounts"]
        assert "https://guestbook.example/entries/5" in said["entries"]
        assert "2. Mai 2024" in said["languages"]
        assert "Bitte melden Sie sich an." in said["languages"]
        assert said["caches"].count("run 1: 5 entries") == 3
        assert '["Access-Control-Allow-Origin", "https://friends.example"]' in said["json_api"]
        assert "Missing Authorization Header" in said["json_api"]
        assert "An entry needs text." in said["old_api"]
        assert "Record was successfully saved." in said["keeper"]


class TestCommands:
    @pytest.mark.parametrize(
        "arguments", ["routes", "db history --verbose", "db --help", "keepers add --help"]
    )
    def test_output_of_a_command_is_the_same(self, visits: Visits, arguments: str) -> None:
        theirs, ours = (
            visits.guestbooks[name].command(*arguments.split()) for name in ("flask", "cruse")
        )
        assert ours == theirs

    def test_a_migration_goes_back_and_forth(self, tmp_path: Path) -> None:
        guestbook = Guestbook("cruse", tmp_path)
        guestbook.command("db", "upgrade")
        guestbook.command("db", "downgrade")
        assert guestbook.command("db", "current").strip() == "0001"
        guestbook.command("db", "upgrade")
        assert guestbook.command("db", "current").strip() == "0002 (head)"
