"""Look for known advisories about the versions that Cruse allows.

Each argument is a name and a file of pins, `lowest=pins.txt`. They are compared with the table in
`advisories.toml`, and pip-audit is asked about them; where it cannot ask anybody, the output says
so. Exit status 0: no advisory is known.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

TABLE = Path(__file__).with_name("advisories.toml")
SERVICES = ["pypi", "osv"]
# Whoever does not know the advisories about this one has none at all.
KNOWN_TO_BE_BAD = "flask==0.12"


def read_pins(path: Path) -> list[tuple[str, str]]:
    """Return the packages and versions in a file of pins; one may be there for each platform."""
    pins = []
    for line in path.read_text().splitlines():
        text = line.partition("#")[0].strip()
        if text:
            requirement = Requirement(text)
            [version] = requirement.specifier
            pins.append((requirement.name.lower(), version.version))
    return pins


def iter_in_table(pins: list[tuple[str, str]], table: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each advisory of the table that is about one of the pins."""
    for name, version in pins:
        for advisory in table["advisories"]:
            if name == advisory["package"] and version in SpecifierSet(advisory["affected"]):
                yield f"{name} {version}: {advisory['what']} ({advisory['source']})"


def run_pip_audit(service: str, file: Path) -> list[dict[str, Any]] | None:
    """Return what pip-audit reports about each pin; None if it could not ask."""
    command = [sys.executable, "-m", "pip_audit", "--vulnerability-service", service]
    options = ["--no-deps", "--disable-pip", "--format=json", "--progress-spinner=off"]
    finished = subprocess.run(
        [*command, *options, "-r", str(file)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        report = json.loads(finished.stdout)
    except ValueError:
        return None
    dependencies: list[dict[str, Any]] = report["dependencies"]
    return None if any("skip_reason" in one for one in dependencies) else dependencies


def iter_reported(report: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each advisory in a report of pip-audit."""
    for one in report:
        for found in one["vulns"]:
            mended = ", ".join(found["fix_versions"]) or "nothing yet"
            yield f"{one['name']} {one['version']}: {found['id']}, mended in {mended}"


def find_service() -> str | None:
    """Return the first service that can be asked from here, and that has advisories."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "known.txt")
        file.write_text(KNOWN_TO_BE_BAD + "\n")
        for service in SERVICES:
            report = run_pip_audit(service, file)
            if report is not None and any(iter_reported(report)):
                return service
    return None


def main(arguments: list[str]) -> int:
    """Print what is known about the versions in the given files, and return the exit status."""
    table = tomllib.loads(TABLE.read_text())
    service = find_service()
    problems = []
    for argument in arguments:
        name, _, file = argument.partition("=")
        pins = read_pins(Path(file))
        found = list(iter_in_table(pins, table))
        if service is not None:
            report = run_pip_audit(service, Path(file))
            found += ["pip-audit could not ask"] if report is None else iter_reported(report)
        problems += [f"{name}: {line}" for line in found]
        print(f"{name}: {', '.join(' '.join(pin) for pin in pins)}")
    if service is None:
        print(
            f"pip-audit could ask none of {', '.join(SERVICES)} from this machine: what has been "
            f"published after {table['as_of']}, or is not in {TABLE.name}, is NOT known here."
        )
    else:
        print(f"pip-audit asked {service}.")
    for line in problems:
        print(line)
    print(f"{len(problems)} known advisories, {len(table['advisories'])} in the table")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
