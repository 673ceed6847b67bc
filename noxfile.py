"""Run what contributors and CI run: `nox -l` lists the sessions.

Packages are built once and tested as wheels. `pyproject.toml` holds every tool's settings, its
dependency groups what a session installs, and `constraints.txt` the versions.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "types", "layers", "tests"]

ROOT = Path(__file__).parent
CONSTRAINTS = ROOT / "constraints.txt"
PYPROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
FIELD_NOTES = ROOT / "examples" / "field_notes"
# Its extensions have no types, and versions of their own.
GUESTBOOK = ROOT / "examples" / "with_flask_extensions"
GUESTBOOK_CONSTRAINTS = GUESTBOOK / "constraints.txt"

# Folder of each distribution, in the order in which they build on each other.
FOLDERS = {
    "routing": ROOT / "packages" / "routing",
    "core": ROOT / "packages" / "core",
    "templating": ROOT / "packages" / "templating",
    "cli": ROOT / "packages" / "cli",
    "testing": ROOT / "packages" / "testing",
    "cruse": ROOT,
}
# What a component is tested with; everything else must be missing in its environment.
COMPONENTS = {
    "routing": ["routing"],
    "core": ["routing", "core"],
    "templating": ["routing", "core", "templating"],
    "cli": ["routing", "core", "cli"],
    "testing": ["routing", "core", "testing"],
}
# Tests that compare a package with Flask; only the assembled environment has that.
PEER_TESTS = "test_*against_flask.py"
# Percent of branches that the tests must take in each package; pyproject.toml has that for all.
PACKAGE_FLOOR = 95
EXAMPLES_OF_COMPONENTS = {"routing": "wsgi_routing", "core": "json_service"}
FOREIGN_MODULES = {
    "routing": ["cruse_core", "blinker", "itsdangerous", "jinja2", "click"],
    "core": ["jinja2", "click"],
    "templating": ["click"],
    "cli": ["jinja2"],
    "testing": ["jinja2", "click"],
}


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


# ---------------------------------------------------------------------------------- before a commit


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting; `-- --fix` mends what can be mended."""
    install_groups(session, "lint")
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", *([] if "--fix" in session.posargs else ["--check"]))


@nox.session
def types(session: nox.Session) -> None:
    """Check the types with mypy and pyright."""
    install_groups(
        session, "types", extra=[*third_party_requirements(), *field_notes_requirements()]
    )
    sources = [ROOT / "src", *(folder / "src" for folder in list(FOLDERS.values())[:-1])]
    session.run("mypy", *map(str, sources), "hatch_build.py", "noxfile.py")
    session.run("mypy", "tests/typing")
    for example in sorted({*(ROOT / "examples").iterdir()} - {GUESTBOOK}):
        with session.chdir(example):
            session.run("mypy", "--config-file", str(ROOT / "pyproject.toml"), ".")
    session.run("pyright", "--pythonpath", session_python(session))


@nox.session
def layers(session: nox.Session) -> None:
    """Check that imports go from upper layers to lower ones only."""
    install_groups(session, "layers")
    sources = os.pathsep.join(str(folder / "src") for folder in FOLDERS.values())
    session.run("lint-imports", "--no-cache", env={"PYTHONPATH": sources})


@nox.session(default=False)
def wheels(session: nox.Session) -> None:
    """Build the wheels that other sessions install, unless the sources are unchanged."""
    make_wheels(session)


@nox.session(python=find_pythons(), requires=["wheels"])
@nox.parametrize("part", [nox.param(name, id=name) for name in [*COMPONENTS, "cruse"]])
def tests(session: nox.Session, part: str) -> None:
    """Test each package with its own dependencies only, then the assembled framework."""
    if part == "cruse":
        groups = ["test", "packaging", "peers", "guides"]
        install_wheels(session, *FOLDERS, extra=field_notes_requirements(), groups=groups)
        folders = assembled_tests()
    else:
        install_wheels(session, *COMPONENTS[part])
        require_absent(session, [*FOREIGN_MODULES[part], "flask"])
        folders = [FOLDERS[part] / "tests"]
        if part in EXAMPLES_OF_COMPONENTS:
            folders.append(ROOT / "examples" / EXAMPLES_OF_COMPONENTS[part] / "tests")
    run_pytest(session, *folders, ignored=None if part == "cruse" else PEER_TESTS)


