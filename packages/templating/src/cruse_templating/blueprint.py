"""What a blueprint adds to templates: a folder, context processors, filters, tests and globals.

All of it is recorded, and reaches the app when the blueprint is registered.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar, overload

from cruse_core import Blueprint, BlueprintSetupState
from cruse_core.scaffold import merge_hooks, setupmethod
from cruse_templating import jinja
from cruse_templating.app import TemplatingApp
from cruse_templating.processors import ContextProcessors, ContextProcessorTable
from cruse_templating.registering import make_decorator
from cruse_templating.types import (
    TemplateContextProcessorCallable,
    TemplateFilterCallable,
    TemplateGlobalCallable,
    TemplateTestCallable,
)

T_context_processor = TypeVar("T_context_processor", bound=TemplateContextProcessorCallable)
T_filter = TypeVar("T_filter", bound=TemplateFilterCallable)
T_test = TypeVar("T_test", bound=TemplateTestCallable)
T_global = TypeVar("T_global", bound=TemplateGlobalCallable)


class TemplatingBlueprint(Blueprint):
    """A blueprint for apps that render templates."""

    @cached_property
    def jinja_loader(self) -> jinja.BaseLoader | None:
        """Loader of the blueprint's template folder, None without one; may be set."""
        from cruse_templating.loader import make_folder_loader  # PERF: see jinja.py

        return make_folder_loader(self)

    # Context processors

    @cached_property
    def template_context_processors(self) -> ContextProcessors:
        """Context processors for the blueprint's own requests, under the key None."""
        table = ContextProcessorTable()

        def merge(state: BlueprintSetupState) -> None:
            app = state.app.require(TemplatingApp)
            merge_hooks(app.template_context_processors, table, state.full_name)

        # A table that is first read after the registration is empty, and stays so.
        if not self._got_registered_once:
            self.record(merge)
        return table

    @setupmethod
    def context_processor(self, f: T_context_processor) -> T_context_processor:
        """Give the values that *f* returns to each template of this blueprint's requests."""
        self.template_context_processors.setdefault(None, []).append(f)
        return f

    @setupmethod
    def app_context_processor(self, f: T_context_processor) -> T_context_processor:
        """Give the values that *f* returns to each template of the app."""

        def add(state: BlueprintSetupState) -> None:
            app = state.app.require(TemplatingApp)
            app.template_context_processors.setdefault(None, []).append(f)

        self.record_once(add)
        return f

    # Filters, tests and globals

    @overload
    def app_template_filter(self, name: T_filter) -> T_filter: ...
    @overload
    def app_template_filter(self, name: str | None = None) -> Callable[[T_filter], T_filter]: ...
    @setupmethod
    def app_template_filter(
        self, name: T_filter | str | None = None
    ) -> T_filter | Callable[[T_filter], T_filter]:
        """Make the decorated function a filter of the app's templates; as `App.template_filter`."""
        return make_decorator(name, self.add_app_template_filter)

    @setupmethod
    def add_app_template_filter(self, f: TemplateFilterCallable, name: str | None = None) -> None:
        """Make *f* a filter of the app's templates, under its own name or *name*."""
        self._record_on_app(lambda app: app.add_template_filter(f, name))

    @overload
    def app_template_test(self, name: T_test) -> T_test: ...
    @overload
    def app_template_test(self, name: str | None = None) -> Callable[[T_test], T_test]: ...
    @setupmethod
    def app_template_test(
        self, name: T_test | str | None = None
    ) -> T_test | Callable[[T_test], T_test]:
        """Make the decorated function a test of the app's templates; as `App.template_test`."""
        return make_decorator(name, self.add_app_template_test)

    @setupmethod
    def add_app_template_test(self, f: TemplateTestCallable, name: str | None = None) -> None:
        """Make *f* a test of the app's templates, under its own name or *name*."""
        self._record_on_app(lambda app: app.add_template_test(f, name))

    @overload
    def app_template_global(self, name: T_global) -> T_global: ...
    @overload
    def app_template_global(self, name: str | None = None) -> Callable[[T_global], T_global]: ...
    @setupmethod
    def app_template_global(
        self, name: T_global | str | None = None
    ) -> T_global | Callable[[T_global], T_global]:
        """Make the decorated function callable in the app's templates; as `App.template_global`."""
        return make_decorator(name, self.add_app_template_global)

    @setupmethod
    def add_app_template_global(self, f: TemplateGlobalCallable, name: str | None = None) -> None:
        """Make *f* callable in the app's templates, under its own name or *name*."""
        self._record_on_app(lambda app: app.add_template_global(f, name))

    def _record_on_app(self, add: Callable[[TemplatingApp], Any]) -> None:
        """Call *add* with the app at the first registration."""
        self.record_once(lambda state: add(state.app.require(TemplatingApp)))
