"""Attributes that are made when they are first read."""

from __future__ import annotations

import pytest

from cruse_core.lazy import lazy


class Page:
    made = 0

    @lazy
    def title(self) -> str:
        """The title."""
        self.made += 1
        return f"title {self.made}"

    @lazy
    def broken(self) -> str:
        self.made += 1
        raise LookupError("no title")


class TestLazy:
    def test_value_is_made_once(self) -> None:
        page = Page()
        assert page.made == 0
        assert page.title == page.title == "title 1"

    def test_each_instance_has_its_own(self) -> None:
        first, second = Page(), Page()
        assert first.title == second.title
        first.title = "other"
        assert second.title == "title 1"

    def test_value_can_be_set_and_forgotten(self) -> None:
        page = Page()
        page.title = "set"
        assert page.title == "set"
        del page.title
        assert page.title == "title 1"

    def test_failure_is_not_kept(self) -> None:
        page = Page()
        for _ in range(2):
            with pytest.raises(LookupError):
                _ = page.broken
        assert page.made == 2

    def test_class_gives_the_descriptor(self) -> None:
        assert isinstance(Page.title, lazy)
        assert Page.title.__doc__ == "The title."
