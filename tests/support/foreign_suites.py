"""Run a test suite that others wrote for Flask, and compare what it says on Flask and on Cruse.

The suites come from source distributions, which are downloaded by name and used as they are.
`tests/conformance/run.py` runs Flask's own, `tests/extensions/run.py` those of extensions and
applications.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).parent

ON_FLASK = ["-m", "pytest"]
ON_CRUSE = ["-m", "cruse.as_flask", "-m", "pytest"]


@dataclass(frozen=True)
class Run:
    """What one run of a suite reported.

    Args:
        ran_on: "flask" or "cruse", whatever `flask` was.
        outcomes: "passed", "failed" or "skipped" for each test, by its name.
        output: What pytest printed.
    """

    ran_on: str
    outcomes: dict[str, str]
    output: str

    def count(self, outcome: str) -> int:
        """Return how many tests had this outcome."""
        return list(self.outcomes.values()).count(outcome)

    @property
    def last_lines(self) -> str:
        """What pytest printed at the end, where it sums up."""
        return "\n".join(self.output.splitlines()[-40:])

    def __str__(self) -> str:
        return ", ".join(f"{self.count(o)} {o}" for o in ("passed", "failed", "skipped"))


def download(requirement: str, folder: Path) -> Path:
    """Download and unpack the source distribution of *requirement* into *folder*.

    Returns:
        The folder that was in the archive.

    Raises:
        SystemExit: It could not be downloaded.
    """
    name = requirement.partition("==")[0]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", name]
    finished = subprocess.run([*command, "--dest", str(folder), requirement])
    archive = next((file for file in folder.glob("*") if file.is_file()), None)
    if finished.returncode != 0 or archive is None:
        raise SystemExit(
            f"The source distribution of {requirement} could not be downloaded, so nothing was "
            "compared. Its tests are in no wheel. Look at what pip says above, and try again."
        )
    unpacked = folder / "source"
    if archive.suffix == ".zip":
        zipfile.ZipFile(archive).extractall(unpacked)
    else:
        with tarfile.open(archive) as tar:
            tar.extractall(unpacked, filter="data")
    [top] = unpacked.iterdir()
    return top


def run_suite(
    command: Sequence[str],
    folder: Path,
    report: Path,
    *,
    environment: Mapping[str, str] | None = None,
    timeout_seconds: float = 1200,
) -> Run:
    """Run pytest by *command* in *folder* and return what it wrote to *report*."""
    options = ["-q", "-p", "which_flask", "-o", "junit_family=xunit1"]
    variables = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FLASK_", "CRUSE_", "PYTEST_"))
    }
    variables["PYTHONPATH"] = os.pathsep.join((str(folder), str(HERE)))
    text = report.with_suffix(".txt")
    with text.open("w") as output:
        try:
            subprocess.run(
                [*command, *options, f"--junitxml={report}"],
                cwd=folder,
                env=variables | dict(environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=timeout_seconds,
            )
        except subprocess.TimeoutExpired:
            output.write(f"\nNot done after {timeout_seconds} s.\n")
    said = text.read_text(errors="replace")
    return read_report(report, said) if report.exists() else Run("nothing", {}, said)


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
        elif outcomes.get(name) != "failed":
            outcomes[name] = "skipped" if "skipped" in children else "passed"
    return Run("nothing" if found is None else found.get("value", ""), outcomes, output)


def iter_problems(theirs: Run, ours: Run, expected: int, known: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for whatever is not as it should be.

    Args:
        theirs: The run on Flask.
        ours: The run on Cruse.
        expected: How many tests pass on Flask.
        known: Reasons for the deliberate differences, by the names of the tests.
    """
    for run, wanted in ((theirs, "flask"), (ours, "cruse")):
        if run.ran_on != wanted:
            yield f"'flask' was {run.ran_on} where it should have been {wanted}:\n{run.last_lines}"
            return
    if theirs.count("passed") != expected:
        yield (
            f"{theirs.count('passed')} passed on Flask itself, not {expected}:\n{theirs.last_lines}"
        )
    for name, outcome in theirs.outcomes.items():
        ours_is = ours.outcomes.get(name, "not collected")
        if name in known and ours_is == "passed":
            yield f"{name}: passes on Cruse too, so it is no difference: {known[name]}"
        if outcome == "passed" and ours_is != "passed" and name not in known:
            yield f"{name}: passed on Flask, {ours_is} on Cruse"
