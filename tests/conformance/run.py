"""Run Flask's own test suite on Flask and on Cruse, and compare.

The suite and the tutorial application come from Flask's source distribution, which is downloaded by
its name and used as it is. Exit status 0: every test that passes on Flask passes on Cruse, but for
those in `differences.toml`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from xml.etree import ElementTree

FLASK = "flask==3.1.3"
DIFFERENCES = Path(__file__).with_name("differences.toml")

# Folder of each suite below the source distribution.
SUITES = {"Flask's tests": Path(), "the tutorial's tests": Path("examples", "tutorial")}

Outcomes = dict[str, str]


def download(folder: Path) -> Path:
    """Download and unpack the source distribution into *folder*, and return where it is."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary"]
    subprocess.run([*command, "flask", "--dest", str(folder), FLASK], check=True)
    archive = next(folder.glob("flask-*.tar.gz"))
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def run_suite(folder: Path, report: Path, *options: str) -> Outcomes:
    """Run the tests in *folder* and return the outcome of each by its name."""
    command = [sys.executable, "-m", "pytest", "tests", "-q", "-p", "no:cacheprovider"]
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FLASK_", "CRUSE_", "PYTEST_"))
    }
    environment["PYTHONPATH"] = str(folder)
    with report.with_suffix(".txt").open("w") as output:
        subprocess.run(
            [*command, f"--junitxml={report}", "-o", "junit_family=xunit1", *options],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if not report.exists():
        raise SystemExit(f"pytest did not run:\n{report.with_suffix('.txt').read_text()}")
    return read_outcomes(report)


def read_outcomes(report: Path) -> Outcomes:
    """Return "passed", "failed" or "skipped" for each test in a JUnit report."""
    outcomes = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('file')}::{case.get('name')}"
        children = {child.tag for child in case}
        if children & {"failure", "error"}:
            outcomes[name] = "failed"
        else:
            outcomes[name] = "skipped" if "skipped" in children else "passed"
    return outcomes


def compare(theirs: Outcomes, ours: Outcomes, differences: dict[str, str]) -> list[str]:
    """Return a line for each test that passes on Flask only and is no known difference."""
    return [
        f"{name}: passed on Flask, {ours.get(name, 'not collected')} on Cruse"
        for name, outcome in theirs.items()
        if outcome == "passed" and ours.get(name) != "passed" and name not in differences
    ]


def count(outcomes: Outcomes) -> str:
    """Return how many tests had which outcome."""
    values = list(outcomes.values())
    return ", ".join(f"{values.count(o)} {o}" for o in ("passed", "failed", "skipped"))


def main() -> int:
    """Run both suites on both frameworks, print what differs, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="folder for reports and pytest's output")
    options = parser.parse_args()
    differences: dict[str, str] = tomllib.loads(DIFFERENCES.read_text())["tests"]
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        reports = Path(options.keep or temporary).resolve()
        reports.mkdir(parents=True, exist_ok=True)
        source = download(Path(temporary))
        for number, (title, folder) in enumerate(SUITES.items()):
            theirs = run_suite(source / folder, reports / f"flask-{number}.xml")
            ours = run_suite(
                source / folder, reports / f"cruse-{number}.xml", "-p", "cruse.as_flask"
            )
            print(f"{title} on Flask: {count(theirs)}; on Cruse: {count(ours)}")
            if "passed" not in theirs.values():
                print((reports / f"flask-{number}.txt").read_text())
                missed.append(f"{title}: none of them passed on Flask itself")
            missed += compare(theirs, ours, differences)
    for line in missed:
        print(line)
    print(f"{len(missed)} unexpected, {len(differences)} deliberate differences")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
