"""Run what contributors and CI run: `python3 dev.py --list` shows the sessions.

Packages are built once and tested as wheels. `pyproject.toml` holds every tool's settings, its
dependency groups what a session installs, and `constraints.txt` the versions. `tools` has what
the sessions share.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from pathlib import Path

import nox

sys.path.insert(0, str(Path(__file__).parent))

from tools.installing import (
    build_distributions,
    compile_accepted,
    compile_constraints,
    install_groups,
    install_wheels,
    make_wheels,
    reinstall,
    write_constraints_without,
)
from tools.running import (
    environment_python,
    find_pythons,
    require_absent,
    require_free_port,
    require_no_lower_floor,
    require_program,
    run_foreign_suites,
    run_pytest,
)
from tools.servers import serve_postgres, serve_redis
from tools.workspace import (
    COMPONENTS,
    CONSTRAINTS,
    FIELD_NOTES,
    FOLDERS,
    FOREIGN_MODULES,
    GUESTBOOK,
    GUESTBOOK_CONSTRAINTS,
    PEER_TESTS,
    PYPROJECT,
    ROOT,
    assembled_tests,
    component_tests,
    field_notes_requirements,
    guestbook_requirements,
    source_folders,
    third_party_requirements,
    wheel_folder,
)

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "types", "layers", "tests"]

# Percent of branches that the tests must take in each package; pyproject.toml has that for all.
PACKAGE_FLOOR = 95
# The sessions that must pass before a change is accepted: `python3 dev.py everything`.
EVERYTHING = ["everything"]

# `kill` ends what a session runs, as Ctrl+C does; otherwise a server would stay behind.
signal.signal(signal.SIGTERM, signal.default_int_handler)


# ---------------------------------------------------------------------------------- before a commit


@nox.session(tags=EVERYTHING)
def lint(session: nox.Session) -> None:
    """Check style and formatting; `-- --fix` mends what can be mended."""
    install_groups(session, "lint")
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", *([] if "--fix" in session.posargs else ["--check"]))


@nox.session(tags=EVERYTHING)
def types(session: nox.Session) -> None:
    """Check the types with mypy and pyright."""
    needed = [*third_party_requirements(), *field_notes_requirements()]
    install_groups(session, "types", extra=needed)
    scripts = ["hatch_build.py", "noxfile.py", "dev.py", "tools"]
    session.run("mypy", *map(str, source_folders()), *scripts)
    session.run("mypy", "tests/typing")
    for example in sorted({*(ROOT / "examples").iterdir()} - {GUESTBOOK}):
        with session.chdir(example):
            session.run("mypy", "--config-file", str(ROOT / "pyproject.toml"), ".")
    # That page promises it of extensions that are written as it says.
    page = Path(session.create_tmp()).resolve() / "extensions"
    session.run("python", "tests/support/pages.py", "extensions.md", str(page))
    with session.chdir(page):
        session.run("mypy", "--config-file", str(ROOT / "pyproject.toml"), ".")
    session.run("pyright", "--pythonpath", environment_python(session.virtualenv.location))


@nox.session(tags=EVERYTHING)
def layers(session: nox.Session) -> None:
    """Check that imports go from upper layers to lower ones only."""
    install_groups(session, "layers")
    sources = os.pathsep.join(map(str, source_folders()))
    session.run("lint-imports", "--no-cache", env={"PYTHONPATH": sources})


@nox.session(default=False)
def wheels(session: nox.Session) -> None:
    """Build the wheels that other sessions install, unless the sources are unchanged."""
    make_wheels(session)


@nox.session(python=find_pythons(), requires=["wheels"], tags=EVERYTHING)
@nox.parametrize("part", [nox.param(name, id=name) for name in [*COMPONENTS, "cruse"]])
def tests(session: nox.Session, part: str) -> None:
    """Test each package with its own dependencies only, then the assembled framework."""
    if part == "cruse":
        groups = ["test", "packaging", "peers", "guides", "tools"]
        install_wheels(session, *FOLDERS, extra=field_notes_requirements(), groups=groups)
        run_pytest(session, *assembled_tests())
    else:
        install_wheels(session, *COMPONENTS[part])
        require_absent(session, [*FOREIGN_MODULES[part], "flask"])
        run_pytest(session, *component_tests(part), ignored=PEER_TESTS)


@nox.session(default=False, requires=["wheels"], tags=EVERYTHING)
def lowest(session: nox.Session) -> None:
    """Test the packages with the lowest versions that they accept of what they need."""
    session.install("uv")
    install_wheels(session, *COMPONENTS, constraints=compile_accepted(session, "lowest-direct"))
    # One process each, as in `tests`: they do not see what the others leave behind.
    for name in COMPONENTS:
        run_pytest(session, FOLDERS[name] / "tests", ignored=PEER_TESTS)


@nox.session(default=False, tags=EVERYTHING)
def audit(session: nox.Session) -> None:
    """Look for known advisories about the lowest and the newest versions that are accepted."""
    install_groups(session, "audit")
    resolutions = {"lowest": "lowest-direct", "newest": "highest"}
    files = [f"{name}={compile_accepted(session, how)}" for name, how in resolutions.items()]
    session.run("python", "tests/advisories/look_up.py", *files)


@nox.session(default=False, requires=["wheels"], tags=EVERYTHING)
def conformance(session: nox.Session) -> None:
    """Run Flask's own test suite on Flask and on Cruse, and compare."""
    wheels = sorted(map(str, wheel_folder().glob("*.whl")))
    requirements = ["pytest>=8,<9", "flask[async]==3.1.3", "cryptography", "greenlet", "pip"]
    # Flask's suite needs pytest 8; all else has the versions of the other sessions.
    constraints = write_constraints_without(session, ("pytest",))
    session.install("-c", str(constraints), *wheels, *requirements, "python-dotenv")
    reinstall(session, *wheels)
    run_foreign_suites(session, "conformance")


