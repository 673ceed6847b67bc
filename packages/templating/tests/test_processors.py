from __future__ import annotations

from typing import Any

from cruse_templating.processors import ContextProcessorTable, default_context_processor


def first() -> dict[str, Any]:
    return {}


def second() -> dict[str, Any]:
    return {}


class TestContextProcessorTable:
    def test_gives_those_of_an_endpoint_from_the_app_inwards(self) -> None:
        table = ContextProcessorTable()
        table["shop.admin"].append(second)
        table["shop"].append(first)
        table[None].append(default_context_processor)
        assert table.get_for("shop.admin.index") == (default_context_processor, first, second)
        assert table.get_for("shop.index") == (default_context_processor, first)
        assert table.get_for("index") == (default_context_processor,)
        assert table.get_for(None) == (default_context_processor,)

    def test_sees_every_change(self) -> None:
        table = ContextProcessorTable()
        assert table.get_for(None) == ()
        table[None].append(first)
        assert table.get_for(None) == (first,)
        table[None].insert(0, second)
        assert table.get_for(None) == (second, first)
        table[None] = [first]
        assert table.get_for(None) == (first,)
        del table[None]
        assert table.get_for(None) == ()

    def test_reading_adds_no_keys(self) -> None:
        table = ContextProcessorTable()
        table.get_for("shop.index")
        assert table == {}
