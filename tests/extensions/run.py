"""Run the test suites of extensions and applications on Flask and on Cruse, and compare.

`suites.toml` says which, at which versions. Each has an environment of its own, with everything as
it was published by a fixed day. Exit status 0: every test that passes on Flask passes on Cruse, but
for the differences that have a reason there.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foreign_suites import ON_CRUSE, ON_FLASK, Run, download, iter_problems, run_suite

HERE = Path(__file__).parent
# What every suite gets beside its own requirements and Cruse.
COMMON = ["flask[async]==3.1.3", "pytest<9"]


@dataclass(frozen=True)
class Suite:
    """One entry of `suites.toml`.

    Args:
        name: Its key there.
        source: Pinned requirement whose source distribution holds the tests.
        passed_on_flask: How many tests pass on Flask; fewer mean that some were not compared.
        requirements: What the tests need beside that.
        folder: Where pytest is started, below the source.
        arguments: Paths and options for pytest.
        environment: Variables for pytest.
        differences: Tests that pass on Flask only, with the reasons.
        always: Whether it runs without `--all`.
    """

    name: str
    source: str
    passed_on_flask: int
    requirements: list[str]
    folder: str = "."
    arguments: list[str] = field(default_factory=lambda: ["tests"])
    environment: dict[str, str] = field(default_factory=dict)
    differences: dict[str, str] = field(default_factory=dict)
    always: bool = False


def read_suites(path: Path) -> tuple[str, list[Suite]]:
    """Return the day and the suites of the file at *path*."""
    table: dict[str, Any] = tomllib.loads(path.read_text())
    suites = [Suite(name, **entry) for name, entry in table["suites"].items()]
    return str(table["day"]), suites


def make_environment(suite: Suite, wheels: Sequence[Path], day: str, folder: Path) -> str:
    """Install the suite's requirements into *folder* and return the path of its Python."""
    requirements = [*map(str, wheels), *COMMON, suite.source, *suite.requirements]
    digest = hashlib.sha256("\n".join([day, *requirements]).encode()).hexdigest()
    marker, python = folder / "installed", folder / "bin" / "python"
    if not marker.exists() or marker.read_text() != digest:
        uv = [sys.executable, "-m", "uv", "--quiet"]
        create = [*uv, "venv", "--clear", "--python", sys.executable, str(folder)]
        subprocess.run(create, check=True)
        install = [*uv, "pip", "install", "--python", str(python), "--exclude-newer", day]
        subprocess.run([*install, *requirements], check=True)
        marker.write_text(digest)
    return str(python)


def fetch_source(suite: Suite, folder: Path) -> Path:
    """Return where the source distribution is unpacked below *folder*, downloading it if needed."""
    version = folder / "version"
    if not version.exists() or version.read_text() != suite.source:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        download(suite.source, folder)
        version.write_text(suite.source)
    [top] = (folder / "source").iterdir()
    return top


def expand(argument: str, folder: Path) -> list[str]:
    """Return the paths in *folder* that a pattern stands for; all else stays as it is."""
    found = sorted(folder.glob(argument)) if "*" in argument else []
    return [path.relative_to(folder).as_posix() for path in found] or [argument]


def run_on(framework: str, suite: Suite, python: str, source: Path, folder: Path) -> Run:
    """Run the suite on "flask" or on "cruse"; what pytest said stays in *folder*."""
    # A suite may leave files behind, which the other run must not meet.
    copy = folder / framework
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(source, copy, symlinks=True)
    # A suite without settings of its own would take those of this repository, which it lies in.
    (folder / "pytest.ini").write_text("[pytest]\n")
    start = copy / suite.folder
    arguments = [path for argument in suite.arguments for path in expand(argument, start)]
    report = folder / f"{framework}.xml"
    report.unlink(missing_ok=True)
    program = {"flask": ON_FLASK, "cruse": ON_CRUSE}[framework]
    # The names of the tests begin below this folder, on the one as on the other.
    options = [f"--rootdir={copy}", *arguments]
    return run_suite([python, *program, *options], start, report, environment=suite.environment)


def compare(suite: Suite, wheels: Sequence[Path], day: str, folder: Path) -> list[str]:
    """Run one suite on both frameworks, print what came out, and return the problems."""
    started = time.monotonic()
    try:
        source = fetch_source(suite, folder / "sdist")
        python = make_environment(suite, wheels, day, folder / "venv")
    except (subprocess.CalledProcessError, SystemExit) as exc:
        return [f"{suite.name}: was not run. {exc}"]
    theirs = run_on("flask", suite, python, source, folder)
    ours = run_on("cruse", suite, python, source, folder)
    seconds = time.monotonic() - started
    print(f"{suite.source} on Flask: {theirs}; on Cruse: {ours} ({seconds:.0f} s)", flush=True)
    problems = iter_problems(theirs, ours, suite.passed_on_flask, suite.differences)
    return [f"{suite.name}: {line}" for line in problems]


def main() -> int:
    """Compare the suites that are asked for, print what differs, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheels", type=Path, required=True, help="folder with Cruse's wheels")
    parser.add_argument("--cache", type=Path, required=True, help="folder for what is downloaded")
    parser.add_argument("--all", action="store_true", help="run the rare ones as well")
    parser.add_argument("--suites", type=Path, default=HERE / "suites.toml")
    parser.add_argument("names", nargs="*", help="run these suites only")
    options = parser.parse_args()
    day, suites = read_suites(options.suites)
    unknown = {*options.names} - {suite.name for suite in suites}
    if unknown:
        parser.error(f"There is no suite {', '.join(sorted(unknown))} in {options.suites}.")
    if options.names:
        chosen = [suite for suite in suites if suite.name in options.names]
    else:
        chosen = [suite for suite in suites if suite.always or options.all]
    wheels = sorted(options.wheels.resolve().glob("*.whl"))
    with ThreadPoolExecutor(2) as pool:
        cache = options.cache.resolve()
        jobs = [pool.submit(compare, s, wheels, day, cache / s.name) for s in chosen]
        problems = [line for job in jobs for line in job.result()]
    for line in problems:
        print(line)
    differences = sum(len(suite.differences) for suite in chosen)
    print(f"{len(problems)} unexpected, {differences} deliberate differences")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
