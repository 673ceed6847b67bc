"""Environment variables that Cruse reads."""

from __future__ import annotations

import pytest

from cruse_core import environment
from cruse_core.environment import debug_flag, find_variable


class TestFindVariable:
    def test_returns_the_value(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CRUSE_COLOUR", "red")
        assert find_variable("COLOUR") == "red"

    def test_unset_variable_is_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("CRUSE_COLOUR", raising=False)
        assert find_variable("COLOUR") is None

    def test_empty_value_is_a_value(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CRUSE_COLOUR", "")
        assert find_variable("COLOUR") == ""

    def test_prefixes_are_tried_in_turn(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(environment, "prefixes", ["CRUSE", "OTHER"])
        monkeypatch.setenv("OTHER_COLOUR", "green")
        assert find_variable("COLOUR") == "green"
        monkeypatch.setenv("CRUSE_COLOUR", "red")
        assert find_variable("COLOUR") == "red"


class TestDebugFlag:
    @pytest.mark.parametrize("value", ["1", "true", "yes", "on", "anything"])
    def test_is_on(self, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
        monkeypatch.setenv("CRUSE_DEBUG", value)
        assert debug_flag() is True

    @pytest.mark.parametrize("value", ["", "0", "false", "False", "NO"])
    def test_is_off(self, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
        monkeypatch.setenv("CRUSE_DEBUG", value)
        assert debug_flag() is False

    def test_is_off_by_default(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(environment, "prefixes", ["CRUSE"])
        monkeypatch.delenv("CRUSE_DEBUG", raising=False)
        assert debug_flag() is False
