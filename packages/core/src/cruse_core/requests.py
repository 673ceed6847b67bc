"""Read what the client sent.

`context.py` makes a request and sets its `_app` and its match; this file only reads the environ.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.routing import Rule
from werkzeug.wrappers import Request as WerkzeugRequest

from .debug_helpers import attach_enctype_error_multidict


class RequestJSON(Protocol):
    """What a request asks of an app's JSON provider."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Return the value that the document *s* describes; ValueError if it is malformed."""
        ...


class RequestApp(Protocol):
    """What a request asks of its app."""

    @property
    def config(self) -> Mapping[str, Any]:
        """The configuration: MAX_CONTENT_LENGTH, MAX_FORM_MEMORY_SIZE and MAX_FORM_PARTS."""
        ...

    @property
    def debug(self) -> bool:
        """Whether errors may show details to the client."""
        ...

    @property
    def json(self) -> RequestJSON:
        """What parses a JSON body."""
        ...


class Request(WerkzeugRequest):
    """The request of one client, with the route that matched it."""

    _app: RequestApp | None = None

    url_rule: Rule | None = None
    view_args: dict[str, Any] | None = None
    routing_exception: HTTPException | None = None

    _max_content_length: int | None = None
    _max_form_memory_size: int | None = None
    _max_form_parts: int | None = None

    @property
    def max_content_length(self) -> int | None:
        """Most bytes of body that this request may read; None sets no limit."""
        if self._max_content_length is not None:
            return self._max_content_length
        if self._app is None:
            return WerkzeugRequest.max_content_length
        limit: int | None = self._app.config["MAX_CONTENT_LENGTH"]
        return limit

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value

    @property
    def max_form_memory_size(self) -> int | None:
        """Most bytes that one multipart field which is no file may have; None sets no limit."""
        if self._max_form_memory_size is not None:
            return self._max_form_memory_size
        if self._app is None:
            return WerkzeugRequest.max_form_memory_size
        limit: int | None = self._app.config["MAX_FORM_MEMORY_SIZE"]
        return limit

    @max_form_memory_size.setter
    def max_form_memory_size(self, value: int | None) -> None:
        self._max_form_memory_size = value

    @property
    def max_form_parts(self) -> int | None:  # type: ignore[override]
        """Most parts that a multipart body may have; None sets no limit."""
        if self._max_form_parts is not None:
            return self._max_form_parts
        if self._app is None:
            return WerkzeugRequest.max_form_parts
        limit: int | None = self._app.config["MAX_FORM_PARTS"]
        return limit

    @max_form_parts.setter
    def max_form_parts(self, value: int | None) -> None:
        self._max_form_parts = value

    @property
    def endpoint(self) -> str | None:
        """Endpoint of the rule that matched; None if none did."""
        return None if self.url_rule is None else self.url_rule.endpoint

    @property
    def blueprint(self) -> str | None:
        """Full name of the blueprint that the endpoint belongs to; None for an app's own."""
        endpoint = self.endpoint
        if endpoint is None or "." not in endpoint:
            return None
        return endpoint.rpartition(".")[0]

    @property
    def blueprints(self) -> list[str]:
        """Full names of the blueprint and those it is nested in, innermost first."""
        name = self.blueprint or ""
        names = []
        while name:
            names.append(name)
            name = name.rpartition(".")[0]
        return names

    @property
    def json_module(self) -> Any:
        """What parses a JSON body: the app's provider, or the standard library without an app."""
        return json if self._app is None else self._app.json

    def on_json_loading_failed(self, e: ValueError | None) -> Any:
        """Answer 400 for a malformed body and 415 for another type; details only in debug mode."""
        try:
            return super().on_json_loading_failed(e)
        except BadRequest as error:
            if self._app is not None and self._app.debug:
                raise
            raise BadRequest from error

    def _load_form_data(self) -> None:
        super()._load_form_data()
        if self._app is not None and self._app.debug:
            attach_enctype_error_multidict(self)
