from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cruse_cli.tracebacks import format_from_module, skip_own_frames


def fail() -> None:
    raise ValueError("my mistake")


class TestFormatFromModule:
    def test_begins_in_the_users_code(self) -> None:
        error = CliRunner().invoke(click.Command("x", callback=fail)).exception
        assert error is not None
        # Click's frames come first here, and its runner's before them.
        text = format_from_module(error)
        assert text.startswith("Traceback (most recent call last):")
        assert "in fail" in text.splitlines()[1]
        assert text.endswith("ValueError: my mistake\n")

    def test_shows_everything_if_no_code_is_the_users(self) -> None:
        with pytest.raises(click.UsageError) as caught:
            click.Context(click.Command("x")).fail("our mistake")
        own = caught.value.__traceback__
        assert own is not None
        assert skip_own_frames(own.tb_next, caught.value) is own.tb_next
        assert skip_own_frames(None, caught.value) is None

    def test_module_that_cannot_be_compiled_is_shown_by_file_and_line_alone(
        self, write: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = write("broken.py", "app = (\n")
        monkeypatch.syspath_prepend(path.parent)
        error = (
            CliRunner()
            .invoke(click.Command("x", callback=lambda: importlib.import_module("broken")))
            .exception
        )
        assert isinstance(error, SyntaxError)
        tb = error.__traceback__
        while tb is not None and tb.tb_frame.f_code.co_filename != importlib.__file__:
            tb = tb.tb_next
        text = format_from_module(error.with_traceback(tb))
        assert text.splitlines()[0] == f'  File "{path}", line 1'
        assert "importlib" not in text
