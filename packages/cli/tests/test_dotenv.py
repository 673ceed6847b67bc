from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cruse_cli import load_dotenv

Write = Callable[[str, str], Path]


class TestLoadDotenv:
    @pytest.fixture(autouse=True)
    def _parser(self) -> None:
        pytest.importorskip("dotenv")

    def test_env_wins_over_cruseenv(self, write: Write) -> None:
        write(".cruseenv", "FOO=cruseenv\nBAR=cruseenv\n")
        write(".env", "FOO=env\n")
        assert load_dotenv() is True
        assert os.environ["FOO"] == "env"
        assert os.environ["BAR"] == "cruseenv"

    def test_named_file_wins_over_both(self, write: Write) -> None:
        write(".cruseenv", "FOO=cruseenv\n")
        write(".env", "FOO=env\nBAR=env\n")
        load_dotenv(write("special.env", "FOO=special\n"))
        assert os.environ["FOO"] == "special"
        assert os.environ["BAR"] == "env"

    def test_named_file_alone(self, write: Write) -> None:
        write(".env", "BAR=env\n")
        assert load_dotenv(write("special.env", "FOO=special\n"), load_defaults=False) is True
        assert "BAR" not in os.environ

    def test_environment_wins_over_every_file(
        self, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FOO", "shell")
        write(".env", "FOO=env\n")
        assert load_dotenv() is True
        assert os.environ["FOO"] == "shell"

    def test_files_are_found_in_a_folder_above(
        self, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(".env", "FOO=above\n")
        monkeypatch.chdir(write("deep/down/x.txt", "").parent)
        load_dotenv()
        assert os.environ["FOO"] == "above"

    def test_reads_utf_8_and_variables_of_the_same_file(self, write: Write) -> None:
        write(".env", "FOO=火腿\nBAR=${FOO}!\n")
        load_dotenv()
        assert os.environ["BAR"] == "火腿!"

    def test_name_without_a_value_sets_nothing(self, write: Write) -> None:
        write(".env", "FOO\n")
        load_dotenv()
        assert "FOO" not in os.environ

    def test_missing_file_loads_nothing(self, project: Path) -> None:
        assert load_dotenv("missing.env", load_defaults=False) is False

    def test_current_folder_stays(self, write: Write, project: Path) -> None:
        load_dotenv(write("sub/x.env", "FOO=1"))
        assert Path.cwd() == project


class TestWithoutTheParser:
    @pytest.fixture(autouse=True)
    def _no_parser(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "dotenv", None)

    def test_unread_files_are_named_with_the_remedy(
        self, write: Write, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write(".env", "FOO=1")
        write(".cruseenv", "FOO=1")
        assert load_dotenv(write("x.env", "FOO=1")) is False
        assert "FOO" not in os.environ
        tip = capsys.readouterr().err
        assert "x.env, .env, .cruseenv is not read" in tip
        assert "pip install 'cruse-cli[dotenv]'" in tip

    def test_says_nothing_if_no_file_is_there(
        self, project: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert load_dotenv() is False
        assert load_dotenv("missing.env", load_defaults=False) is False
        assert capsys.readouterr().err == ""
