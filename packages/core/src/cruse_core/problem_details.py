"""Describe errors to programs in JSON: the problem details of RFC 9457.

`conversion.py` asks when an HTTP exception that no handler has answered becomes a response. This
file decides whether that is JSON or the page of the exception, and writes the JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, Protocol, TypeAlias

from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from cruse_core.choices import get_choice
from cruse_core.json_provider import JSONProvider
from cruse_core.responses import Response
from cruse_core.text_cache import TextCache
from cruse_core.types import WSGIEnvironment

# When errors are answered in JSON: when the client prefers it, always, or never.
JSONErrors: TypeAlias = Literal["negotiate", "always", "never"]

MEDIA_TYPE = "application/problem+json"

_JSON_ERRORS: Mapping[str, JSONErrors] = {
    "negotiate": "negotiate",
    "always": "always",
    "never": "never",
}
# Headers of the page, which say nothing about another body.
_HEADERS_OF_THE_PAGE = frozenset({"content-type", "content-length"})


class ProblemApp(Protocol):
    """What answering an error in JSON asks of an app."""

    # What blueprints have decided for themselves, by their full names.
    json_errors_by_blueprint: dict[str, JSONErrors]

    @property
    def config(self) -> Mapping[str, Any]:
        """The setting JSON_ERRORS."""
        ...

    @property
    def json(self) -> JSONProvider:
        """What writes JSON."""
        ...

    @property
    def response_class(self) -> type[Response]:
        """Class of the responses."""
        ...

    def error_blueprints(self) -> Sequence[str]:
        """Return the blueprints that answer for the current request, innermost first."""
        ...


def get_json_errors(name: str, value: object) -> JSONErrors:
    """Return *value* as one of the words of `JSONErrors`; True is "always", False is "never".

    Args:
        name: What the value was given as, for the message of the error.
        value: Of the setting or argument.

    Raises:
        UnknownChoiceError: It is none of these.
    """
    if isinstance(value, bool):
        return "always" if value else "never"
    return get_choice(name, value, _JSON_ERRORS)


def find_json_errors(app: ProblemApp) -> JSONErrors:
    """Return when errors of the current request are answered in JSON.

    The innermost blueprint that has an opinion decides, and JSON_ERRORS without one.

    Raises:
        UnknownChoiceError: JSON_ERRORS is none of the words that it can be.
    """
    by_blueprint = app.json_errors_by_blueprint
    if by_blueprint:
        for name in app.error_blueprints():
            if name in by_blueprint:
                return by_blueprint[name]
    # Settings that a program has put in place of the app's may lack the key.
    return get_json_errors("JSON_ERRORS", app.config.get("JSON_ERRORS", "never"))


def wants_json(json_errors: JSONErrors, environ: WSGIEnvironment) -> bool:
    """Return whether an error of the request in *environ* is to be answered in JSON."""
    if json_errors == "negotiate":
        # PERF: most clients send what others have sent (benchmarks/scenarios.py, missing).
        accept = environ.get("HTTP_ACCEPT") or ""
        known = _PREFERENCES.get(accept)
        return prefers_json(accept) if known is None else known
    return json_errors == "always"


def prefers_json(accept: str) -> bool:
    """Return whether a client likes JSON better than HTML.

    JSON is any type like `application/problem+json`. Between equal qualities the type decides that
    the client names more exactly, so that `application/json, */*` asks for JSON; else it is HTML,
    as for `*/*`, and for a header that is longer than any browser's or has quoted parameters.

    Args:
        accept: Value of the Accept header.
    """
    if len(accept) > _LONGEST_ACCEPT or '"' in accept:
        return False
    return _PREFERENCES[accept]


def _compare_ranks(accept: str) -> bool:
    json_rank = html_rank = _REFUSED
    for media_type, quality in _iter_ranges(accept):
        if media_type in {"*/*", "*"}:
            json_rank = max(json_rank, (0, quality))
            html_rank = max(html_rank, (0, quality))
        elif media_type == "application/*":
            json_rank = max(json_rank, (1, quality))
        elif media_type == "text/*":
            html_rank = max(html_rank, (1, quality))
        elif media_type in {"text/html", "application/xhtml+xml"}:
            html_rank = max(html_rank, (2, quality))
        elif media_type.endswith(("/json", "+json")):
            json_rank = max(json_rank, (2, quality))
    # RFC 9110, 12.5.1: the most exact range gives a type its quality.
    json_exactness, json_quality = json_rank
    html_exactness, html_quality = html_rank
    return json_quality > 0 and (json_quality, json_exactness) > (html_quality, html_exactness)


def _iter_ranges(accept: str) -> Iterator[tuple[str, float]]:
    """Give each media range and its quality; leave out what has none that RFC 9110 allows."""
    for item in accept.lower().split(","):
        media_type, *parameters = item.split(";")
        weights = [name for name in map(str.strip, parameters) if name.startswith("q=")]
        weight = weights[0] if weights else "q=1"
        if _WEIGHT.fullmatch(weight):
            yield media_type.strip(), float(weight[2:])


# RFC 9110, 12.4.2.
_WEIGHT: Final = re.compile(r"q=(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
# Exactness and quality of a type that no range covers.
_REFUSED: tuple[int, float] = (-1, 0.0)
# Browsers send up to 150 characters.
_LONGEST_ACCEPT: Final = 256
_PREFERENCES: Final = TextCache(_compare_ranks, longest=_LONGEST_ACCEPT)


def is_plain_error(error: HTTPException) -> bool:
    """Return whether *error* is an error whose page is that of every HTTP exception.

    One that carries a response or renders itself is left alone, and so is a redirect.
    """
    cls = type(error)
    return (
        error.code is not None
        and error.code >= 400
        # A class may leave out the constructor that sets it.
        and getattr(error, "response", None) is None
        and cls.get_body is HTTPException.get_body
        and cls.get_response is HTTPException.get_response
        and cls.__call__ is HTTPException.__call__
    )


def make_problem_response(
    app: ProblemApp, error: HTTPException, environ: WSGIEnvironment
) -> Response:
    """Return *error* as problem details, with the headers that belong to it.

    Members are `type`, `title`, `status` and `detail`; a mapping `problem` of the exception adds
    others or replaces these. `instance` is left to that: the URL of a request does not identify an
    occurrence of the problem.
    """
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": str(error.name),
        "status": error.code,
    }
    detail = _make_detail(error.description)
    if detail:
        problem["detail"] = detail
    more = getattr(error, "problem", None)
    if isinstance(more, Mapping):
        problem.update(more)
    headers = [
        (name, value)
        for name, value in error.get_headers(environ)
        if name.lower() not in _HEADERS_OF_THE_PAGE
    ]
    document = f"{app.json.dumps(problem)}\n"
    return app.response_class(document, error.code, headers, mimetype=MEDIA_TYPE)


def _make_detail(description: object) -> str:
    """Return as plain text what the page would show of a description."""
    if description is None:
        return ""
    if isinstance(description, Markup):
        return description.striptags()
    return str(description)
