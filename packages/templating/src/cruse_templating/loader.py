"""Find templates: first in the app's folder, then in those of its blueprints.

Blueprints are asked in the order of their registration, so an app can replace any of their
templates.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

from jinja2 import BaseLoader, Environment, FileSystemLoader, TemplateNotFound

from cruse_core import App
from cruse_core.context import find_request_context
from cruse_core.scaffold import Scaffold
from cruse_templating.errors import MissingTemplateError, Place, folders_of

_UNKNOWN: Any = object()

Source = tuple[str, str | None, Callable[[], bool] | None]


def make_folder_loader(owner: Scaffold) -> FileSystemLoader | None:
    """Return a loader for the template folder of *owner*, or None if it has none."""
    if owner.template_folder is None:
        return None
    return FileSystemLoader(os.path.join(owner.root_path, owner.template_folder))


class DispatchingJinjaLoader(BaseLoader):
    """Load a template from the first place of an app that has it.

    Args:
        app: The app whose folder comes first; its blueprints follow.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self._folder_loaders: dict[Scaffold, BaseLoader | None] = {}

    def get_source(self, environment: Environment, template: str) -> Source:
        """Return source, file name and freshness check of *template*.

        Raises:
            MissingTemplateError: No place has it.
        """
        if self.app.config["EXPLAIN_TEMPLATE_LOADING"]:
            found = self._find_source_explained(environment, template)
        else:
            found = self._find_source(environment, template)
        if found is None:
            raise MissingTemplateError(template, self)
        if not environment.auto_reload:
            return found
        text, filename, is_unchanged = found

        def is_current() -> bool:
            if is_unchanged is not None and not is_unchanged():
                return False
            # An earlier place, or an earlier folder of one, may have such a template by now.
            now = self._find_source(environment, template)
            return now is not None and now[:2] == (text, filename)

        return text, filename, is_current

    def _find_source(self, environment: Environment, template: str) -> Source | None:
        """Return what the first place that has the template says of it."""
        for place in self.iter_places():
            try:
                return place.loader.get_source(environment, template)
            except TemplateNotFound:
                continue
        return None

    def _find_source_explained(self, environment: Environment, template: str) -> Source | None:
        """Do the same, but ask every place, and log what each of them has answered."""
        attempts: list[tuple[Place, Source | None]] = []
        for place in self.iter_places():
            try:
                attempts.append((place, place.loader.get_source(environment, template)))
            except TemplateNotFound:
                attempts.append((place, None))
        # The whole text is the message: what it contains is no format for further arguments.
        self.app.logger.info(explain_search(template, attempts))
        return next((source for _, source in attempts if source is not None), None)

    def iter_places(self) -> Iterator[Place]:
        """Iterate over the loaders of the app and its blueprints, in the order of the search."""
        app = self.app
        app_loader = self._find_loader(app)
        if app_loader is not None:
            yield Place(name_owner(app), app_loader)
        seen: set[int] = set()
        for blueprint in app.iter_blueprints():
            # A blueprint may be registered several times, under other names.
            if id(blueprint) not in seen:
                seen.add(id(blueprint))
                loader = self._find_loader(blueprint)
                if loader is not None:
                    yield Place(name_owner(blueprint), loader)

    def list_templates(self) -> list[str]:
        """Return the names of all templates, sorted; a loader that cannot tell is left out."""
        names: set[str] = set()
        for place in self.iter_places():
            try:
                names.update(place.loader.list_templates())
            except TypeError:
                continue
        return sorted(names)

    def _find_loader(self, owner: object) -> BaseLoader | None:
        """Return the loader of an app or a blueprint, None without a template folder."""
        loader: BaseLoader | None = getattr(owner, "jinja_loader", _UNKNOWN)
        if loader is not _UNKNOWN:
            return loader
        if not isinstance(owner, Scaffold):
            return None
        # A blueprint of cruse-core alone has a template folder, but no loader.
        if owner not in self._folder_loaders:
            self._folder_loaders[owner] = make_folder_loader(owner)
        return self._folder_loaders[owner]


def name_owner(owner: object) -> str:
    """Return what an app or a blueprint is called in messages about its templates."""
    module = getattr(owner, "import_name", "?")
    if isinstance(owner, App):
        return f"application {module!r}"
    return f"blueprint {getattr(owner, 'name', '?')!r} ({module})"


def explain_search(template: str, attempts: list[tuple[Place, Source | None]]) -> str:
    """Return the lines that tell how *template* was looked for.

    Args:
        template: Its name.
        attempts: Every place that was asked, with what it answered; None if it has no such one.
    """
    return "\n".join(_iter_explanation(template, attempts))


def describe_loader(loader: BaseLoader) -> Iterator[str]:
    """Yield lines that tell the class of *loader* and the folders that it reads."""
    yield f"class: {type(loader).__module__}.{type(loader).__qualname__}"
    for folder in folders_of(loader):
        yield f"folder: {folder}"


def _iter_explanation(template: str, attempts: list[tuple[Place, Source | None]]) -> Iterator[str]:
    yield f"Looking for template {template!r}:"
    for number, (place, source) in enumerate(attempts, start=1):
        yield f"{number:5}: trying loader of {place.owner}"
        for line in describe_loader(place.loader):
            yield f"       {line}"
        yield f"       -> {'nothing' if source is None else f'found {source[1] or template!r}'}"
    found = sum(source is not None for _, source in attempts)
    if found == 0:
        yield "Error: the template could not be found."
    elif found > 1:
        yield f"Warning: {found} places have such a template; the first one is used."
    if found == 1:
        return
    ctx = find_request_context()
    blueprint = None if ctx is None else ctx.request.blueprint
    if blueprint is not None:
        yield (
            f"  It was looked up from an endpoint that belongs to the blueprint {blueprint!r}. "
            "All template folders are one namespace: put a blueprint's templates into a subfolder "
            "with its name."
        )
        yield "  See https://flask.palletsprojects.com/blueprints/#templates, which holds here too."
