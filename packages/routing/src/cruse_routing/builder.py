"""Build the URL of an endpoint where there can be no doubt about it.

In doubt the answer is None, and Werkzeug builds the URL or raises the error that belongs there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote, quote_plus

from werkzeug.routing import Rule as WerkzeugRule

from .conversion import PATH_SAFE, ToPath, make_to_path
from .segments import encode_query, get_converters, has_domain, iter_path_pieces

# The characters that Werkzeug leaves as they are in a query. A key that needs a closer look is left to
# Werkzeug: it refuses some.
QUERY_SAFE = "!$'()*,/:;?@"
_is_safe_value = re.compile(r"[A-Za-z0-9_.~!$'()*,/:;?@-]*\Z").match
_is_safe_key = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.~-]*\Z").match


class UrlTemplate:
    """A rule's path with gaps for the values of its variables."""

    __slots__ = ("_gaps", "_names", "_rule", "_tail")

    def __init__(self, rule: WerkzeugRule) -> None:
        self._rule = rule
        self._names = frozenset(rule.arguments)
        converters = get_converters(rule)
        gaps: list[tuple[str, str, ToPath]] = []
        text = ""
        for is_variable, piece in iter_path_pieces(rule):
            if is_variable:
                gaps.append((text, piece, make_to_path(converters[piece])))
                text = ""
            else:
                text += quote(piece, safe=PATH_SAFE)
        self._gaps = tuple(gaps)
        self._tail = text

    def find_path(self, values: dict[str, Any]) -> str | None:
        """Return the path with *values* in its gaps, or None if one is missing."""
        pieces = []
        for text, name, to_path in self._gaps:
            value = values.get(name)
            if value is None:
                return None
            pieces += (text, to_path(value))
        pieces.append(self._tail)
        path = "".join(pieces)
        # Werkzeug writes one slash behind the script root, whatever the first value begins with.
        return "/" + path.lstrip("/") if path.startswith("//") else path

    def find_query(self, values: dict[str, Any]) -> str | None:
        """Return the query that holds the rest of *values*, or None if Werkzeug must say."""
        if len(values) == len(self._names):
            return ""
        rest = {
            key: value
            for key, value in values.items()
            if value is not None and key not in self._names
        }
        pairs = []
        simple = not self._rule.map.sort_parameters
        for key, value in rest.items():
            if not _is_safe_key(key):
                return None
            if type(value) is str:
                value = value if _is_safe_value(value) else quote_plus(value, safe=QUERY_SAFE)
            elif type(value) is not int:
                simple = False
            # PERF: urlencode() takes several times as long (benchmarks/scenarios.py).
            pairs.append(f"{key}={value}")
        return "&".join(pairs) if simple else encode_query(self._rule, rest)


def make_templates(rules: Sequence[WerkzeugRule]) -> tuple[UrlTemplate, ...]:
    """Return the templates of an endpoint's rules in Werkzeug's order of preference; () in doubt.

    Rules that accept different methods are in doubt, because Werkzeug prefers the one that accepts
    the method of the current request.
    """
    if not all(_is_certain(rule) and rule.methods == rules[0].methods for rule in rules):
        return ()
    ordered = sorted(rules, key=lambda rule: rule.build_compare_key())
    return tuple(UrlTemplate(rule) for rule in ordered)


def find_url(templates: Iterable[UrlTemplate], values: dict[str, Any]) -> str | None:
    """Return the URL of the first template that *values* fit, or None if Werkzeug must say."""
    try:
        for template in templates:
            path = template.find_path(values)
            if path is not None:
                query = template.find_query(values)
                return f"{path}?{query}" if query else path if query == "" else None
    except Exception:
        # A converter refused the value, or failed. Werkzeug asks it again, and knows what follows.
        return None
    return None


def _is_certain(rule: WerkzeugRule) -> bool:
    return not (
        rule.defaults
        or rule.websocket
        or has_domain(rule)
        or type(rule).build is not WerkzeugRule.build
        or type(rule).suitable_for is not WerkzeugRule.suitable_for
    )
