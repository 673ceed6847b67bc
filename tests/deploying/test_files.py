"""The files of examples/deploy fit together, and the program understands its settings."""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = ROOT / "examples" / "deploy"
PAGE = (ROOT / "docs" / "deploying.md").read_text()


def test_every_file_is_on_the_page() -> None:
    included = set(re.findall(r"\{literalinclude\} \.\./examples/deploy/(\S+)", PAGE))
    files = {path.name for path in FILES.iterdir() if path.is_file()}

    assert files - included == {"README.md", "requirements.txt"}


def test_no_other_page_shows_commands_of_servers() -> None:
    # They would not be run: tests/documentation leaves all but the tutorial's to the tests here.
    command = re.compile(r"^\$ (?:granian|gunicorn|uwsgi|waitress-serve) ", re.MULTILINE)
    docs = ROOT / "docs"
    left_out = {docs / "_build", docs / "tutorial"}
    pages = [page for page in docs.rglob("*.md") if left_out.isdisjoint(page.parents)]

    showing = {page.name for page in pages if command.search(page.read_text())}
    # test_servers.py runs those of the one, test_guides.py those of the other.
    assert showing == {"deploying.md", "application-factories.md"}


def test_unit_runs_a_command_of_the_page() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.read(FILES / "notes.service")
    command = unit["Service"]["ExecStart"].removeprefix("/srv/notes/.venv/bin/")

    assert f"\n$ {command}\n" in PAGE
    assert unit["Service"]["WorkingDirectory"] == "/srv/notes"


def test_settings_reach_the_program() -> None:
    keys = [
        "SECRET_KEY",
        "SESSION_COOKIE_SECURE",
        "SESSION_COOKIE_SAMESITE",
        "MAX_CONTENT_LENGTH",
        "TRUSTED_HOSTS",
    ]
    settings = dict(line.split("=", 1) for line in (FILES / "notes.env").read_text().splitlines())
    program = (
        "import json, sys; from notes import create_app; config = create_app().config; "
        "print(json.dumps([config[key] for key in sys.argv[1:]]))"
    )

    printed = subprocess.run(
        [sys.executable, "-B", "-c", program, *keys],
        cwd=FILES,
        env=settings,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert set(settings) == {f"NOTES_{key}" for key in keys}
    assert json.loads(printed) == ["change-me", True, "Lax", 5_000_000, ["notes.example.org"]]
