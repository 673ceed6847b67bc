"""Jinja2's environment, bound to an app.

`app.py` decides with which options it is made, and when.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, Protocol

import jinja2
from jinja2 import BaseLoader, Template, TemplatesNotFound
from jinja2.runtime import Context, new_context

from cruse_templating.errors import MissingTemplatesError
from cruse_templating.loader import DispatchingJinjaLoader


class AppTemplate(Template):
    """A template that takes the globals of its environment at once, if it has none of its own."""

    def new_context(
        self,
        vars: dict[str, Any] | None = None,
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,
    ) -> Context:
        """Make the context of one rendering, as Jinja2 does."""
        template_globals = self.globals
        # PERF: copying a ChainMap takes as long as rendering a short template, and each rendering
        # copies it twice; a dict is copied in no time (benchmarks/scenarios.py: template).
        if isinstance(template_globals, ChainMap) and not any(template_globals.maps[:-1]):
            template_globals = template_globals.maps[-1]
        return new_context(
            self.environment, self.name, self.blocks, vars, shared, template_globals, locals
        )


class EnvironmentApp(Protocol):
    """What an environment asks of its app."""

    def create_global_jinja_loader(self) -> BaseLoader:
        """Make the loader that knows all templates."""
        ...


class Environment(jinja2.Environment):
    """A Jinja2 environment that finds the templates of an app and of its blueprints.

    Args:
        app: The app; it makes the loader, unless *options* has one.
        **options: Of `jinja2.Environment`.
    """

    template_class = AppTemplate

    def __init__(self, app: EnvironmentApp, **options: Any) -> None:
        if "loader" not in options:
            options["loader"] = app.create_global_jinja_loader()
        super().__init__(**options)
        self.app = app

    def select_template(
        self,
        names: Iterable[str | Template],
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        """Return the first template that exists.

        Raises:
            MissingTemplatesError: None of them does.
        """
        try:
            return super().select_template(names, parent, globals)
        except TemplatesNotFound as exc:
            missing = [name for name in exc.templates if isinstance(name, str)]
            # An empty list, and a name that is undefined, are explained by Jinja2.
            if not missing or len(missing) < len(exc.templates):
                raise
            if not isinstance(self.loader, DispatchingJinjaLoader):
                raise
            raise MissingTemplatesError(missing, self.loader) from None