@nox.session(default=False, requires=["wheels"])
def conformance(session: nox.Session) -> None:
    """Run Flask's own test suite on Flask and on Cruse, and compare."""
    wheels = sorted(map(str, wheel_folder().glob("*.whl")))
    requirements = ["pytest>=8,<9", "flask[async]==3.1.3", "cryptography", "greenlet", "pip"]
    # Flask's suite needs pytest 8; all else has the versions of the other sessions.
    pins = [pin for pin in CONSTRAINTS.read_text().splitlines() if not pin.startswith("pytest")]
    constraints = Path(session.virtualenv.location).resolve() / "constraints.txt"
    constraints.write_text("\n".join(pins) + "\n")
    session.install("-c", str(constraints), *wheels, *requirements, "python-dotenv")
    # The version number is the same although the code may not be.
    session.install("--force-reinstall", "--no-deps", *wheels)
    session.run("python", "tests/conformance/run.py", *session.posargs)


@nox.session(default=False, requires=["wheels"])
def fuzz(session: nox.Session) -> None:
    """Try each property-based test on 10,000 examples; `-- -k routing` chooses some."""
    install_wheels(session, *FOLDERS, groups=["test", "peers"])
    options = ["-m", "hypothesis", "--hypothesis-profile=cruse-deep"]
    run_pytest(session, ROOT / "packages", options=options)


@nox.session(default=False, requires=["wheels"])
def extensions(session: nox.Session) -> None:
    """Run a program with seventeen of Flask's extensions on Flask and on Cruse, and compare."""
    needed = guestbook_requirements()
    install_wheels(session, *FOLDERS, extra=needed, constraints=GUESTBOOK_CONSTRAINTS)
    run_pytest(session, GUESTBOOK / "tests")


@nox.session(default=False, requires=["wheels"])
def coverage(session: nox.Session) -> None:
    """Measure branch coverage of each package, and of all against a floor that only rises."""
    floor = PYPROJECT["tool"]["coverage"]["report"]["fail_under"]
    committed = find_committed_floor()
    if committed is not None and floor < committed:
        session.error(f"The coverage floor fell from {committed} to {floor}: it may only rise.")
    groups = ["coverage", "guides"]
    install_wheels(session, *FOLDERS, extra=field_notes_requirements(), groups=groups)
    session.run("coverage", "erase")
    # One process for each part, as in `tests`: they do not see what the others leave behind.
    for component in COMPONENTS:
        run_pytest(session, FOLDERS[component] / "tests", ignored=PEER_TESTS, measured=True)
    run_pytest(session, *assembled_tests(), measured=True)
    session.run("coverage", "combine", "--quiet")
    for package in PYPROJECT["tool"]["coverage"]["run"]["source_pkgs"]:
        session.log(f"{package}:")
        session.run(
            *["coverage", "report", f"--include=src/{package}/*,*/site-packages/{package}/*"],
            f"--fail-under={PACKAGE_FLOOR}",
        )
    # Fails below the floor.
    total = session.run("coverage", "report", "--format=total", silent=True, log=False)
    session.log(f"Coverage of all packages together is {str(total).strip()} %.")
    if isinstance(total, str) and int(total) > floor:
        session.warn("Raise fail_under in pyproject.toml to that.")


# -------------------------------------------------------------------------- the example application


@nox.session(default=False)
def demo(session: nox.Session) -> None:
    """Serve the example application; `-- --port 8000` chooses another port."""
    parser = argparse.ArgumentParser(prog="nox -s demo --")
    parser.add_argument("--port", type=int, default=5000)
    port = parser.parse_args(session.posargs).port
    require_free_port(session, port)
    make_wheels(session)
    install_wheels(session, *FOLDERS, extra=field_notes_requirements(), groups=[])
    with session.chdir(FIELD_NOTES):
        session.run("cruse", "--app", "field_notes", "init-db")
        session.run("cruse", "--app", "field_notes", "seed")
        session.log(f"Field Notes is served on http://127.0.0.1:{port} (Ctrl+C stops it).")
        session.run("cruse", "--app", "field_notes", "run", "--port", str(port))


