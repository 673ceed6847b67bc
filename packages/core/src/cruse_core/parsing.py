"""Parse queries, urlencoded forms and cookies, and read a request body, the quick way.

Every function here answers only where its answer is certainly Werkzeug's, and returns None
otherwise; `requests.py` then asks Werkzeug. Whatever is odd belongs there, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, Final, TypeVar

from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import LimitedStream, get_input_stream

V = TypeVar("V")

FORM_MIMETYPE: Final = "application/x-www-form-urlencoded"

# A file object may reserve what it is asked for in one call, and Content-Length is what the client
# claims; a longer body is read by Werkzeug, piece by piece.
ONE_READ_LIMIT_BYTES: Final = 64 * 1024

# Stand-ins for an escaped "&" and "=", until the text was split at the real ones; ASCII text cannot
# hold them.
_ESCAPED_AMPERSAND: Final = "\ue000"
_ESCAPED_EQUALS: Final = "\ue001"

# The ASCII character behind each two hexadecimal digits. Digits of a longer UTF-8 sequence, and
# anything malformed, are not in here.
_ESCAPES: Final = {
    high + low: {"&": _ESCAPED_AMPERSAND, "=": _ESCAPED_EQUALS}.get(
        character := chr(int(high + low, 16)), character
    )
    for high in "01234567"
    for low in "0123456789abcdefABCDEF"
}


def make_multi_dict(values: Mapping[str, list[V]]) -> ImmutableMultiDict[str, V]:
    """Make Werkzeug's immutable dict of several values for each key.

    Args:
        values: The values of each key, in order; none empty. The lists become the new dict's own.
    """
    # PERF: Werkzeug's constructor groups pairs once more (benchmarks/scenarios.py: form). Its
    # documentation says what counts here: the underlying dict holds a list for each key.
    multi: Any = dict.__new__(ImmutableMultiDict)
    dict.update(multi, values)
    return multi  # type: ignore[no-any-return]  # a cast would be a call


def parse_pairs(text: str) -> ImmutableMultiDict[str, str] | None:
    """Parse a query string or an urlencoded form that is plain ASCII.

    Args:
        text: Pairs as they were sent; empty values are kept, empty pairs skipped.

    Returns:
        The values; None if *text* or what it escapes goes beyond ASCII, or an escape is malformed.
    """
    # PERF: all escapes are replaced in one pass over the text, in place of a regular expression for
    # each key and value (benchmarks/scenarios.py: form, headers).
    if not text.isascii():
        return None
    if "+" in text:
        text = text.replace("+", " ")
    has_stand_ins = False
    if "%" in text:
        first, *others = text.split("%")
        try:
            text = first + "".join([_ESCAPES[other[:2]] + other[2:] for other in others])
        except KeyError:
            return None
        has_stand_ins = not text.isascii()
    values: dict[str, list[str]] = {}
    for pair in text.split("&"):
        if not pair:
            continue
        key, _, value = pair.partition("=")
        if has_stand_ins:
            key = _replace_stand_ins(key)
            value = _replace_stand_ins(value)
        if key in values:
            values[key].append(value)
        else:
            values[key] = [value]
    return make_multi_dict(values)


def _replace_stand_ins(text: str) -> str:
    return text.replace(_ESCAPED_AMPERSAND, "&").replace(_ESCAPED_EQUALS, "=")


def parse_cookies(header: str) -> ImmutableMultiDict[str, str] | None:
    """Parse the value of a Cookie header that holds plain pairs.

    Returns:
        The cookies; None if one is quoted, has no name, or has blanks inside.
    """
    # PERF: one split in place of a regular expression for each cookie (benchmarks/scenarios.py:
    # headers).
    if '"' in header or "\t" in header or not header.isascii():
        return None
    values: dict[str, list[str]] = {}
    for pair in header.split(";"):
        pair = pair.strip(" ")
        if not pair:
            continue
        key, _, value = pair.partition("=")
        if not key or " " in pair:
            return None
        if key in values:
            values[key].append(value)
        else:
            values[key] = [value]
    return make_multi_dict(values)


def find_cookie(header: str, name: str) -> str | None:
    """Return the value of the first cookie of that name in a Cookie header; "" if there is none.

    Returns:
        The value; None if it may be quoted or has blanks inside, or if the name is empty.
    """
    # PERF: the session's cookie is often the only one that anybody asks for
    # (benchmarks/scenarios.py: session).
    if not name or '"' in header or "\t" in header or not header.isascii():
        return None
    for pair in header.split(";"):
        pair = pair.strip(" ")
        if " " in pair:
            return None
        key, _, value = pair.partition("=")
        if key == name:
            return value
    return ""


def find_mimetype(content_type: str) -> str:
    """Return the type that a Content-Type header names, without parameters, in lower case."""
    return content_type.partition(";")[0].strip(" \t").lower()


def find_short_body(environ: Mapping[str, Any], limit_bytes: int | None) -> bytes | None:
    """Read the whole body in one call.

    Args:
        environ: The WSGI environ; nothing was read from its input yet.
        limit_bytes: Most bytes that may be read; None sets no limit.

    Returns:
        The body; None, and nothing was read, if it has to be read with Werkzeug's checks.

    Raises:
        ClientDisconnected: The input ended before the announced length.
    """
    # PERF: Werkzeug's stream reads through a raw IO object (benchmarks/scenarios.py: echo, form).
    stream: IO[bytes] = environ["wsgi.input"]
    if "wsgi.input_terminated" in environ:
        return stream.read() if limit_bytes is None else None
    length_text: str = environ.get("CONTENT_LENGTH") or ""
    if "HTTP_TRANSFER_ENCODING" in environ or not (length_text.isascii() and length_text.isdigit()):
        return None
    # The digits are counted first: int() refuses thousands of them.
    length = int(length_text) if len(length_text) < 10 else ONE_READ_LIMIT_BYTES + 1
    if length > ONE_READ_LIMIT_BYTES or (limit_bytes is not None and length > limit_bytes):
        return None
    data = b""
    while len(data) < length:
        try:
            more = stream.read(length - len(data))
        except (OSError, ValueError) as exc:
            raise ClientDisconnected from exc
        if not more:
            raise ClientDisconnected
        data = data + more if data else more
    return data


def make_read_stream(environ: dict[str, Any]) -> IO[bytes]:
    """Make the stream that a request shows after `find_short_body` read everything."""
    stream = get_input_stream(environ)
    if isinstance(stream, LimitedStream):
        # Werkzeug's private name for how far the stream was read; without it, reading on would ask
        # the server for bytes that never come.
        stream._pos = stream.limit
    return stream
