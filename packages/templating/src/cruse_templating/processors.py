"""Keep the functions that give values to every template, and put together those of an endpoint.

`app.py` decides when they run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cruse_core.context import current
from cruse_core.plan import HookTable, Plans, blueprint_names
from cruse_core.types import AppOrBlueprintKey
from cruse_templating.types import TemplateContextProcessorCallable

Processors = tuple[Callable[[], Any], ...]
# By blueprint, None for the app's. A program may set another dict than the table it starts as.
ContextProcessors = dict[AppOrBlueprintKey, list[TemplateContextProcessorCallable]]


def default_context_processor() -> dict[str, Any]:
    """Return `g`, and during a request also `request`, so that imported macros see them.

    `session` is not among them, as it would count as accessed by every template; templates read it
    through the proxy among the globals.
    """
    ctx = current.get(None)
    if ctx is None:
        return {}
    request_ctx = ctx.request_context
    if request_ctx is None:
        return {"g": ctx.g}
    return {"g": ctx.g, "request": request_ctx.request}


class _Merged(Plans):
    """What the table's changes throw away: the processors of each endpoint, put together."""

    def __init__(self) -> None:
        super().__init__()
        self.processors: dict[str | None, Processors] = {}

    def forget(self) -> None:
        super().forget()
        self.processors.clear()


class ContextProcessorTable(HookTable[TemplateContextProcessorCallable]):
    """Context processors by blueprint name, None for those of the whole app."""

    def __init__(self) -> None:
        self._merged = _Merged()
        super().__init__(self._merged)

    def get_for(self, endpoint: str | None) -> Processors:
        """Return the processors of *endpoint*, put together once."""
        # PERF: one dict lookup for each rendering (benchmarks/scenarios.py: template).
        processors = self._merged.processors.get(endpoint)
        if processors is None:
            processors = self._merged.processors[endpoint] = _merge(self, endpoint)
        return processors


def get_processors(table: ContextProcessors, endpoint: str | None) -> Processors:
    """Return the processors of *endpoint* in the order in which they run: the app's first."""
    if isinstance(table, ContextProcessorTable):
        return table.get_for(endpoint)
    return _merge(table, endpoint)


def _merge(table: ContextProcessors, endpoint: str | None) -> Processors:
    names: tuple[str | None, ...] = (*blueprint_names(endpoint), None)
    return tuple(f for name in reversed(names) if name in table for f in table[name])
