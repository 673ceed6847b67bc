"""The search for advisories finds what is known, and says so where it could not ask."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ADVISORY = {"package": "jinja2", "affected": ">=3,<3.1.6", "what": "a hole", "source": "a page"}


@pytest.fixture
def look_up(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The program `look_up.py` as a module that knows one advisory."""
    spec = importlib.util.spec_from_file_location("look_up", Path(__file__).with_name("look_up.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "look_up", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    file = tmp_path / "pins.txt"
    file.write_text("# made by a resolver\nJinja2==3.1.2\nclick==8.5.1 ; os_name == 'nt'\n")
    return file


def answer(look_up: Any, monkeypatch: pytest.MonkeyPatch, reports: dict[str, Any]) -> None:
    """Let pip-audit report `reports[NAME]` on the package NAME of each file it is given."""

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        names = [name for name, _ in look_up.read_pins(Path(command[-1]))]
        found = [{"name": name, "version": "1", **reports[name]} for name in names]
        return subprocess.CompletedProcess(command, 0, json.dumps({"dependencies": found}).encode())

    monkeypatch.setattr(subprocess, "run", run)


def vulnerable(*ids: str) -> dict[str, Any]:
    return {"vulns": [{"id": name, "fix_versions": ["2"]} for name in ids]}


class TestTable:
    def test_no_floor_of_a_package_admits_a_version_with_a_known_advisory(
        self, look_up: Any
    ) -> None:
        floors = []
        for file in [*ROOT.glob("packages/*/pyproject.toml"), ROOT / "pyproject.toml"]:
            hook = tomllib.loads(file.read_text())["tool"]["hatch"]["metadata"]["hooks"]["custom"]
            extras = hook.get("optional-dependencies", {}).values()
            for entry in [*hook["dependencies"], *(e for extra in extras for e in extra)]:
                if match := re.match(r"([\w-]+)>=([\d.]+)", entry):
                    floors.append((match[1].lower(), match[2]))
        assert {"werkzeug", "jinja2", "click"} <= {name for name, _ in floors}
        table = tomllib.loads(look_up.TABLE.read_text())
        assert list(look_up.iter_in_table(floors, table)) == []

    def test_affected_version_is_reported_with_its_source(self, look_up: Any, pins: Path) -> None:
        table = {"advisories": [ADVISORY]}
        assert list(look_up.iter_in_table(look_up.read_pins(pins), table)) == [
            "jinja2 3.1.2: a hole (a page)"
        ]
        assert list(look_up.iter_in_table([("jinja2", "3.1.6")], table)) == []


class TestMain:
    def test_advisory_that_pip_audit_reports_is_one(
        self,
        look_up: Any,
        pins: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        reports = {"flask": vulnerable("A"), "jinja2": vulnerable("B"), "click": vulnerable()}
        answer(look_up, monkeypatch, reports)
        assert look_up.main([f"lowest={pins}"]) == 1
        assert "lowest: jinja2 1: B, mended in 2" in capsys.readouterr().out

    @pytest.mark.parametrize("known", [vulnerable(), {"skip_reason": "not found"}])
    def test_service_without_advisories_counts_as_not_asked(
        self,
        look_up: Any,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        known: dict[str, Any],
    ) -> None:
        answer(look_up, monkeypatch, {"flask": known})
        empty = tmp_path / "empty.txt"
        empty.write_text("")
        assert look_up.main([f"lowest={empty}"]) == 0
        assert "could ask none of pypi, osv from this machine" in capsys.readouterr().out

    def test_pins_that_pip_audit_could_not_ask_about_are_a_problem(
        self,
        look_up: Any,
        pins: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        unasked = {"skip_reason": "not found"}
        reports = {"flask": vulnerable("A"), "jinja2": unasked, "click": vulnerable()}
        answer(look_up, monkeypatch, reports)
        assert look_up.main([f"lowest={pins}"]) == 1
        assert "lowest: pip-audit could not ask" in capsys.readouterr().out
