"""The classes that Flask has and Cruse has not.

In Flask an app and a blueprint stand on `App` and `Blueprint` of `flask.sansio`, from which other
frameworks derive theirs too. So do `Cruse` and its `Blueprint` here: what is made by either name is
an instance of Flask's class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from importlib import import_module
from typing import Any

from werkzeug.datastructures import ImmutableDict

import cruse
from cruse.as_flask.shown_names import show_as_defined
from cruse_cli import AppGroup, CliRunner, CommandsApp, CommandsBlueprint
from cruse_core import Response
from cruse_core.app_globals import AppGlobals
from cruse_core.context import AppContext, RequestContext
from cruse_core.json_tags import TaggedJSONSerializer
from cruse_core.responses import SentBody
from cruse_core.scaffold import Scaffold
from cruse_core.types import AfterRequestCallable, StartResponse, WSGIEnvironment
from cruse_templating import TemplatingApp, TemplatingBlueprint
from cruse_templating.jinja import BaseLoader
from cruse_templating.loader import DispatchingJinjaLoader
from cruse_testing import Client, TestingApp


class SansioApp(TemplatingApp, CommandsApp, TestingApp):
    """An app that has no rules of its own."""

    def _add_static_rule(self, static_host: str | None, host_matching: bool) -> None:
        """Leave the static files to the class that is derived from this one."""


class Flask(SansioApp):
    """An app that serves its static files."""

    # What Cruse does in another way by default, and Flask's programs may rely on. They read the
    # other defaults here, too.
    default_config = ImmutableDict({**SansioApp.default_config, "JSON_ERRORS": "never"})

    def _add_static_rule(self, static_host: str | None, host_matching: bool) -> None:
        super(SansioApp, self)._add_static_rule(static_host, host_matching)
        # Programs know the view as "flask.app.<lambda>", to exempt it from what they do to others.
        self.view_functions["static"].__module__ = "flask.app"

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve a request, as a WSGI application (PEP 3333).

        Args:
            environ: The request, from the server.
            start_response: Called once with status and headers.

        Returns:
            The body, in chunks; it can be closed.
        """
        chunks = super().wsgi_app(environ, start_response)
        return chunks if hasattr(chunks, "close") else ClosableBody(chunks)

    def send_static_file(self, filename: str) -> Response:
        """Return the response that carries *filename* from the static folder."""
        return super().send_static_file(filename)

    def test_client(self, use_cookies: bool = True, **kwargs: Any) -> Client:
        """Make a client that sends requests to this app, of the class in `flask.testing`."""
        import_module("flask.testing")
        return super().test_client(use_cookies, **kwargs)

    def test_cli_runner(self, **kwargs: Any) -> CliRunner:
        """Make a runner that invokes commands, of the class in `flask.testing`."""
        import_module("flask.testing")
        return super().test_cli_runner(**kwargs)


class ClosableBody(list[bytes]):
    """The chunks of a body, with a `close` that programs call and wrap."""

    __slots__ = ()

    def close(self) -> None:
        """Do nothing: a list keeps nothing open."""


class SansioBlueprint(TemplatingBlueprint, CommandsBlueprint):
    """A blueprint for any app."""


class Blueprint(SansioBlueprint):
    """A blueprint for an app that serves static files."""

    @cached_property
    def cli(self) -> AppGroup:
        """The blueprint's commands; they can still be looked at after its registration."""
        return AppGroup() if self._got_registered_once else super().cli

    def send_static_file(self, filename: str) -> Response:
        """Return the response that carries *filename* from the static folder."""
        # A rule keeps the method that it was registered with, so this is looked up at each call.
        return send_blueprint_file(self, filename)


send_blueprint_file = Scaffold.send_static_file


def _list_tokens(ctx: AppContext) -> list[Any]:
    return list(ctx._tokens)


def _list_pairs_of_tokens(ctx: RequestContext) -> list[Any]:
    # The second is for the app context that Flask pushes with a request; here one stands for both.
    return [(token, None) for token in ctx._tokens]


def _list_functions(ctx: RequestContext) -> list[AfterRequestCallable]:
    # A list that programs add to, made when the first of them asks for it.
    if not isinstance(ctx.after_request_functions, list):
        ctx.after_request_functions = list(ctx.after_request_functions)
    return ctx.after_request_functions


def _iter_loaders(
    loader: DispatchingJinjaLoader, template: str
) -> Iterator[tuple[Scaffold, BaseLoader]]:
    """Yield the app, its blueprints, and the loaders of their folders."""
    for owner in (loader.app, *loader.app.iter_blueprints()):
        found = loader._find_loader(owner)
        if found is not None:
            yield owner, found  # type: ignore[misc]  # what an app has are its blueprints


def complete_classes() -> None:
    """Make Cruse's own classes those of Flask, for the rest of this process."""
    cruse.Cruse.__bases__ = (Flask,)
    cruse.Blueprint.__bases__ = (Blueprint,)
    AppContext._cv_tokens = property(_list_tokens)
    RequestContext._cv_tokens = property(_list_pairs_of_tokens)
    RequestContext._after_request_functions = property(_list_functions)
    DispatchingJinjaLoader._iter_loaders = _iter_loaders  # type: ignore[attr-defined]
    TaggedJSONSerializer._untag_scan = TaggedJSONSerializer.untag_all  # type: ignore[attr-defined]
    AppGlobals._label = "flask.g"
    for body in (ClosableBody, SentBody):
        show_as_defined(body, "werkzeug.wsgi", "ClosingIterator")
