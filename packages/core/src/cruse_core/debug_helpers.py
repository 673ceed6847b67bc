"""Explain in debug mode what a developer probably did wrong with a request.

`requests.py` and `error_handlers.py` decide when; this file holds the wording.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from traceback import walk_tb
from typing import Any, Protocol

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule


class ExplainedRequest(Protocol):
    """What the explanations read from a request."""

    @property
    def url(self) -> str:
        """The URL that the client asked for."""
        ...

    @property
    def base_url(self) -> str:
        """The URL without its query."""
        ...

    @property
    def method(self) -> str:
        """The HTTP method."""
        ...

    @property
    def mimetype(self) -> str:
        """The type of the body."""
        ...

    @property
    def form(self) -> MultiDict[str, str]:
        """The fields of the form that are no files."""
        ...

    @property
    def files(self) -> MultiDict[str, FileStorage]:
        """The files of the form."""
        ...

    @property
    def routing_exception(self) -> HTTPException | None:
        """Why the URL matched no view."""
        ...


class DebugFilesKeyError(KeyError, AssertionError):
    """A file was asked for that the browser sent by name only, because of the form's enctype."""

    def __init__(self, request: ExplainedRequest, key: str) -> None:
        names = ", ".join(repr(value) for value in request.form.getlist(key))
        message = (
            f"request.files has no {key!r}, but request.form has: the body came as"
            f" {request.mimetype!r}, so no file contents were transmitted."
            f' Add enctype="multipart/form-data" to the <form>. This was submitted: {names}.'
        )
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        # KeyError would show the repr of the message.
        return self.message


class FormDataRoutingRedirect(AssertionError):
    """A redirect made by routing would make the client drop the body that it sent."""

    def __init__(self, request: ExplainedRequest) -> None:
        redirect = request.routing_exception
        assert isinstance(redirect, RequestRedirect)
        message = (
            f"Routing redirects {request.method} {request.url!r} to the canonical URL"
            f" {redirect.new_url!r}. Clients follow a {redirect.code} without the body, so the view"
            " would never see it."
        )
        if f"{request.base_url}/" == redirect.new_url.partition("?")[0]:
            message += " The URL of the rule ends with a slash that the requested one lacks."
        message += (
            " Send the request to the final URL. This error is raised in debug mode only;"
            " otherwise the client gets the redirect."
        )
        super().__init__(message)


def explain_arguments(
    error: TypeError,
    rule: Rule,
    view: Callable[..., Any],
    method: str,
    view_args: Mapping[str, Any],
) -> None:
    """Note on *error* which variables of its rule a view has no parameters for, or the reverse.

    Nothing happens if the view was entered, or takes them.

    Args:
        error: What calling the view has led to.
        rule: Whose view that is.
        view: The view.
        method: Of the request, for a view that is a class.
        view_args: What it is called with.
    """
    view_class = getattr(view, "view_class", None)
    function: Any = inspect.unwrap(view)
    if view_class is not None:
        function = getattr(view_class, method.lower(), None) or view_class.dispatch_request
    code = getattr(function, "__code__", None)
    if code is None or any(frame.f_code is code for frame, _ in walk_tb(error.__traceback__)):
        return
    signature = inspect.signature(function)
    owner = () if view_class is None else (None,)
    try:
        signature.bind(*owner, **view_args)
    except TypeError as mismatch:
        names = [name for name in signature.parameters if name not in view_args]
        strangers = [name for name in view_args if name not in signature.parameters]
        nearest = [get_close_matches(name, names, n=1, cutoff=0.5) for name in strangers]
        pairs = [
            f"the parameter {near[0]!r} {name!r}"
            for name, near in zip(strangers, nearest, strict=True)
            if near
        ]
        remedy = f"Name {' and '.join(pairs)}." if pairs else "Give both the same names."
        error.add_note(
            f"The rule {rule.rule!r} of the endpoint {rule.endpoint!r} calls its view with "
            f"{', '.join(view_args) or 'no arguments'}, but that is "
            f"{function.__qualname__}{signature}: {mismatch}. {remedy}"
        )


def attach_enctype_error_multidict(request: ExplainedRequest) -> None:
    """Make a missing key of `request.files` explain itself if the form had the wrong enctype.

    Nothing happens if the body was multipart or brought files.
    """
    files = request.files
    if files or request.mimetype == "multipart/form-data":
        return
    plain: type[Any] = type(files)

    def get(self: Any, key: str) -> Any:
        try:
            return plain.__getitem__(self, key)
        except KeyError:
            if key not in request.form:
                raise
            raise DebugFilesKeyError(request, key) from None

    explaining: type[Any] = type(
        plain.__name__, (plain,), {"__getitem__": get, "__doc__": plain.__doc__}
    )
    files.__class__ = explaining
