"""Make the page of an HTTP error as Werkzeug's exceptions make it, without running one as an app.

`conversion.py` decides what becomes such a page. An exception that has a page, headers or a
response of its own gets none from here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from werkzeug.exceptions import HTTPException

from cruse_core.late_attributes import inherits_all
from cruse_core.responses import Response
from cruse_core.text_cache import TextCache

CONTENT_TYPE = "text/html; charset=utf-8"

_STEPS = ("__call__", "get_body", "get_description", "get_headers", "get_response", "name")


def find_error_page(response_class: type[Response], error: HTTPException) -> bytes | None:
    """Return the page of *error* in HTML; None if it must be asked itself."""
    # PERF: an exception that is run as a WSGI application makes two responses and writes its page
    # anew each time (benchmarks/scenarios.py: missing).
    if (
        # A class may leave out the constructor that sets it.
        getattr(error, "response", None) is not None
        or not response_class.is_left_out
        or not _has_common_page(type(error))  # type: ignore[arg-type]  # a class is hashable
        # Markup equals a text with the same characters, but is not escaped.
        or type(error.description) is not str
    ):
        return None
    return _PAGES[error.code, error.description]


def make_error_page(response_class: type[Response], error: HTTPException) -> Response | None:
    """Return the response that *error* stands for; None if it must be asked itself."""
    page = find_error_page(response_class, error)
    if page is None:
        return None
    return response_class(page, status=error.code, content_type=CONTENT_TYPE)


@lru_cache(maxsize=256)
def _has_common_page(cls: type[HTTPException]) -> bool:
    return inherits_all(cls, HTTPException, _STEPS)


def _make_page(key: tuple[int | None, str]) -> bytes:
    """Return the page with this code and description."""
    code, description = key
    page = HTTPException(description)
    page.code = code
    return page.get_body().encode()


# Long enough for the descriptions of Werkzeug.
_PAGES: Final = TextCache(_make_page, longest=256)
