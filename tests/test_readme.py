"""What the README and the pages for contributors promise is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from werkzeug.test import Client

ROOT = Path(__file__).parents[1]
PAGES = ["README.md", "CONTRIBUTING.md", "docs/index.md"]


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_first_program_says_hello(page: str) -> None:
    match = re.search(r"```python\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    assert match is not None
    program: dict[str, object] = {"__name__": "hello"}

    exec(match[1], program)

    app = program["app"]
    assert callable(app)
    assert Client(app).get("/").text == "Hello, World!"


@pytest.mark.parametrize("page", PAGES)
def test_relative_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text()
    targets = re.findall(r"\]\(([^)#:]+)\)", text)

    missing = [target for target in targets if not (ROOT / page).parent.joinpath(target).exists()]

    assert missing == []


@pytest.mark.parametrize(
    "page", ["docs/migrating-from-flask.md", "examples/with_flask_extensions/README.md"]
)
def test_extensions_have_the_versions_that_were_tried(page: str) -> None:
    constraints = (ROOT / "examples/with_flask_extensions/constraints.txt").read_text()
    tried = dict(re.findall(r"^(flask-[\w-]+)==([\d.]+)$", constraints, re.MULTILINE))

    told = re.findall(r"\| ([Ff]lask-[\w-]+) \| ([\d.]+) \|", (ROOT / page).read_text())

    assert {name.lower(): version for name, version in told} == tried


def test_sessions_that_contributors_are_told_of_exist() -> None:
    promised = (ROOT / "CONTRIBUTING.md").read_text()
    noxfile = (ROOT / "noxfile.py").read_text()

    named = set(re.findall(r'nox -s "?(\w+)', promised))
    defined = set(re.findall(r"^def (\w+)\(session", noxfile, re.MULTILINE))

    assert named - defined == set()
