"""Run the sessions of noxfile.py, with nox in an environment of its own.

    python3 dev.py demo        serve the example application
    python3 dev.py tests       run the tests of every package
    python3 dev.py everything  run all that must pass before a change is accepted
    python3 dev.py --list      show the sessions

On Windows it is `py dev.py demo`. All other arguments are nox's. The environment is made by the
first call, in `.cache/nox`: a distribution's own Python lets nobody install into it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".cache" / "nox"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def main() -> None:
    """Hand the arguments to nox."""
    if sys.version_info < (3, 11):
        version = ".".join(map(str, sys.version_info[:3]))
        sys.exit(f"Cruse needs Python 3.11 or newer, but {sys.executable} is Python {version}.")
    if not has_nox():
        make_environment()
    options = ["--noxfile", str(ROOT / "noxfile.py"), *nox_options(sys.argv[1:])]
    run([str(PYTHON), "-m", "nox", *options])


def nox_options(arguments: list[str]) -> list[str]:
    """Return nox's options for the arguments of this script: a first word is a session."""
    if not arguments or arguments[0].startswith("-"):
        return arguments
    return ["--tags" if arguments[0] == "everything" else "--session", *arguments]


def has_nox() -> bool:
    """Return whether the environment is there and works."""
    command = [str(PYTHON), "-c", "import nox"]
    return PYTHON.exists() and subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0


def make_environment() -> None:
    """Make the environment, and install nox into it."""
    if find_spec("ensurepip") is None:
        sys.exit(
            f"{sys.executable} cannot make virtual environments: it has no module 'ensurepip'. "
            "On Debian and Ubuntu it comes with a package: apt-get install python3-venv"
        )
    print(f"Installing nox into {ENVIRONMENT}, once.", flush=True)
    venv.create(ENVIRONMENT, clear=True, with_pip=True)
    install = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "-c", str(ROOT / "constraints.txt"), "nox"], check=True)


def run(command: list[str]) -> None:
    """Become *command*, so that signals reach it; or end with its status, where that is not so."""
    if os.name != "nt":
        os.execv(command[0], command)
    process = subprocess.Popen(command)
    while process.poll() is None:
        try:
            process.wait()
        except KeyboardInterrupt:
            # Windows has told nox as well, which stops what it runs.
            continue
    sys.exit(process.returncode)


if __name__ == "__main__":
    main()
