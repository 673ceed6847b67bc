"""The templates of an app: its environment, its context processors, filters, tests and globals.

Nothing here imports Jinja2 before the first template is rendered or the first filter registered.
`rendering.py` renders.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from inspect import isawaitable
from pathlib import Path
from typing import Any, TypeVar, overload

from werkzeug.datastructures import ImmutableDict

from cruse_core import App, g, get_flashed_messages, request, session
from cruse_core.checks import Checks
from cruse_core.context import current
from cruse_core.scaffold import setupmethod
from cruse_templating import jinja
from cruse_templating.class_defaults import copied_dict, late
from cruse_templating.processors import (
    ContextProcessors,
    ContextProcessorTable,
    Processors,
    default_context_processor,
    get_processors,
)
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

_AUTOESCAPED = (".html", ".htm", ".xml", ".xhtml", ".svg")


class TemplatingApp(App):
    """An app that renders Jinja2 templates.

    Three keys of the configuration belong to it: TEMPLATES_AUTO_RELOAD (None: in debug mode),
    EXPLAIN_TEMPLATE_LOADING (log where each template was looked for) and TEMPLATES_BYTECODE_CACHE
    (a folder that keeps compiled templates, so that the next process need not compile them).
    """

    default_config = ImmutableDict(
        {
            **App.default_config,
            "EXPLAIN_TEMPLATE_LOADING": False,
            "TEMPLATES_AUTO_RELOAD": None,
            "TEMPLATES_BYTECODE_CACHE": None,
        }
    )

    #: The class of the environment; a subclass of `cruse_templating.environment.Environment`.
    jinja_environment: type[jinja.Environment] = late(lambda: jinja.Environment)

    #: Options of the environment, to be set before `jinja_env` is first read.
    jinja_options: dict[str, Any] = copied_dict()

    @property
    def debug(self) -> bool:
        """Whether errors may show details and files are watched; DEBUG in the configuration.

        Setting it also lets changed templates be reloaded, unless TEMPLATES_AUTO_RELOAD says.
        """
        debug: bool = self.config["DEBUG"]
        return debug

    @debug.setter
    def debug(self, value: bool) -> None:
        # A property's setter cannot be reached through super().
        self.config["DEBUG"] = value
        if self.config["TEMPLATES_AUTO_RELOAD"] is None:
            for name in ("jinja_env", "async_jinja_env"):
                if name in self.__dict__:
                    self.__dict__[name].auto_reload = value

    # Environment

    @cached_property
    def jinja_loader(self) -> jinja.BaseLoader | None:
        """Loader of the app's own template folder, None without one; may be set."""
        from cruse_templating.loader import make_folder_loader  # PERF: see jinja.py

        return make_folder_loader(self)

    @cached_property
    def jinja_env(self) -> jinja.Environment:
        """The environment that renders the app's templates, made at first use."""
        return self.create_jinja_environment()

    @cached_property
    def async_jinja_env(self) -> jinja.Environment:
        """The same environment for coroutines, where templates may await what they call.

        It shares filters, tests and globals with `jinja_env`, but neither the cache of templates
        nor that of bytecode: the code of a template differs.
        """
        return self.jinja_env.overlay(
            enable_async=True, bytecode_cache=self._make_bytecode_cache("__jinja2_async_%s.cache")
        )

    def create_jinja_environment(self) -> jinja.Environment:
        """Make the environment, from `jinja_options` and the configuration."""
        options = dict(self.jinja_options)
        options.setdefault("autoescape", self.select_jinja_autoescape)
        if "auto_reload" not in options:
            auto_reload = self.config["TEMPLATES_AUTO_RELOAD"]
            options["auto_reload"] = self.debug if auto_reload is None else auto_reload
        if "bytecode_cache" not in options:
            options["bytecode_cache"] = self._make_bytecode_cache("__jinja2_%s.cache")
        env = self.jinja_environment(self, **options)
        env.globals.update(
            url_for=self.url_for,
            get_flashed_messages=get_flashed_messages,
            config=self.config,
            # These serve templates that are imported without the context.
            request=request,
            session=session,
            g=g,
        )
        env.policies["json.dumps_function"] = self._dumps_for_template
        return env

    def _make_bytecode_cache(self, pattern: str) -> jinja.BytecodeCache | None:
        folder = self.config["TEMPLATES_BYTECODE_CACHE"]
        if folder is None:
            return None
        # A relative folder is one of the app's, wherever the process was started.
        path = Path(self.root_path, folder)
        path.mkdir(parents=True, exist_ok=True)
        return jinja.FileSystemBytecodeCache(str(path), pattern)

    def _dumps_for_template(self, obj: Any, **kwargs: Any) -> str:
        """Serialise *obj* for the filter `tojson`, with the provider that the app has by now."""
        return self.json.dumps(obj, **kwargs)

    def create_global_jinja_loader(self) -> jinja.BaseLoader:
        """Make the loader that asks the app and then its blueprints for a template."""
        return jinja.DispatchingJinjaLoader(self)

    def select_jinja_autoescape(self, filename: str | None) -> bool:
        """Return whether a template is escaped: HTML and XML files, and strings without a file."""
        return filename is None or filename.lower().endswith(_AUTOESCAPED)

    # Context processors

    @cached_property
    def template_context_processors(self) -> ContextProcessors:
        """Context processors, by the full name of their blueprint; None for the app's."""
        table = ContextProcessorTable()
        table[None] = [default_context_processor]
        return table

    @setupmethod
    def context_processor(self, f: T_context_processor) -> T_context_processor:
        """Call *f* before each template is rendered, and give the template what it returns."""
        self.template_context_processors.setdefault(None, []).append(f)
        return f

    def _context_processors(self) -> Processors:
        """Return the processors for what is going on: a request, or work outside of one."""
        ctx = current.get(None)
        request_ctx = None if ctx is None else ctx.request_context
        endpoint = None if request_ctx is None else request_ctx.request.endpoint
        return get_processors(self.template_context_processors, endpoint)

    def update_template_context(self, context: dict[str, Any]) -> None:
        """Add the values of the context processors to *context*; what is there already stays."""
        given = context.copy()
        for processor in self._context_processors():
            # PERF: `ensure_sync` costs more than the default processor (benchmarks/scenarios.py).
            if processor is not default_context_processor:
                processor = self.ensure_sync(processor)
            context.update(processor())
        context.update(given)

    async def update_template_context_async(self, context: dict[str, Any]) -> None:
        """Do the same from a coroutine; asynchronous processors run on its event loop."""
        given = context.copy()
        for processor in self._context_processors():
            values = processor()
            context.update(await values if isawaitable(values) else values)
        context.update(given)

    # Filters, tests and globals

    @overload
    def template_filter(self, name: T_filter) -> T_filter: ...
    @overload
    def template_filter(self, name: str | None = None) -> Callable[[T_filter], T_filter]: ...
    @setupmethod
    def template_filter(
        self, name: T_filter | str | None = None
    ) -> T_filter | Callable[[T_filter], T_filter]:
        """Make the decorated function a filter of templates.

        Args:
            name: In templates; by default the function's. The parentheses may be left out.
        """
        return make_decorator(name, self.add_template_filter)

    @setupmethod
    def add_template_filter(self, f: TemplateFilterCallable, name: str | None = None) -> None:
        """Make *f* a filter of templates, under its own name or *name*."""
        self.jinja_env.filters[name or f.__name__] = f

    @overload
    def template_test(self, name: T_test) -> T_test: ...
    @overload
    def template_test(self, name: str | None = None) -> Callable[[T_test], T_test]: ...
    @setupmethod
    def template_test(
        self, name: T_test | str | None = None
    ) -> T_test | Callable[[T_test], T_test]:
        """Make the decorated function a test of templates, as in `{% if x is odd %}`.

        Args:
            name: In templates; by default the function's. The parentheses may be left out.
        """
        return make_decorator(name, self.add_template_test)

    @setupmethod
    def add_template_test(self, f: TemplateTestCallable, name: str | None = None) -> None:
        """Make *f* a test of templates, under its own name or *name*."""
        self.jinja_env.tests[name or f.__name__] = f

    @overload
    def template_global(self, name: T_global) -> T_global: ...
    @overload
    def template_global(self, name: str | None = None) -> Callable[[T_global], T_global]: ...
    @setupmethod
    def template_global(
        self, name: T_global | str | None = None
    ) -> T_global | Callable[[T_global], T_global]:
        """Make the decorated function callable in every template.

        Args:
            name: In templates; by default the function's. The parentheses may be left out.
        """
        return make_decorator(name, self.add_template_global)

    @setupmethod
    def add_template_global(self, f: TemplateGlobalCallable, name: str | None = None) -> None:
        """Make *f* callable in every template, under its own name or *name*."""
        self.jinja_env.globals[name or f.__name__] = f

    # Checks

    def make_checks(self) -> Checks:
        """Make the checks that every app of this class has; template folders are among them."""
        # PERF: see jinja.py
        from cruse_templating.folder_checks import check_template_folders
        from cruse_templating.security_checks import add_security_checks

        checks = super().make_checks()
        add_security_checks(checks)
        checks.add(check_template_folders)
        return checks
