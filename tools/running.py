"""Run tests in a session, and find what they need on this machine."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import nox

from tools.workspace import ROOT


def run_pytest(
    session: nox.Session,
    *paths: Path,
    env: dict[str, str] | None = None,
    ignored: str | None = None,
    measured: bool = False,
    options: Sequence[str] = (),
) -> None:
    """Run the tests in *paths* with the arguments after `--`; on request measure their coverage."""
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        session.error(f"There are no tests in {', '.join(missing)}.")
    arguments = [str(path.relative_to(ROOT)) for path in paths]
    if ignored is not None:
        arguments.append(f"--ignore-glob=*/{ignored}")
    program = ["coverage", "run", "-m", "pytest"] if measured else ["python", "-m", "pytest"]
    session.run(*program, *arguments, *options, *session.posargs, env=env or {})


def run_foreign_suites(session: nox.Session, folder: str, *options: str) -> None:
    """Run the program in *folder* that compares suites of others on Flask and on Cruse."""
    environment = {"PYTHONPATH": str(ROOT / "tests" / "support")}
    program = f"tests/{folder}/run.py"
    session.run("python", program, *options, *session.posargs, env=environment)


def find_pythons() -> list[str] | None:
    """Return the supported interpreters on this machine; None means only the running one."""
    running = f"3.{sys.version_info.minor}"
    found = [f"3.{minor}" for minor in range(11, 20) if is_interpreter(f"python3.{minor}")]
    return found if running in found and len(found) > 1 else None


def is_interpreter(name: str) -> bool:
    """Return whether *name* starts a Python; a version manager's shim may not."""
    path = shutil.which(name)
    return (
        path is not None and subprocess.run([path, "-c", ""], capture_output=True).returncode == 0
    )


def environment_python(folder: str | Path) -> str:
    """Return the path of the interpreter of a virtual environment."""
    return str(Path(folder).resolve() / ("Scripts" if os.name == "nt" else "bin") / "python")


def require_program(session: nox.Session, *names: str, package: str) -> str:
    """Return the path of the first of the programs *names* that this machine has.

    Without any, the session ends with an error that names the Debian *package*.
    """
    # Debian puts servers where only root looks.
    folders = os.pathsep.join(filter(None, [os.environ.get("PATH"), "/usr/sbin"]))
    found = next(filter(None, (shutil.which(name, path=folders) for name in names)), None)
    if found is None:
        session.error(f"No {names[0]} was found. Install it: apt-get install {package}")
    return found


def require_absent(session: nox.Session, modules: list[str]) -> None:
    """End the session with an error if one of *modules* can be imported in it."""
    check = (
        "import sys; from importlib.util import find_spec; print(*filter(find_spec, sys.argv[1:]))"
    )
    found = session.run("python", "-c", check, *modules, silent=True)
    if isinstance(found, str) and found.strip():
        session.error(f"The environment is not the package's own: it has {found.strip()}.")


def require_free_port(session: nox.Session, port: int) -> None:
    """End the session with an error if something listens on *port* already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as exc:
            session.error(
                f"Port {port} on 127.0.0.1 cannot be used ({exc}). Nothing was built. Choose "
                f"another port: python3 dev.py demo -- --port {port + 1 if port < 65535 else 8000}"
            )


def require_no_lower_floor(session: nox.Session, floor: int) -> None:
    """End the session with an error if the last commit has a higher coverage floor."""
    if shutil.which("git") is None:
        return
    command = ["git", "-C", str(ROOT), "show", "HEAD:pyproject.toml"]
    shown = subprocess.run(command, capture_output=True, text=True)
    match = re.search(r"^fail_under = (\d+)$", shown.stdout, re.MULTILINE)
    if match and floor < int(match[1]):
        session.error(f"The coverage floor fell from {match[1]} to {floor}: it may only rise.")
