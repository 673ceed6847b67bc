"""The comparison with Flask's own suite notices what it is there for."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPORT = """\
<testsuites><testsuite name="pytest">
  <properties><property name="flask" value="flask.app"/></properties>
  <testcase classname="t.a" file="t/a.py" name="test_x"/>
  <testcase classname="t.a.TestOne" file="t/a.py" name="test_x"><failure/></testcase>
  <testcase classname="t.a.TestTwo" file="t/a.py" name="test_x"><skipped/></testcase>
  <testcase classname="t.a.TestTwo" file="t/a.py" name="test_y"><error/></testcase>
</testsuite></testsuites>
"""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The program `run.py` as a module."""
    spec = importlib.util.spec_from_file_location("run", Path(__file__).with_name("run.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "run", module)
    spec.loader.exec_module(module)
    return module


def make_runs(run: Any, theirs: dict[str, str], ours: dict[str, str]) -> tuple[Any, Any]:
    return run.Run("flask", theirs, "said"), run.Run("cruse", ours, "said")


class TestReadReport:
    def test_tests_of_one_name_in_several_classes_are_told_apart(
        self, run: Any, tmp_path: Path
    ) -> None:
        (tmp_path / "report.xml").write_text(REPORT)
        found = run.read_report(tmp_path / "report.xml", "")
        assert found.ran_on == "flask.app"
        assert found.outcomes == {
            "t/a.py::test_x": "passed",
            "t/a.py::TestOne::test_x": "failed",
            "t/a.py::TestTwo::test_x": "skipped",
            "t/a.py::TestTwo::test_y": "failed",
        }


class TestIterProblems:
    def test_equal_runs_have_none(self, run: Any) -> None:
        outcomes = {"a": "passed", "b": "failed", "c": "skipped"}
        assert list(run.iter_problems(*make_runs(run, outcomes, outcomes), 1, {})) == []

    @pytest.mark.parametrize("ours", [{"a": "failed"}, {"a": "skipped"}, {}])
    def test_test_that_passes_on_flask_only_is_one(self, run: Any, ours: dict[str, str]) -> None:
        runs = make_runs(run, {"a": "passed"}, ours)
        (problem,) = run.iter_problems(*runs, 1, {})
        assert problem.startswith("a: passed on Flask")
        assert list(run.iter_problems(*runs, 1, {"a": "on purpose"})) == []

    def test_difference_that_is_none_any_more_is_one(self, run: Any) -> None:
        runs = make_runs(run, {"a": "passed"}, {"a": "passed"})
        (problem,) = run.iter_problems(*runs, 1, {"a": "on purpose"})
        assert "so it is no difference: on purpose" in problem

    def test_fewer_tests_on_flask_are_one(self, run: Any) -> None:
        runs = make_runs(run, {"a": "passed"}, {"a": "passed"})
        (problem,) = run.iter_problems(*runs, 2, {})
        assert problem == "1 passed on Flask itself, not 2:\nsaid"

    def test_run_on_the_wrong_framework_is_one(self, run: Any) -> None:
        theirs, _ = make_runs(run, {"a": "passed"}, {})
        (problem,) = run.iter_problems(theirs, theirs, 1, {})
        assert problem.startswith("'flask' was flask where it should have been cruse")


class TestDownload:
    def test_failure_ends_the_comparison(
        self, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failed = subprocess.CompletedProcess([], 1)
        monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: failed)
        with pytest.raises(SystemExit, match="so nothing was compared"):
            run.download(tmp_path)
