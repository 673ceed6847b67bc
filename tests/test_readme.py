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


def test_sessions_that_contributors_are_told_of_exist() -> None:
    promised = (ROOT / "CONTRIBUTING.md").read_text()
    noxfile = (ROOT / "noxfile.py").read_text()

    named = set(re.findall(r'nox -s "?(\w+)', promised))
    defined = set(re.findall(r"^def (\w+)\(session", noxfile, re.MULTILINE))

    assert named - defined == set()
