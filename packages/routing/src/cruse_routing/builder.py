"""Build the URL of an endpoint where there can be no doubt about it.

In doubt the answer is None, and Werkzeug builds the URL or raises the error that belongs there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, quote_plus

from werkzeug.routing import Rule as WerkzeugRule

from .conversion import PATH_SAFE, ToPath, make_to_path
from .segments import encode_query, get_converters, get_path_pieces, has_domain

# The characters that Werkzeug leaves as they are in a query.
QUERY_SAFE = "!$'()*,/:;?@"
_is_safe_but_for_spaces = re.compile(r"[A-Za-z0-9_.~!$'()*,/:;?@ -]*\Z").match


class UrlTemplate:
    """A rule's path with gaps for the values of its variables."""

    __slots__ = ("_gaps", "_names", "_rule", "_tail")

    def __init__(self, rule: WerkzeugRule) -> None:
        self._rule = rule
        self._names = frozenset(rule.arguments)
        converters = get_converters(rule)
        gaps: list[tuple[str, str, ToPath]] = []
        text = ""
        for is_variable, piece in get_path_pieces(rule):
            if is_variable:
                gaps.append((text, piece, make_to_path(converters[piece])))
                text = ""
            else:
                text += quote(piece, safe=PATH_SAFE)
        self._gaps = tuple(gaps)
        self._tail = text

    def find_url(self, values: Mapping[str, Any]) -> str | None:
        """Return the path with *values* in its gaps, and the rest as its query.

        Returns:
            The path and the query; None if *values* do not fill all gaps.

        Raises:
            TypeError: A key of *values* is none that Werkzeug accepts.
            Exception: Whatever a converter raises.
        """
        path = ""
        for text, name, to_path in self._gaps:
            value = values.get(name)
            if value is None:
                return None
            path += text + to_path(value)
        path += self._tail
        if path.startswith("//"):
            # Werkzeug writes one slash behind the script root, whatever a value begins with.
            path = "/" + path.lstrip("/")
        if len(values) == len(self._gaps):
            return path
        query = self._find_simple_query(values)
        if query is None:
            query = self._make_query(values)
        return f"{path}?{query}" if query else path

    def _find_simple_query(self, values: Mapping[str, Any]) -> str | None:
        # PERF: texts and whole numbers, without urlencode() (benchmarks/scenarios.py).
        if self._rule.map.sort_parameters:
            return None
        pairs = []
        for key, value in values.items():
            if value is None or key in self._names:
                continue
            if not (key.isascii() and key.isidentifier()):
                return None
            if type(value) is str:
                if _is_safe_but_for_spaces(value):
                    value = value.replace(" ", "+")
                else:
                    value = quote_plus(value, safe=QUERY_SAFE)
            elif type(value) is not int:
                return None
            pairs.append(f"{key}={value}")
        return "&".join(pairs)

    def _make_query(self, values: Mapping[str, Any]) -> str:
        rest = {
            key: value
            for key, value in values.items()
            if value is not None and key not in self._names
        }
        if ".self" in rest or not all(isinstance(key, str) for key in rest):
            raise TypeError(f"Some key in {list(rest)!r} is none that Werkzeug's builder accepts.")
        return encode_query(self._rule, rest)


class FirstTemplate(UrlTemplate):
    """The first template of an endpoint with several rules."""

    __slots__ = ("_others",)

    def __init__(self, rule: WerkzeugRule, others: Sequence[WerkzeugRule]) -> None:
        super().__init__(rule)
        self._others = tuple(others)

    def find_url(self, values: Mapping[str, Any]) -> str | None:
        """Return what `UrlTemplate.find_url` returns, as long as the rules' methods are the same.

        Raises:
            LookupError: The methods of a rule were changed in place meanwhile.
        """
        methods = self._rule.methods
        for rule in self._others:
            if rule.methods != methods:
                raise LookupError(f"The rules of {rule.endpoint!r} differ in their methods.")
        return super().find_url(values)


def make_templates(rules: Sequence[WerkzeugRule]) -> tuple[UrlTemplate, ...]:
    """Return the templates of an endpoint's rules in Werkzeug's order of preference; () in doubt.

    Rules that accept different methods are in doubt, because Werkzeug prefers the one that accepts
    the method of the current request.
    """
    if not all(_is_certain(rule) and rule.methods == rules[0].methods for rule in rules):
        return ()
    first, *others = sorted(rules, key=lambda rule: rule.build_compare_key())
    if not others:
        return (UrlTemplate(first),)
    return FirstTemplate(first, others), *map(UrlTemplate, others)


def _is_certain(rule: WerkzeugRule) -> bool:
    return not (
        rule.defaults
        or rule.websocket
        or has_domain(rule)
        or type(rule).build is not WerkzeugRule.build
        or type(rule).suitable_for is not WerkzeugRule.suitable_for
    )
