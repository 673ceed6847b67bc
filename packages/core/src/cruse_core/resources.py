"""Find the folders that belong to an import name, and open the files in them."""

from __future__ import annotations

import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec
from typing import IO, Any

from cruse_core.errors import RootPathError


def get_root_path(import_name: str) -> str:
    """Return the absolute path of the folder that holds a module or package.

    Args:
        import_name: Of a module that is imported, or can be; the current folder stands for a module
            that has no file, such as an interactive prompt, and for a plain folder of that name.

    Raises:
        RootPathError: It is a namespace package that is imported, or its loader tells no file name.
    """
    module = sys.modules.get(import_name)
    module_path: str | None = getattr(module, "__file__", None)
    if module_path is not None:
        return os.path.dirname(os.path.abspath(module_path))
    spec = _find_spec(import_name)
    # Any folder passes for a namespace package. While nobody has imported it, the name is more
    # likely one that the app was simply given.
    if spec is None or spec.loader is None:
        return os.getcwd()
    get_filename = getattr(spec.loader, "get_filename", None)
    if get_filename is not None:
        loader_path: str = get_filename(import_name)
        return os.path.dirname(os.path.abspath(loader_path))
    __import__(import_name)
    path: str | None = getattr(sys.modules[import_name], "__file__", None)
    if path is None:
        raise RootPathError(
            f"No root path can be found for the provided module {import_name!r}. It is a namespace "
            "package, or comes from an import hook that tells no file name, so there is no one "
            "folder that its resources are in. Pass 'root_path' explicitly."
        )
    return os.path.dirname(os.path.abspath(path))


def _find_spec(import_name: str) -> ModuleSpec | None:
    try:
        return importlib.util.find_spec(import_name)
    except (ImportError, ValueError):
        # ValueError: __main__ without a spec, as in a script or at a prompt.
        return None


def find_package(import_name: str) -> tuple[str | None, str]:
    """Find out where a package is installed.

    Args:
        import_name: Name of a module; what counts is the top-level package it belongs to.

    Returns:
        The prefix that it is installed under, None if it is not installed; and the folder that
        would have to be on the import path.
    """
    folder = find_package_path(import_name)
    prefix = os.path.abspath(sys.prefix)
    if _is_below(folder, prefix):
        return prefix, folder
    parent, name = os.path.split(folder)
    if name.lower() != "site-packages":
        return None, folder
    # PREFIX/lib/pythonX.Y/site-packages, or PREFIX/Lib/site-packages on Windows.
    for _ in range(2):
        parent, name = os.path.split(parent)
        if name.lower() == "lib":
            return parent, folder
    return os.path.dirname(folder), folder


def _is_below(path: str, folder: str) -> bool:
    """Return whether the absolute *path* is that of *folder* or of something in it."""
    path, folder = (os.path.join(os.path.normcase(name), "") for name in (path, folder))
    return path.startswith(folder)


def find_package_path(import_name: str) -> str:
    """Return the folder that would have to be on the import path for *import_name*."""
    spec = _find_spec(import_name.partition(".")[0])
    if spec is None:
        return os.getcwd()
    locations = [os.path.abspath(folder) for folder in spec.submodule_search_locations or ()]
    if len(locations) > 1:
        # A namespace package: what counts is the part of it that holds the module.
        inner = _find_spec(import_name)
        if inner is not None and inner.origin is not None:
            file = os.path.abspath(inner.origin)
            locations.sort(key=lambda folder: not _is_below(file, folder))
    if locations:
        return os.path.dirname(locations[0])
    return os.getcwd() if spec.origin is None else os.path.dirname(os.path.abspath(spec.origin))


def make_instance_path(import_name: str, name: str | None = None) -> str:
    """Return where the instance folder of an app is by default; it need not exist.

    Args:
        import_name: Import name of the app.
        name: Name of the app; by default the import name.

    Returns:
        `instance` beside the package or module; `<prefix>/var/<name>-instance` for one that is
        installed.
    """
    prefix, folder = find_package(import_name)
    if prefix is None:
        return os.path.join(folder, "instance")
    return os.path.join(prefix, "var", f"{name or import_name}-instance")


def open_resource_file(
    root_path: str, resource: str, mode: str = "rb", encoding: str | None = None
) -> IO[Any]:
    """Open a file below *root_path* for reading.

    Raises:
        ValueError: *mode* is none of "r", "rt" and "rb".
    """
    if mode not in {"r", "rt", "rb"}:
        raise ValueError(
            f"Resources can only be opened for reading, but the mode is {mode!r}. They are part of "
            "the program; files that it writes belong into the instance folder: "
            "app.open_instance_resource()."
        )
    return open_file(root_path, resource, mode, encoding)


def open_file(folder: str, name: str, mode: str, encoding: str | None) -> IO[Any]:
    """Open a file below *folder*; *encoding* counts for text only."""
    path = os.path.join(folder, name)
    return open(path, mode) if "b" in mode else open(path, mode, encoding=encoding or "utf-8")