@nox.session(default=False, requires=["wheels"])
def browser(session: nox.Session) -> None:
    """Drive the example application with Chromium as a visitor would."""
    names = ["chromium", "chromium-browser", "google-chrome"]
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        session.error("No Chromium was found. Install it: apt-get install chromium")
    install_wheels(session, *FOLDERS, extra=field_notes_requirements(), groups=["browser"])
    run_pytest(session, ROOT / "tests" / "browser", env={"CRUSE_TEST_CHROMIUM": chromium})


@nox.session(default=False, requires=["wheels"])
def postgres(session: nox.Session) -> None:
    """Test the example application on a PostgreSQL server of its own."""
    install_wheels(session, *FOLDERS, extra=field_notes_requirements("postgres"))
    with serve_postgres(session) as url:
        tests_folder = FIELD_NOTES / "tests"
        run_pytest(session, tests_folder, env={"FIELD_NOTES_TEST_DATABASE_URL": url})


@nox.session(default=False, requires=["wheels"])
def deploying(session: nox.Session) -> None:
    """Start each server with the files of the documentation, alone and behind nginx."""
    # Debian puts it where only root looks.
    if shutil.which("nginx", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin") is None:
        session.error("No nginx was found. Install it: apt-get install nginx")
    install_wheels(session, *FOLDERS, groups=["deploying"])
    run_pytest(session, ROOT / "tests" / "deploying", env={"CRUSE_TEST_SERVERS": "1"})


# ------------------------------------------------------------------------------- release and beyond


@nox.session(default=False)
def build(session: nox.Session) -> None:
    """Build wheels and sdists, check them, and serve a request from the installed wheels."""
    install_groups(session, "build")
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    for folder in FOLDERS.values():
        with session.chdir(folder):
            session.run("python", "-m", "hatchling", "build", "-d", str(dist))
    built = sorted(map(str, dist.iterdir()))
    if len(built) != 2 * len(FOLDERS):
        session.error(f"Expected {2 * len(FOLDERS)} files in dist, found {len(built)}: {built}")
    session.run("twine", "check", "--strict", *built)
    empty = Path(session.create_tmp()).resolve() / "empty"
    session.run("python", "-m", "venv", "--clear", str(empty))
    python = str(empty / "bin" / "python")
    session.run(
        *[python, "-m", "pip", "install", "--quiet", "-c", str(CONSTRAINTS)],
        *[file for file in built if file.endswith(".whl")],
        external=True,
    )
    with session.chdir(empty):
        session.run(python, "-I", str(ROOT / "tests" / "serve_one_request.py"), external=True)
        # Nothing in this environment brings Flask along.
        session.run(python, "-I", "-m", "cruse.as_flask", "-m", "flask", "--version", external=True)


@nox.session(default=False, requires=["wheels"])
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error."""
    install_wheels(session, *FOLDERS, groups=["docs"])
    session.run("sphinx-build", "-W", "--keep-going", "-q", "-E", "docs", "docs/_build/html")
    session.log("The documentation is in docs/_build/html/index.html.")


@nox.session(default=False, requires=["wheels"])
def bench(session: nox.Session) -> None:
    """Measure against other frameworks; arguments after `--` go to `python -m benchmarks`."""
    install_wheels(session, *FOLDERS, groups=["bench"])
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session(default=False, requires=["wheels"])
def profile(session: nox.Session) -> None:
    """Show where the time of a benchmark goes: `nox -s profile -- text`."""
    install_wheels(session, *FOLDERS, groups=["bench"])
    session.run("python", "-m", "benchmarks", "profile", *session.posargs)


@nox.session(default=False)
def constraints(session: nox.Session) -> None:
    """Write both constraints.txt anew, from the newest releases that work together."""
    session.install("uv")
    groups = nox.project.dependency_groups
    wanted = {
        CONSTRAINTS: [*field_notes_requirements("postgres"), *groups(PYPROJECT, "dev")],
        GUESTBOOK_CONSTRAINTS: [*guestbook_requirements(), *groups(PYPROJECT, "test")],
    }
    source = Path(session.create_tmp()) / "requirements.in"
    for target, requirements in wanted.items():
        source.write_text("\n".join([*third_party_requirements(), *requirements]) + "\n")
        session.run(
            *["uv", "pip", "compile", str(source), "--universal", "--python-version", "3.11"],
            *["--fork-strategy", "fewest", "--no-header", "--no-annotate", "--no-emit-index-url"],
            *["--upgrade", "--quiet", "--output-file", str(target)],
        )


# --------------------------------------------------------------------------------------- installing


def install_groups(
    session: nox.Session,
    *groups: str,
    extra: Sequence[str] = (),
    constraints: Path = CONSTRAINTS,
) -> None:
    """Install dependency groups of pyproject.toml at the versions of *constraints*."""
    requirements = nox.project.dependency_groups(PYPROJECT, *groups)
    session.install("-c", str(constraints), *requirements, *extra)


def install_wheels(
    session: nox.Session,
    *parts: str,
    extra: Sequence[str] = (),
    groups: Sequence[str] = ("test",),
    constraints: Path = CONSTRAINTS,
) -> None:
    """Install the wheels of *parts*, with their extras, and what the session needs beside them."""
    files = {path.name.split("-")[0]: path for path in wheel_folder().glob("*.whl")}
    names = {part: "cruse" if part == "cruse" else f"cruse_{part}" for part in parts}
    marker = Path(session.virtualenv.location) / "cruse-wheels-installed"
    if marker.exists():
        # The version number is the same although the code may not be.
        session.install("--force-reinstall", "--no-deps", *(str(files[n]) for n in names.values()))
    wanted = []
    for part, name in names.items():
        extras = ",".join(hook_table(FOLDERS[part]).get("optional-dependencies", {}))
        name_and_extras = f"{name}[{extras}]" if extras else name
        wanted.append(f"{name_and_extras} @ {files[name].as_uri()}")
    install_groups(session, *groups, extra=[*wanted, *extra], constraints=constraints)
    marker.touch()


def make_wheels(session: nox.Session) -> None:
    """Build all wheels into `wheel_folder()` if that is still missing."""
    folder = wheel_folder()
    if folder.exists():
        return
    install_groups(session, "packaging")
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    for source in FOLDERS.values():
        with session.chdir(source):
            session.run(
                *["python", "-m", "hatchling", "build", "-t", "wheel", "-d", str(partial)],
                silent=True,
            )
    for old in folder.parent.iterdir():
        if old != partial:
            shutil.rmtree(old)
    partial.rename(folder)


def wheel_folder() -> Path:
    """Return the folder for wheels of exactly the present sources."""
    digest = hashlib.sha256()
    names = ["LICENSE", "README.md", "VERSION", "hatch_build.py", "pyproject.toml"]
    files = [ROOT / name for name in names]
    for folder in FOLDERS.values():
        files += [folder / "README.md", folder / "pyproject.toml"]
        files += sorted(path for path in (folder / "src").rglob("*") if path.is_file())
    for path in files:
        if "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return ROOT / ".cache" / "wheels" / digest.hexdigest()[:16]


def third_party_requirements() -> list[str]:
    """Return what the six distributions need from others, with all their extras."""
    tables = [hook_table(folder) for folder in FOLDERS.values()]
    wanted = [entry for table in tables for entry in table["dependencies"]]
    for table in tables:
        for entries in table.get("optional-dependencies", {}).values():
            wanted += entries
    return sorted({entry for entry in wanted if "{" not in entry})


def hook_table(folder: Path) -> dict[str, Any]:
    """Return the dependencies of the distribution in *folder* as its metadata hook sees them."""
    settings = nox.project.load_toml(folder / "pyproject.toml")["tool"]["hatch"]
    table: dict[str, Any] = settings["metadata"]["hooks"]["custom"]
    return table


def field_notes_requirements(*extras: str) -> list[str]:
    """Return what the example application needs beside Cruse."""
    project = nox.project.load_toml(FIELD_NOTES / "pyproject.toml")["project"]
    wanted = [entry for entry in project["dependencies"] if not entry.startswith("cruse")]
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    return wanted


def guestbook_requirements() -> list[str]:
    """Return what the guestbook needs: Flask and its extensions."""
    project = nox.project.load_toml(GUESTBOOK / "pyproject.toml")["project"]
    wanted: list[str] = project["dependencies"]
    return wanted


# ------------------------------------------------------------------------------------------ running


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


def assembled_tests() -> list[Path]:
    """Return where the tests of the assembled framework are."""
    peer_tests = sorted((ROOT / "packages").glob(f"*/tests/{PEER_TESTS}"))
    return [ROOT / "tests", ROOT / "benchmarks", ROOT / "examples", *peer_tests]


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
                f"Port {port} on 127.0.0.1 cannot be used ({exc}). Nothing was built. "
                f"Choose another port: nox -s demo -- --port {port + 1 if port < 65535 else 8000}"
            )


def session_python(session: nox.Session) -> str:
    """Return the path of the session's interpreter."""
    return str(Path(session.virtualenv.bin) / "python")


def find_committed_floor() -> int | None:
    """Return the coverage floor of the last commit; None outside of a Git checkout."""
    if shutil.which("git") is None:
        return None
    command = ["git", "-C", str(ROOT), "show", "HEAD:pyproject.toml"]
    shown = subprocess.run(command, capture_output=True, text=True)
    match = re.search(r"^fail_under = (\d+)$", shown.stdout, re.MULTILINE)
    return int(match[1]) if match else None


@contextmanager
def serve_postgres(session: nox.Session) -> Iterator[str]:
    """Serve an empty database from a temporary folder; give its URL."""
    programs = find_postgres_programs(session)
    # The server refuses to run as root.
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    with tempfile.TemporaryDirectory(prefix="cruse-postgres-", dir="/tmp") as folder:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        data, port = f"{folder}/data", str(find_free_port())
        create = [f"{programs}/initdb", "-D", data, "-U", "cruse", "-E", "UTF8", "--no-sync"]
        start = [f"{programs}/postgres", "-D", data, "-p", port]
        for setting in ("listen_addresses=127.0.0.1", f"unix_socket_directories={folder}"):
            start += ["-c", setting]
        with Path(folder, "server.log").open("w+") as log:
            start_process([*create, "--auth=trust", "--locale=C.UTF-8"], owner, log).wait()
            server = start_process([*start, "-c", "fsync=off"], owner, log)
            try:
                if not is_postgres_ready(server, programs, port):
                    log.seek(0)
                    session.error(f"PostgreSQL did not start:\n{log.read()}")
                yield f"postgresql+psycopg://cruse@127.0.0.1:{port}/postgres"
            finally:
                server.send_signal(signal.SIGINT)  # Its fast shutdown.
                server.wait(timeout=60)


def start_process(
    command: list[str], owner: pwd.struct_passwd, log: IO[str]
) -> subprocess.Popen[bytes]:
    """Start *command* as *owner*, with its output in *log*."""
    root = os.geteuid() == 0
    return subprocess.Popen(
        command,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        user=owner.pw_uid if root else None,
        group=owner.pw_gid if root else None,
        extra_groups=[] if root else None,
    )


def is_postgres_ready(server: subprocess.Popen[bytes], programs: Path, port: str) -> bool:
    """Wait until the server accepts connections; return False if it ends before, or never does."""
    ask = [f"{programs}/pg_isready", "--quiet", "-h", "127.0.0.1", "-p", port]
    for _ in range(300):
        if server.poll() is not None:
            return False
        if subprocess.run(ask).returncode == 0:
            return True
        time.sleep(0.1)
    return False


def find_free_port() -> int:
    """Return a port of 127.0.0.1 that nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def find_postgres_programs(session: nox.Session) -> Path:
    """Return the folder that holds the newest PostgreSQL server on this machine."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(debian, key=lambda path: float(path.parts[-3]), default=None)
    found = newest or shutil.which("initdb")
    if found is None:
        session.error("No PostgreSQL server was found. Install it: apt-get install postgresql")
    return Path(found).resolve().parent
