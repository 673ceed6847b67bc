"""The list of suites can be run, and what is wrong with one does not stop the others."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The program `run.py` as a module."""
    spec = importlib.util.spec_from_file_location("run_extensions", HERE / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "run_extensions", module)
    spec.loader.exec_module(module)
    return module


class TestReadSuites:
    def test_each_suite_of_the_list_is_pinned_and_passes_tests_on_flask(self, run: Any) -> None:
        day, suites = run.read_suites(HERE / "suites.toml")
        assert day > "2026"
        for suite in suites:
            assert "==" in suite.source
            assert suite.passed_on_flask > 0
            assert all(suite.differences.values())

    def test_six_suites_run_always(self, run: Any) -> None:
        _, suites = run.read_suites(HERE / "suites.toml")
        assert {suite.name for suite in suites if suite.always} == {
            "bepasty",
            "flask-debugtoolbar",
            "flask-openapi3",
            "flask-smorest",
            "flask-socketio",
            "moto",
        }


class TestExpand:
    def test_pattern_stands_for_the_paths_that_match(self, run: Any, tmp_path: Path) -> None:
        for name in ("b", "a"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "test_server.py").touch()
        found = run.expand("*/test_server.py", tmp_path)
        assert found == ["a/test_server.py", "b/test_server.py"]

    @pytest.mark.parametrize("argument", ["tests", "-k", "--ignore-glob=*/x.py"])
    def test_all_else_stays_as_it_is(self, run: Any, tmp_path: Path, argument: str) -> None:
        assert run.expand(argument, tmp_path) == [argument]


class TestCompare:
    def test_suite_that_cannot_be_installed_is_a_problem(
        self, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "sdist" / "source" / "one-1.0").mkdir(parents=True)
        (tmp_path / "sdist" / "version").write_text("one==1.0")

        def fail(command: list[str], **options: Any) -> None:
            raise subprocess.CalledProcessError(1, "uv")

        monkeypatch.setattr(subprocess, "run", fail)
        suite = run.Suite("one", "one==1.0", 1, [])
        (problem,) = run.compare(suite, [], "2026-11-27", tmp_path)
        assert problem.startswith("one: was not run. ")
