from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cruse_cli
from cruse_cli import groups


class TestNames:
    def test_click_is_not_imported_before_it_is_used(self) -> None:
        code = (
            "import sys\n"
            "from cruse_cli import CommandsApp, CommandsBlueprint\n"
            "app = CommandsApp('served', root_path='.')\n"
            "app.register_blueprint(CommandsBlueprint('notes', 'served', root_path='.'))\n"
            "app.shell_context_processor(dict)\n"
            "assert 'click' not in sys.modules\n"
            "app.cli\n"
            "assert 'click' in sys.modules\n"
        )
        subprocess.run([sys.executable, "-c", code], check=True)

    def test_are_those_of_the_modules(self) -> None:
        assert cruse_cli.AppGroup is groups.AppGroup

    def test_are_those_of_the_types(self) -> None:
        text = Path(cruse_cli.__file__).with_suffix(".pyi").read_text()
        typed = {
            alias.name: node.module
            for node in ast.parse(text).body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        assert typed == cruse_cli._SOURCES  # type: ignore[attr-defined]  # it is private

    def test_can_all_be_imported(self) -> None:
        names: dict[str, object] = {}
        exec("from cruse_cli import *", names)
        assert set(cruse_cli._SOURCES) < set(names)  # type: ignore[attr-defined]  # it is private
        assert set(cruse_cli._SOURCES) < set(dir(cruse_cli))  # type: ignore[attr-defined]

    def test_unknown_one_is_an_attribute_error(self) -> None:
        with pytest.raises(AttributeError, match="has no attribute 'Nope'"):
            cruse_cli.Nope  # type: ignore[attr-defined]  # noqa: B018 - what is tested
