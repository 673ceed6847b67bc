from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cruse_templating.registering import make_decorator


class TestMakeDecorator:
    def test_registers_and_returns_the_function_itself(self) -> None:
        added: list[tuple[Callable[..., Any], str | None]] = []

        def function() -> None: ...

        def add(f: Callable[..., Any], name: str | None) -> None:
            added.append((f, name))

        assert make_decorator(function, add) is function
        assert make_decorator(None, add)(function) is function
        assert make_decorator("name", add)(function) is function
        assert added == [(function, None), (function, None), (function, "name")]
