"""Cruse and Flask find the same folders."""

from __future__ import annotations

import importlib
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.helpers import get_root_path as flask_get_root_path
from flask.sansio.scaffold import find_package as flask_find_package

from cruse_core.resources import find_package, get_root_path


def outcome(find: Callable[[str], object], import_name: str) -> object:
    try:
        return find(import_name)
    except (RuntimeError, ValueError, ImportError) as error:
        return RuntimeError if isinstance(error, RuntimeError) else type(error)


@pytest.mark.parametrize(
    "import_name",
    ["json", "json.decoder", "flask", "werkzeug.wrappers", "pip", "no_such", "no.such"],
)
def test_installed_modules(import_name: str) -> None:
    assert outcome(get_root_path, import_name) == outcome(flask_get_root_path, import_name)
    assert outcome(find_package, import_name) == outcome(flask_find_package, import_name)


FOLDERS = [
    "project",
    "venv/lib/python3.11/site-packages",
    "venv/lib64/python3.11/site-packages",
    "venv/site-packages",
    "venv/lib/site-packages",
    "Windows/Lib/SITE-PACKAGES",
    "usr/lib/python3/dist-packages",
    "eggs/shop.egg",
]
MODULES = [
    "shop_module",
    "shop_package",
    "shop_package.inner",
    "shop_package.package",
    "shop_space.module",
    "shop_space.package",
    "shop_space.deep.module",
    "shop_space",
    "shop_space.deep",
    "shop_package.missing",
    "shop_module.missing",
]


@pytest.fixture
def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Modules of all kinds in every folder; those that are imported meanwhile are forgotten."""
    for folder in FOLDERS:
        for name in (
            "shop_module",
            *["shop_package/__init__", "shop_package/inner", "shop_package/package/__init__"],
            *["shop_space/module", "shop_space/package/__init__", "shop_space/deep/module"],
        ):
            path = tmp_path / folder / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.mark.parametrize("is_imported", [False, True])
@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("module", MODULES)
def test_modules_in_each_folder(
    imported: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: str,
    folder: str,
    is_imported: bool,
) -> None:
    """A02, A03."""
    monkeypatch.syspath_prepend(imported / folder)
    if is_imported and not module.endswith("missing"):
        importlib.import_module(module)
    for prefix in (sys.prefix, str(imported / "venv"), str(imported / "usr")):
        monkeypatch.setattr(sys, "prefix", prefix)
        assert outcome(get_root_path, module) == outcome(flask_get_root_path, module)
        assert outcome(find_package, module) == outcome(flask_find_package, module)


@pytest.mark.parametrize("is_imported", [False, True])
@pytest.mark.parametrize("module", ["zipped_module", "zipped_package"])
def test_modules_in_an_archive(
    imported: Path, monkeypatch: pytest.MonkeyPatch, module: str, is_imported: bool
) -> None:
    with zipfile.ZipFile(imported / "modules.zip", "w") as archive:
        archive.writestr("zipped_module.py", "")
        archive.writestr("zipped_package/__init__.py", "")
    monkeypatch.syspath_prepend(imported / "modules.zip")
    if is_imported:
        importlib.import_module(module)
    assert outcome(get_root_path, module) == outcome(flask_get_root_path, module)
    assert outcome(find_package, module) == outcome(flask_find_package, module)
