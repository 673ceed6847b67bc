"""Where Cruse does in another way what Flask does by calling a function of its module.

Whoever sets such a function anew has it called all the same: in its place Cruse's own way is left
for one that calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any, NamedTuple

from cruse.as_flask import classes
from cruse.as_flask.classes import Flask
from cruse_cli import NoAppError, discovery
from cruse_cli.discovery import AppReference
from cruse_core import AppContext, Request, RequestContext, Response, url_building
from cruse_core.json_tags import TaggedJSONSerializer
from cruse_core.scaffold import Scaffold


class Place(NamedTuple):
    """Where something is looked up.

    Attributes:
        owner: A module or a class.
        name: Of the attribute.
        adapt: Makes what is set there from what is set in Flask's module; None if it is the same.
    """

    owner: Any
    name: str
    adapt: Callable[[Any], Any] | None = None


def _make_app_context_by(context_class: Callable[..., AppContext]) -> Any:
    return lambda self: context_class(self)


def _make_request_context_by(context_class: Callable[..., RequestContext]) -> Any:
    return lambda self, environ: context_class(self, environ)


def _match_host_of(get_host: Callable[..., str]) -> Any:
    def create_url_adapter(self: Flask, request: Request | None) -> Any:
        if request is not None:
            host = get_host(request.environ, self.config["TRUSTED_HOSTS"])
            request.host = host  # pyright: ignore[reportAttributeAccessIssue]  # cached there
        return super(Flask, self).create_url_adapter(request)

    return create_url_adapter


def _send_static_file_by(send_from_directory: Callable[..., Response]) -> Any:
    def send_static_file(self: Scaffold, filename: str) -> Response:
        max_age = self.get_send_file_max_age(filename)
        return send_from_directory(self.static_folder, filename, max_age=max_age)

    return send_static_file


def _call_factory_by(is_called_wrongly: Callable[..., bool]) -> Any:
    def call_factory(
        module: ModuleType,
        reference: AppReference,
        factory: Callable[..., Any],
        *,
        guessed: bool = False,
    ) -> object:
        try:
            return factory(*reference.args, **reference.kwargs)
        except TypeError as exc:
            if not is_called_wrongly(factory):
                raise
            place = f"{module.__name__}:{reference.name}"
            raise NoAppError(f"The factory {place!r} could not be called: {exc}.") from exc

    return call_factory


def _name_blueprints_by(split: Callable[[str], Iterable[str]]) -> Any:
    return lambda endpoint: split(endpoint.rpartition(".")[0]) if "." in (endpoint or "") else ()


def _list_blueprints_by(split: Callable[[str], list[str]]) -> Any:
    return property(lambda request: split(request.blueprint) if request.blueprint else [])


def _dump_by(dumps: Callable[..., str]) -> Any:
    return lambda self, value: dumps(self.tag(value), separators=(",", ":"))


def _load_by(loads: Callable[..., Any]) -> Any:
    return lambda self, value: self.untag_all(loads(value))


# By the full name in Flask.
ADAPTED_PLACES = {
    # The short cuts look at the methods, and the class of a context may be any callable.
    "flask.app.AppContext": Place(Flask, "app_context", _make_app_context_by),
    "flask.app.RequestContext": Place(Flask, "request_context", _make_request_context_by),
    "flask.app.get_host": Place(Flask, "create_url_adapter", _match_host_of),
    "flask.app.send_from_directory": Place(Flask, "send_static_file", _send_static_file_by),
    "flask.blueprints.send_from_directory": Place(
        classes, "send_blueprint_file", _send_static_file_by
    ),
    "flask.cli._called_with_wrong_args": Place(discovery, "_call_factory", _call_factory_by),
    "flask.json.tag.dumps": Place(TaggedJSONSerializer, "dumps", _dump_by),
    "flask.json.tag.loads": Place(TaggedJSONSerializer, "loads", _load_by),
    "flask.sansio.app._split_blueprint_path": Place(
        url_building, "blueprint_names", _name_blueprints_by
    ),
    "flask.wrappers._split_blueprint_path": Place(Request, "blueprints", _list_blueprints_by),
}
