"""Say what the workspace consists of: distributions, what they need, and where their tests are.

Nothing here runs anything; `installing.py` and `running.py` do, for the sessions of `noxfile.py`.
"""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CONSTRAINTS = ROOT / "constraints.txt"
FIELD_NOTES = ROOT / "examples" / "field_notes"
# Its extensions have no types, and versions of their own.
GUESTBOOK = ROOT / "examples" / "with_flask_extensions"
GUESTBOOK_CONSTRAINTS = GUESTBOOK / "constraints.txt"

# Folder of each distribution, in the order in which they build on each other.
FOLDERS = {
    "routing": ROOT / "packages" / "routing",
    "core": ROOT / "packages" / "core",
    "templating": ROOT / "packages" / "templating",
    "cli": ROOT / "packages" / "cli",
    "testing": ROOT / "packages" / "testing",
    "cruse": ROOT,
}
# What a component is tested with; everything else must be missing in its environment.
COMPONENTS = {
    "routing": ["routing"],
    "core": ["routing", "core"],
    "templating": ["routing", "core", "templating"],
    "cli": ["routing", "core", "cli"],
    "testing": ["routing", "core", "testing"],
}
FOREIGN_MODULES = {
    "routing": ["cruse_core", "blinker", "itsdangerous", "jinja2", "click"],
    "core": ["jinja2", "click"],
    "templating": ["click"],
    "cli": ["jinja2"],
    "testing": ["jinja2", "click"],
}
EXAMPLES_OF_COMPONENTS = {"routing": "wsgi_routing", "core": "json_service"}
# Tests that compare a package with Flask; only the assembled environment has that.
PEER_TESTS = "test_*against_flask.py"


def load_toml(path: Path) -> dict[str, Any]:
    """Return what a TOML file holds."""
    return tomllib.loads(path.read_text())


PYPROJECT = load_toml(ROOT / "pyproject.toml")


def source_folders() -> list[Path]:
    """Return the folders from which the packages can be imported without being installed."""
    return [folder / "src" for folder in FOLDERS.values()]


def component_tests(component: str) -> list[Path]:
    """Return where the tests are that a component passes on its own."""
    folders = [FOLDERS[component] / "tests"]
    if component in EXAMPLES_OF_COMPONENTS:
        folders.append(ROOT / "examples" / EXAMPLES_OF_COMPONENTS[component] / "tests")
    return folders


def assembled_tests() -> list[Path]:
    """Return where the tests of the assembled framework are."""
    peer_tests = sorted((ROOT / "packages").glob(f"*/tests/{PEER_TESTS}"))
    return [ROOT / "tests", ROOT / "benchmarks", ROOT / "examples", *peer_tests]


def third_party_requirements() -> list[str]:
    """Return what the six distributions need from others, with all their extras."""
    tables = [hook_table(folder) for folder in FOLDERS.values()]
    wanted = [entry for table in tables for entry in table["dependencies"]]
    for table in tables:
        for entries in table.get("optional-dependencies", {}).values():
            wanted += entries
    return sorted({entry for entry in wanted if "{" not in entry})


def hook_table(folder: Path) -> dict[str, Any]:
    """Return the dependencies of the distribution in *folder* as its metadata hook sees them."""
    settings = load_toml(folder / "pyproject.toml")["tool"]["hatch"]
    table: dict[str, Any] = settings["metadata"]["hooks"]["custom"]
    return table


def field_notes_requirements(*extras: str) -> list[str]:
    """Return what the example application needs beside Cruse."""
    project = load_toml(FIELD_NOTES / "pyproject.toml")["project"]
    wanted = [entry for entry in project["dependencies"] if not entry.startswith("cruse")]
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    return wanted


def guestbook_requirements() -> list[str]:
    """Return what the guestbook needs: Flask and its extensions."""
    wanted: list[str] = load_toml(GUESTBOOK / "pyproject.toml")["project"]["dependencies"]
    return wanted


def wheel_folder() -> Path:
    """Return the folder for wheels of exactly the present sources."""
    digest = hashlib.sha256()
    names = ["LICENSE", "README.md", "VERSION", "hatch_build.py", "pyproject.toml"]
    files = [ROOT / name for name in names]
    for folder in FOLDERS.values():
        files += [folder / "README.md", folder / "pyproject.toml"]
        files += sorted(path for path in (folder / "src").rglob("*") if path.is_file())
    for path in files:
        if "__pycache__" not in path.parts:
            name = path.relative_to(ROOT).as_posix()
            digest.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
    return ROOT / ".cache" / "wheels" / digest.hexdigest()[:16]
