"""Run Flask's own test suite on Flask and on Cruse, and compare.

The suite and the example applications come from Flask's source distribution, which is downloaded by
its name and used as it is. Exit status 0: every test that passes on Flask passes on Cruse, but for
those in `expected.toml`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

FLASK = "flask==3.1.3"
HERE = Path(__file__).parent

# Folders of the source distribution with tests of their own.
SUITES = [Path(), Path("examples/tutorial"), Path("examples/javascript")]


@dataclass(frozen=True)
class Run:
    """What one run of a suite reported.

    Args:
        ran_on: Name of the folder that `flask` came from.
        outcomes: "passed", "failed" or "skipped" for each test, by its name.
        output: What pytest printed.
    """

    ran_on: str
    outcomes: dict[str, str]
    output: str

    def count(self, outcome: str) -> int:
        """Return how many tests had this outcome."""
        return list(self.outcomes.values()).count(outcome)

    def __str__(self) -> str:
        return ", ".join(f"{self.count(o)} {o}" for o in ("passed", "failed", "skipped"))


def download(folder: Path) -> Path:
    """Download and unpack the source distribution into *folder*, and return where it is."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary"]
    finished = subprocess.run([*command, "flask", "--dest", str(folder), FLASK])
    archive = next(folder.glob("flask-*.tar.gz"), None)
    if finished.returncode != 0 or archive is None:
        raise SystemExit(
            f"The source distribution of {FLASK} could not be downloaded, so nothing was compared. "
            "Its tests are in no wheel. Look at what pip says above, and try again."
        )
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def run_suite(folder: Path, report: Path, *options: str) -> Run:
    """Run the tests in *folder* and return what pytest wrote to *report*."""
    plugins = ["-p", "no:cacheprovider", "-p", "no:cruse", *options, "-p", "which_flask"]
    command = [sys.executable, "-m", "pytest", "tests", "-q", *plugins]
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FLASK_", "CRUSE_", "PYTEST_"))
    }
    environment["PYTHONPATH"] = os.pathsep.join((str(folder), str(HERE)))
    text = report.with_suffix(".txt")
    with text.open("w") as output:
        subprocess.run(
            [*command, f"--junitxml={report}", "-o", "junit_family=xunit1"],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if not report.exists():
        raise SystemExit(f"pytest did not run:\n{text.read_text()}")
    return read_report(report, text.read_text())


def read_report(report: Path, output: str) -> Run:
    """Return what a JUnit report says."""
    tree = ElementTree.parse(report)
    found = tree.find("testsuite/properties/property[@name='flask']")
    outcomes = {}
    for case in tree.iter("testcase"):
        file = case.get("file", "")
        module = file.removesuffix(".py").replace("/", ".")
        classes = case.get("classname", "").removeprefix(module).strip(".").split(".")
        name = "::".join(filter(None, (file, *classes, case.get("name"))))
        children = {child.tag for child in case}
        if children & {"failure", "error"}:
            outcomes[name] = "failed"
        else:
            outcomes[name] = "skipped" if "skipped" in children else "passed"
    return Run("nothing" if found is None else found.get("value", ""), outcomes, output)


def iter_problems(theirs: Run, ours: Run, expected: int, known: dict[str, str]) -> Iterator[str]:
    """Yield a line for whatever is not as it should be.

    Args:
        theirs: The run on Flask.
        ours: The run on Cruse.
        expected: How many tests pass on Flask.
        known: Reasons for the deliberate differences, by the names of the tests.
    """
    for run, folder in ((theirs, "flask"), (ours, "cruse")):
        if run.ran_on != folder:
            yield f"'flask' was {run.ran_on} where it should have been {folder}:\n{run.output}"
    if theirs.count("passed") != expected:
        yield f"{theirs.count('passed')} passed on Flask itself, not {expected}:\n{theirs.output}"
    for name, outcome in theirs.outcomes.items():
        ours_is = ours.outcomes.get(name, "not collected")
        if name in known and ours_is == "passed":
            yield f"{name}: passes on Cruse too, so it is no difference: {known[name]}"
        if outcome == "passed" and ours_is != "passed" and name not in known:
            yield f"{name}: passed on Flask, {ours_is} on Cruse"


def main() -> int:
    """Run every suite on both frameworks, print what differs, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="folder for reports and pytest's output")
    options = parser.parse_args()
    expected = tomllib.loads((HERE / "expected.toml").read_text())
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        reports = Path(options.keep or temporary).resolve()
        reports.mkdir(parents=True, exist_ok=True)
        source = download(Path(temporary))
        for suite in SUITES:
            name = (suite / "tests").as_posix()
            file = name.replace("/", "-")
            theirs = run_suite(source / suite, reports / f"flask-{file}.xml")
            cruse = ("-p", "cruse.as_flask")
            ours = run_suite(source / suite, reports / f"cruse-{file}.xml", *cruse)
            print(f"{name} on Flask: {theirs}; on Cruse: {ours}", flush=True)
            passed = expected["passed_on_flask"][name]
            problems += iter_problems(theirs, ours, passed, expected["differences"])
    for line in problems:
        print(line)
    print(f"{len(problems)} unexpected, {len(expected['differences'])} deliberate differences")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
