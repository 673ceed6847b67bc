"""The comparison of a suite on Flask and on Cruse notices what it is there for."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from foreign_suites import Run, download, iter_problems, read_report

REPORT = """\
<testsuites><testsuite name="pytest">
  <properties><property name="flask" value="flask"/></properties>
  <testcase classname="t.a" file="t/a.py" name="test_x"/>
  <testcase classname="t.a.TestOne" file="t/a.py" name="test_x"><failure/></testcase>
  <testcase classname="t.a.TestTwo" file="t/a.py" name="test_x"><skipped/></testcase>
  <testcase classname="t.a.TestTwo" file="t/a.py" name="test_y"><error/></testcase>
</testsuite></testsuites>
"""


def make_runs(theirs: dict[str, str], ours: dict[str, str]) -> tuple[Run, Run]:
    return Run("flask", theirs, "said"), Run("cruse", ours, "said")


class TestReadReport:
    def test_tests_of_one_name_in_several_classes_are_told_apart(self, tmp_path: Path) -> None:
        (tmp_path / "report.xml").write_text(REPORT)
        found = read_report(tmp_path / "report.xml", "")
        assert found.ran_on == "flask"
        assert found.outcomes == {
            "t/a.py::test_x": "passed",
            "t/a.py::TestOne::test_x": "failed",
            "t/a.py::TestTwo::test_x": "skipped",
            "t/a.py::TestTwo::test_y": "failed",
        }


class TestIterProblems:
    def test_equal_runs_have_none(self) -> None:
        outcomes = {"a": "passed", "b": "failed", "c": "skipped"}
        assert list(iter_problems(*make_runs(outcomes, outcomes), 1, {})) == []

    @pytest.mark.parametrize("ours", [{"a": "failed"}, {"a": "skipped"}, {}])
    def test_test_that_passes_on_flask_only_is_one(self, ours: dict[str, str]) -> None:
        runs = make_runs({"a": "passed"}, ours)
        (problem,) = iter_problems(*runs, 1, {})
        assert problem.startswith("a: passed on Flask")
        assert list(iter_problems(*runs, 1, {"a": "on purpose"})) == []

    def test_difference_that_is_none_any_more_is_one(self) -> None:
        runs = make_runs({"a": "passed"}, {"a": "passed"})
        (problem,) = iter_problems(*runs, 1, {"a": "on purpose"})
        assert "so it is no difference: on purpose" in problem

    def test_fewer_tests_on_flask_are_one(self) -> None:
        runs = make_runs({"a": "passed"}, {"a": "passed"})
        (problem,) = iter_problems(*runs, 2, {})
        assert problem == "1 passed on Flask itself, not 2:\nsaid"

    def test_run_on_the_wrong_framework_is_one(self) -> None:
        theirs, _ = make_runs({"a": "passed"}, {})
        (problem,) = iter_problems(theirs, theirs, 1, {})
        assert problem.startswith("'flask' was flask where it should have been cruse")


class TestDownload:
    def test_failure_ends_the_comparison(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failed = subprocess.CompletedProcess([], 1)
        monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: failed)
        with pytest.raises(SystemExit, match="so nothing was compared"):
            download("flask==3.1.3", tmp_path)
