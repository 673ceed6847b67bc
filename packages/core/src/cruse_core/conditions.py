"""Decide what a conditional request gets, and which part of it: RFC 9110, sections 13 and 14.

`responses.py` knows the answer; this file reads the headers of the request.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final
from wsgiref.types import WSGIEnvironment

from werkzeug.datastructures import Headers
from werkzeug.http import parse_date, parse_etags, unquote_etag

_RANGE: Final = re.compile(r"([0-9]*)[ \t]*-[ \t]*([0-9]*)")

# More digits than any length has; int() refuses thousands of them.
_DIGIT_LIMIT: Final = 100


def find_refusal(environ: WSGIEnvironment, headers: Headers) -> int | None:
    """Find out whether a request for a document needs it at all.

    Args:
        environ: Of a GET or HEAD request.
        headers: Of the whole document, which may have an ETag and a Last-Modified.

    Returns:
        304 if the client has it already, 412 if it wants another one; None if it gets it.
    """
    # The order is that of section 13.2.2.
    etag, is_weak = unquote_etag(headers.get("ETag"))
    changed = parse_date(headers.get("Last-Modified"))
    if wanted := environ.get("HTTP_IF_MATCH"):
        tags = parse_etags(wanted)
        if not (tags.star_tag or (etag is not None and not is_weak and tags.is_strong(etag))):
            return 412
    elif changed is not None:
        since = _parse_date(environ.get("HTTP_IF_UNMODIFIED_SINCE"))
        if since is not None and changed > since:
            return 412
    if known := environ.get("HTTP_IF_NONE_MATCH"):
        tags = parse_etags(known)
        return 304 if tags.star_tag or (etag is not None and tags.contains_weak(etag)) else None
    if changed is not None:
        since = _parse_date(environ.get("HTTP_IF_MODIFIED_SINCE"))
        if since is not None and changed <= since:
            return 304
    return None


def find_range(environ: WSGIEnvironment, headers: Headers, length: int) -> tuple[int, int] | None:
    """Find out which part of a document a request wants.

    Args:
        environ: Of the request; only GET knows parts.
        headers: Of the whole document.
        length: Its length in bytes; not 0.

    Returns:
        Where the part begins and ends; None if all of it is to be sent, as always where several
        parts are wanted or it is not clear which.

    Raises:
        ValueError: The document has no such part.
    """
    if environ["REQUEST_METHOD"] != "GET" or not _is_same_document(environ, headers):
        return None
    unit, _, text = (environ.get("HTTP_RANGE") or "").partition("=")
    parts = [part for part in (part.strip(" \t") for part in text.split(",")) if part]
    if unit.strip(" \t").lower() != "bytes" or len(parts) != 1 or len(text) > _DIGIT_LIMIT:
        return None
    match = _RANGE.fullmatch(parts[0])
    if match is None:
        return None
    first, last = match.groups()
    if first:
        start = int(first)
        stop = min(int(last) + 1, length) if last else length
        if last and int(last) < start:
            return None
    elif last:
        start, stop = max(0, length - int(last)), length
    else:
        return None
    if start >= length:
        raise ValueError(f"There is no part {text} of {length} bytes.")
    return start, stop


def _is_same_document(environ: WSGIEnvironment, headers: Headers) -> bool:
    """Return whether the client has parts of the same document already, if it has any."""
    known: str | None = environ.get("HTTP_IF_RANGE")
    if not known:
        return True
    date = parse_date(known)
    if date is not None:
        # Section 13.1.5: a later date does not match either.
        return date == parse_date(headers.get("Last-Modified"))
    # Parts may be put together only if not a byte differs, which a weak tag does not promise.
    tags = parse_etags(known)
    etag, is_weak = unquote_etag(headers.get("ETag"))
    return etag is not None and not is_weak and not tags.star_tag and tags.is_strong(etag)


def _parse_date(text: Any) -> datetime | None:
    return parse_date(text) if isinstance(text, str) else None
