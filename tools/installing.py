"""Install into a session's environment: dependency groups, and the wheels of the packages."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import nox

from tools.workspace import (
    CONSTRAINTS,
    FOLDERS,
    PYPROJECT,
    hook_table,
    third_party_requirements,
    wheel_folder,
)


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
        reinstall(session, *(str(files[name]) for name in names.values()))
    wanted = []
    for part, name in names.items():
        extras = ",".join(hook_table(FOLDERS[part]).get("optional-dependencies", {}))
        name_and_extras = f"{name}[{extras}]" if extras else name
        wanted.append(f"{name_and_extras} @ {files[name].as_uri()}")
    install_groups(session, *groups, extra=[*wanted, *extra], constraints=constraints)
    marker.touch()


def reinstall(session: nox.Session, *wheels: str) -> None:
    """Install *wheels* anew: the version number is the same although the code may not be."""
    session.install("--force-reinstall", "--no-deps", *wheels)


def write_constraints_without(session: nox.Session, names: tuple[str, ...]) -> Path:
    """Write a copy of constraints.txt that leaves out what begins with one of *names*."""
    pins = [pin for pin in CONSTRAINTS.read_text().splitlines() if not pin.startswith(names)]
    constraints = Path(session.virtualenv.location).resolve() / "constraints.txt"
    constraints.write_text("\n".join(pins) + "\n")
    return constraints


def make_wheels(session: nox.Session) -> None:
    """Build all wheels into `wheel_folder()` if that is still missing."""
    folder = wheel_folder()
    if folder.exists():
        return
    install_groups(session, "packaging")
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    build_distributions(session, partial, "-t", "wheel")
    for old in folder.parent.iterdir():
        if old != partial:
            shutil.rmtree(old)
    partial.rename(folder)


def build_distributions(session: nox.Session, target: Path, *options: str) -> list[str]:
    """Build every distribution into the folder *target*; return the files."""
    for folder in FOLDERS.values():
        with session.chdir(folder):
            session.run(
                *["python", "-m", "hatchling", "build", *options, "-d", str(target)], silent=True
            )
    return sorted(map(str, target.iterdir()))


def compile_accepted(session: nox.Session, resolution: str) -> Path:
    """Write a file of the "lowest-direct" or the "highest" releases that the packages accept."""
    target = Path(session.virtualenv.location).resolve() / f"{resolution}.txt"
    compile_constraints(session, target, third_party_requirements(), resolution=resolution)
    return target


def compile_constraints(
    session: nox.Session,
    target: Path,
    requirements: Iterable[str],
    *,
    resolution: str = "highest",
) -> None:
    """Write into *target* the releases that satisfy *requirements* together; needs uv."""
    # Not in `create_tmp`: what the session runs later would keep its own files there, too.
    source = Path(session.virtualenv.location) / "requirements.in"
    source.write_text("\n".join(requirements) + "\n")
    session.run(
        *["uv", "pip", "compile", str(source), "--universal", "--python-version", "3.11"],
        *["--fork-strategy", "fewest", "--no-header", "--no-annotate", "--no-emit-index-url"],
        *["--resolution", resolution, "--upgrade", "--quiet", "--output-file", str(target)],
    )
