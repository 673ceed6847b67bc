"""What the README and the pages for contributors promise is there."""

from __future__ import annotations

import re
import tomllib
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


def test_contributors_are_told_of_each_session() -> None:
    sessions = re.findall(r'^\| `"?(\w+)', (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    noxfile = (ROOT / "noxfile.py").read_text()

    defined = set(re.findall(r"^def (\w+)\(session", noxfile, re.MULTILINE))

    # The other sessions build the wheels, and "profile" stands beside "bench".
    assert {*sessions} == defined - {"wheels", "profile"}


def test_ci_runs_the_command_for_the_tests_as_it_stands_here() -> None:
    commands = re.findall(
        r"^\$ (python3 dev.py .*)$", (ROOT / "README.md").read_text(), re.MULTILINE
    )

    assert commands == ["python3 dev.py demo", "python3 dev.py tests"]
    script = (ROOT / ".ci/run").read_text()
    assert re.search(rf"^{commands[1]}\b", script, re.MULTILINE)
    assert re.search(r"^python3 dev.py everything\b", script, re.MULTILINE)


def test_installing_is_told_alike_everywhere() -> None:
    install = r"^\$ (python -m pip install \./packages/.*)$"
    page = (ROOT / "docs/install.md").read_text()
    told = re.findall(install, page, re.MULTILINE)

    assert re.findall(install, (ROOT / "README.md").read_text(), re.MULTILINE) == told[:1]
    # The second one has an extra, and is what the session "build" runs.
    assert told[1:] == [told[0].removesuffix(".") + '".[pytest]"']


@pytest.mark.parametrize(
    "page",
    [*ROOT.glob("packages/*/README.md"), *ROOT.glob("examples/*/README.md")],
    ids=lambda page: page.parent.name,
)
def test_a_page_that_installs_cruse_says_how_before_it_is_published(page: Path) -> None:
    text = page.read_text()

    assert "docs/install.md" in text or not re.search(r"pip install ['\"]?cruse", text)


def test_a_part_is_installed_with_those_that_it_stands_on() -> None:
    page = (ROOT / "docs/install.md").read_text()
    commands = re.findall(r"`python -m pip install (\./packages/[^`]+)`", page)

    told = {}
    for command in commands:
        *below, part = command.replace("./packages/", "").split()
        told[part] = {*below}

    assert told == {part.name: siblings_below(part) for part in (ROOT / "packages").iterdir()}


def siblings_below(folder: Path) -> set[str]:
    """Return the names of all parts that the one in *folder* depends on."""
    settings = tomllib.loads((folder / "pyproject.toml").read_text())["tool"]["hatch"]
    needed = settings["metadata"]["hooks"]["custom"]["dependencies"]
    siblings = {match[1] for entry in needed if (match := re.match(r"cruse-(\w+)\{", entry))}
    return siblings.union(*(siblings_below(folder.parent / name) for name in siblings))
