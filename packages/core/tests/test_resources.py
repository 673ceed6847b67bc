"""Folders of import names."""

from __future__ import annotations

import importlib.machinery
import os
import sys
import types
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from cruse_core.errors import RootPathError
from cruse_core.resources import (
    find_package,
    get_root_path,
    make_instance_path,
    open_file,
    open_resource_file,
)

FILES = [
    "plain/res_module.py",
    "plain/res_package/__init__.py",
    "plain/res_package/inner/__init__.py",
    "plain/res_space/inner/__init__.py",
    "plain/res_space/module.py",
    "venv/lib/python3.11/site-packages/res_installed/__init__.py",
    "venv/lib/python3.11/site-packages/res_installed_module.py",
    "windows/Lib/site-packages/res_windows/__init__.py",
    "odd/site-packages/res_odd/__init__.py",
    "first/res_split/one/__init__.py",
    "second/res_split/two.py",
]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        monkeypatch.syspath_prepend(str(tmp_path / name.split("/res_")[0]))
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("res_")]:
        del sys.modules[name]


class FakeLoader:
    """Loads modules that no file belongs to; `res_filed` says that one does."""

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None: ...

    def exec_module(self, module: types.ModuleType) -> None:
        if module.__name__ == "res_filed":
            module.__file__ = "/filed/res_filed.py"


class FakeFinder:
    """Finds the modules of `FakeLoader`."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name not in {"res_filed", "res_unfiled"}:
            return None
        return importlib.machinery.ModuleSpec(name, FakeLoader())  # type: ignore[arg-type]  # enough of one


@pytest.fixture
def fake_finder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", [FakeFinder, *sys.meta_path])


class TestGetRootPath:
    @pytest.mark.parametrize(
        ("import_name", "folder"),
        [
            ("res_module", "plain"),
            ("res_package", "plain/res_package"),
            ("res_package.inner", "plain/res_package/inner"),
            ("res_space.inner", "plain/res_space/inner"),
            ("res_space.module", "plain/res_space"),
        ],
    )
    def test_is_the_folder_of_the_file(self, tree: Path, import_name: str, folder: str) -> None:
        assert get_root_path(import_name) == str(tree / folder)

    def test_of_an_imported_module(self, monkeypatch: pytest.MonkeyPatch) -> None:
        module = types.ModuleType("res_dynamic")
        module.__file__ = os.path.join(os.sep, "some", "where.py")
        monkeypatch.setitem(sys.modules, "res_dynamic", module)
        assert get_root_path("res_dynamic") == os.path.join(os.sep, "some")

    @pytest.mark.parametrize("import_name", ["res_missing", "res_missing.inner", "__main__", ""])
    def test_is_the_current_folder_without_a_file(
        self, import_name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
        assert get_root_path(import_name) == os.getcwd()

    @pytest.mark.usefixtures("fake_finder", "tree")
    def test_of_a_loader_without_file_names(self) -> None:
        assert get_root_path("res_filed") == os.path.join(os.sep, "filed")
        with pytest.raises(RootPathError, match=r"'res_unfiled'.*Pass 'root_path'"):
            get_root_path("res_unfiled")

    @pytest.mark.usefixtures("tree")
    def test_namespace_package_asks_for_the_path(self) -> None:
        importlib.import_module("res_space")
        with pytest.raises(RootPathError, match=r"'res_space'.*Pass 'root_path'"):
            get_root_path("res_space")

    @pytest.mark.usefixtures("tree")
    def test_is_the_current_folder_for_a_plain_folder_of_that_name(self) -> None:
        assert get_root_path("res_space") == os.getcwd()


class TestFindPackage:
    @pytest.mark.parametrize(
        ("import_name", "prefix", "folder"),
        [
            ("res_module", None, "plain"),
            ("res_package", None, "plain"),
            ("res_package.inner", None, "plain"),
            ("res_space.inner", None, "plain"),
            ("res_space.module", None, "plain"),
            ("res_installed", "venv", "venv/lib/python3.11/site-packages"),
            ("res_installed_module", "venv", "venv/lib/python3.11/site-packages"),
            ("res_windows", "windows", "windows/Lib/site-packages"),
            ("res_odd", "odd", "odd/site-packages"),
            ("res_split.one", None, "first"),
            ("res_split.two", None, "second"),
        ],
    )
    def test_prefix_and_folder(
        self, tree: Path, import_name: str, prefix: str | None, folder: str
    ) -> None:
        expected = None if prefix is None else str(tree / prefix)
        assert find_package(import_name) == (expected, str(tree / folder))

    def test_under_the_prefix_of_the_interpreter(
        self, tree: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "prefix", str(tree / "plain"))
        assert find_package("res_package") == (str(tree / "plain"), str(tree / "plain"))

    def test_namespace_package_in_two_folders(self, tree: Path) -> None:
        assert find_package("res_split")[1] in {str(tree / "first"), str(tree / "second")}

    def test_built_in_module(self) -> None:
        assert find_package("sys")[0] is None

    def test_missing_module(self) -> None:
        assert find_package("res_missing") == (None, os.getcwd())


class TestMakeInstancePath:
    def test_beside_the_package(self, tree: Path) -> None:
        assert make_instance_path("res_package") == str(tree / "plain" / "instance")

    def test_under_the_prefix_of_an_installed_package(self, tree: Path) -> None:
        path = tree / "venv" / "var" / "res_installed-instance"
        assert make_instance_path("res_installed") == str(path)
        assert make_instance_path("res_installed", "name").endswith("name-instance")


class TestOpenFiles:
    def test_modes_for_reading(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("ä", encoding="utf-8")
        with open_resource_file(str(tmp_path), "a.txt") as file:
            assert file.read() == "ä".encode()
        with open_resource_file(str(tmp_path), "a.txt", "rt") as file:
            assert file.read() == "ä"
        with open_resource_file(str(tmp_path), "a.txt", "r", "latin-1") as file:
            assert file.read() == "Ã¤"

    @pytest.mark.parametrize("mode", ["w", "a", "r+", "rb+", "x"])
    def test_mode_for_writing_says_where_to_write(self, tmp_path: Path, mode: str) -> None:
        with pytest.raises(ValueError, match=r"only be opened for reading.*instance"):
            open_resource_file(str(tmp_path), "a.txt", mode)

    def test_other_files_can_be_written(self, tmp_path: Path) -> None:
        with open_file(str(tmp_path), "a.txt", "w", None) as file:
            file.write("ä")
        assert (tmp_path / "a.txt").read_bytes() == "ä".encode()
