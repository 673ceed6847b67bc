"""Parse queries, urlencoded forms and cookies the quick way.

Every function here answers only where its answer is certainly Werkzeug's, and returns None
otherwise; `requests.py` then asks Werkzeug. Whatever is odd belongs there, not here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from werkzeug.datastructures import ImmutableMultiDict

V = TypeVar("V")

_MULTIPART_TYPE: Final = re.compile(r'multipart/form-data; ?boundary=("?)([0-9A-Za-z_.+-]{1,70})\1')

# Stand-ins for an escaped "&" and "=", until the text was split at the real ones; they stand for no
# byte.
_ESCAPED_AMPERSAND: Final = "\ue000"
_ESCAPED_EQUALS: Final = "\ue001"


class _Escapes(dict[str, str]):
    """The character of the byte behind each two hexadecimal digits."""

    def __missing__(self, text: str) -> str:
        # A percent sign before anything else stands for itself.
        return f"%{text}"


_ESCAPES: Final = _Escapes(
    (high + low, {"&": _ESCAPED_AMPERSAND, "=": _ESCAPED_EQUALS}.get(character, character))
    for high in "0123456789abcdefABCDEF"
    for low in "0123456789abcdefABCDEF"
    for character in [chr(int(high + low, 16))]
)


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
    """Parse a query string or an urlencoded form.

    Args:
        text: Pairs as they were sent; empty values are kept, empty pairs skipped.

    Returns:
        The values; None if *text* itself goes beyond ASCII, whatever it escapes.
    """
    # PERF: all escapes are replaced in one pass over the text, in place of a regular expression for
    # each key and value (benchmarks/scenarios.py: form, headers).
    if not text.isascii():
        return None
    if "+" in text:
        text = text.replace("+", " ")
    is_plain = True
    if "%" in text:
        first, *others = text.split("%")
        text = first + "".join([_ESCAPES[other[:2]] + other[2:] for other in others])
        is_plain = text.isascii()
    values: dict[str, list[str]] = {}
    for pair in text.split("&"):
        if not pair:
            continue
        key, _, value = pair.partition("=")
        if not is_plain:
            key = _decode(key)
            value = _decode(value)
        if key in values:
            values[key].append(value)
        else:
            values[key] = [value]
    return make_multi_dict(values)


def _decode(text: str) -> str:
    """Return a key or value whose escapes were replaced by the characters of single bytes."""
    text = text.replace(_ESCAPED_AMPERSAND, "&").replace(_ESCAPED_EQUALS, "=")
    if text.isascii():
        return text
    # Werkzeug's way with bytes that are no UTF-8: they stay escaped.
    return text.encode("latin1").decode("utf-8", "werkzeug.url_quote")


def parse_cookies(header: str) -> ImmutableMultiDict[str, str] | None:
    """Parse the value of a Cookie header that holds plain pairs.

    Returns:
        The cookies; None if one is quoted, has no name, or has blanks other than that before it.
    """
    # PERF: one split in place of a regular expression for each cookie; whether that will do is
    # known before (benchmarks/scenarios.py: headers).
    if '"' in header or "\t" in header or not header.isascii():
        return None
    header = ";" + header.replace("; ", ";")
    if " " in header or ";=" in header:
        return None
    values: dict[str, list[str]] = {}
    for pair in header.split(";"):
        if not pair:
            continue
        key, _, value = pair.partition("=")
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


def find_boundary(content_type: str) -> str | None:
    """Return what separates the parts of a multipart form, if the header says it as clients do."""
    # PERF: a fifth of what Werkzeug's parser of options costs (benchmarks/scenarios.py: upload).
    match = _MULTIPART_TYPE.fullmatch(content_type)
    return None if match is None else match[2]
