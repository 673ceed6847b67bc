"""Cruse and Flask find the same folders."""

from __future__ import annotations

from collections.abc import Callable

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
