"""Run Flask's own test suite on Flask and on Cruse, and compare.

The suite and the example applications come from Flask's source distribution, which is downloaded by
its name and used as it is. Exit status 0: every test that passes on Flask passes on Cruse, but for
those in `expected.toml`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from pathlib import Path

from foreign_suites import ON_CRUSE, ON_FLASK, download, iter_problems, run_suite

FLASK = "flask==3.1.3"
HERE = Path(__file__).parent

# Folders of the source distribution with tests of their own.
SUITES = [Path(), Path("examples/tutorial"), Path("examples/javascript")]


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
        source = download(FLASK, Path(temporary))
        for suite in SUITES:
            name = (suite / "tests").as_posix()
            file = name.replace("/", "-")
            theirs, ours = (
                run_suite(
                    [sys.executable, *program, "tests"],
                    source / suite,
                    reports / f"{on}-{file}.xml",
                )
                for on, program in (("flask", ON_FLASK), ("cruse", ON_CRUSE))
            )
            print(f"{name} on Flask: {theirs}; on Cruse: {ours}", flush=True)
            passed = expected["passed_on_flask"][name]
            problems += iter_problems(theirs, ours, passed, expected["differences"])
    for line in problems:
        print(line)
    print(f"{len(problems)} unexpected, {len(expected['differences'])} deliberate differences")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