@nox.session(default=False, requires=["wheels"])
def fuzz(session: nox.Session) -> None:
    """Try each property-based test on 10,000 examples; `-- -k routing` chooses some."""
    install_wheels(session, *FOLDERS, groups=["test", "peers"])
    options = ["-m", "hypothesis", "--hypothesis-profile=cruse-deep"]
    run_pytest(session, ROOT / "packages", options=options)


@nox.session(default=False, requires=["wheels"], tags=EVERYTHING)
def extensions(session: nox.Session) -> None:
    """Run what was written for Flask on Flask and on Cruse, and compare; `-- --all` runs more.

    A program with seventeen extensions comes first, then the test suites of others.
    """
    needed = [*guestbook_requirements(), "pip", "uv"]
    install_wheels(session, *FOLDERS, extra=needed, constraints=GUESTBOOK_CONSTRAINTS)
    if not session.posargs:
        run_pytest(session, GUESTBOOK / "tests")
    cache = ROOT / ".cache" / "suites"
    run_foreign_suites(session, "extensions", f"--wheels={wheel_folder()}", f"--cache={cache}")


@nox.session(default=False, requires=["wheels"])
def coverage(session: nox.Session) -> None:
    """Measure branch coverage of each package, and of all against a floor that only rises."""
    floor = PYPROJECT["tool"]["coverage"]["report"]["fail_under"]
    require_no_lower_floor(session, floor)
    groups = ["coverage", "guides", "tools"]
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


# ------------------------------------------------------------------------------- release and beyond


@nox.session(default=False, tags=EVERYTHING)
def build(session: nox.Session) -> None:
    """Build wheels and sdists, check them, and serve a request from the installed wheels."""
    install_groups(session, "build")
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    built = build_distributions(session, dist)
    if len(built) != 2 * len(FOLDERS):
        session.error(f"Expected {2 * len(FOLDERS)} files in dist, found {len(built)}: {built}")
    session.run("twine", "check", "--strict", *built)
    empty = Path(session.create_tmp()).resolve() / "empty"
    session.run("python", "-m", "venv", "--clear", str(empty))
    python = environment_python(empty)
    session.run(
        *[python, "-m", "pip", "install", "--quiet", "-c", str(CONSTRAINTS)],
        *[file for file in built if file.endswith(".whl")],
        external=True,
    )
    with session.chdir(empty):
        session.run(python, "-I", str(ROOT / "tests" / "serve_one_request.py"), external=True)
        # Nothing in this environment brings Flask along.
        session.run(python, "-I", "-m", "cruse.as_flask", "-m", "flask", "--version", external=True)
    session.run("python", "tests/install_from_checkout.py")


@nox.session(default=False, requires=["wheels"], tags=EVERYTHING)
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
    """Show where the time of a benchmark goes: `python3 dev.py profile -- text`."""
    install_wheels(session, *FOLDERS, groups=["bench"])
    session.run("python", "-m", "benchmarks", "profile", *session.posargs)


@nox.session(default=False)
def constraints(session: nox.Session) -> None:
    """Write both constraints.txt anew, from the newest releases that work together."""
    session.install("uv")
    groups = nox.project.dependency_groups
    ours = [*third_party_requirements(), *field_notes_requirements("postgres")]
    compile_constraints(session, CONSTRAINTS, [*ours, *groups(PYPROJECT, "dev")])
    guestbook = [*third_party_requirements(), *guestbook_requirements()]
    compile_constraints(session, GUESTBOOK_CONSTRAINTS, [*guestbook, *groups(PYPROJECT, "test")])


# ------------------------------------------------------------------------- with a server or browser


@nox.session(default=False)
def demo(session: nox.Session) -> None:
    """Serve the example application; `-- --port 8000` chooses another port."""
    parser = argparse.ArgumentParser(prog="python3 dev.py demo --")
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


@nox.session(default=False, requires=["wheels"], tags=EVERYTHING)
def deploying(session: nox.Session) -> None:
    """Start each server with the files of the documentation, alone and behind nginx."""
    require_program(session, "nginx", package="nginx")
    install_wheels(session, *FOLDERS, groups=["deploying"])
    run_pytest(session, ROOT / "tests" / "deploying", env={"CRUSE_TEST_SERVERS": "1"})


@nox.session(default=False, requires=["wheels"], tags=EVERYTHING)
def postgres(session: nox.Session) -> None:
    """Test the example application on a PostgreSQL server of its own."""
    install_wheels(session, *FOLDERS, extra=field_notes_requirements("postgres"))
    with serve_postgres(session) as url:
        tests_folder = FIELD_NOTES / "tests"
        run_pytest(session, tests_folder, env={"FIELD_NOTES_TEST_DATABASE_URL": url})


@nox.session(default=False, requires=["wheels"], tags=EVERYTHING)
def redis(session: nox.Session) -> None:
    """Test the documentation's sessions in Redis on a server of its own."""
    install_wheels(session, *FOLDERS, groups=["redis"])
    with serve_redis(session) as url:
        run_pytest(session, ROOT / "tests" / "with_redis", env={"CRUSE_TEST_REDIS_URL": url})


@nox.session(default=False, requires=["wheels"], tags=EVERYTHING)
def browser(session: nox.Session) -> None:
    """Drive the example application with Chromium as a visitor would."""
    names = ["chromium", "chromium-browser", "google-chrome"]
    chromium = require_program(session, *names, package="chromium")
    install_wheels(session, *FOLDERS, extra=field_notes_requirements(), groups=["browser"])
    run_pytest(session, ROOT / "tests" / "browser", env={"CRUSE_TEST_CHROMIUM": chromium})
