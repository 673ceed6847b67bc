"""Find the routes that a URL nearly has, and say what each of them lacks.

`pipeline.py` asks in debug mode only, when no rule matches a URL: what is said here is meant for
the developer, and would tell strangers about the application.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from markupsafe import Markup, escape
from werkzeug.exceptions import NotFound
from werkzeug.routing import MapAdapter, Rule

from cruse_routing.segments import Segment, get_converters, iter_groups, iter_segments

_MOST_ROUTES = 5
# From here on two texts are alike enough for one to be meant by the other.
_ALIKE = 0.6
_LONGEST_PATH = 500


class NearRoute(NamedTuple):
    """A rule that a URL nearly has.

    Attributes:
        rule: The rule.
        likeness: How near it is, up to 1.
        lacks: What stands between the two, as phrases.
    """

    rule: Rule
    likeness: float
    lacks: list[str]


class UnmatchedURL(NotFound):
    """The error of a URL that no rule matches, with the nearest routes.

    Attributes:
        problem: More members of its problem details.
    """

    def __init__(self, error: NotFound, routes: list[NearRoute]) -> None:
        super().__init__(_make_description(error, routes))
        self.problem: dict[str, Any] = {
            "detail": str(error.description),
            "nearest_routes": [
                {
                    "rule": route.rule.rule,
                    "endpoint": str(route.rule.endpoint),
                    "methods": sorted(route.rule.methods or ()),
                    "lacks": route.lacks,
                }
                for route in routes
            ],
        }


def _make_description(error: NotFound, routes: list[NearRoute]) -> Markup:
    """Return the description of *error* and a list, as what stands in a paragraph of a page."""
    items = Markup().join(
        Markup("<li><code>{}</code> ({}): {}</li>").format(
            route.rule.rule, route.rule.endpoint, "; ".join(route.lacks)
        )
        for route in routes
    )
    return Markup(
        "{}</p><p>These routes are the nearest:</p><ul>{}</ul><p>They are shown in debug mode only."
    ).format(escape(error.description), items)


def find_near_routes(adapter: MapAdapter, path: str, method: str) -> list[NearRoute]:
    """Return the routes that are nearest to a URL which no rule matches, the nearest first.

    Args:
        adapter: Of the request.
        path: Of its URL, decoded.
        method: In upper case.
    """
    parts = path[:_LONGEST_PATH].split("/")[1:]
    routes = []
    for rule in adapter.map.iter_rules():
        if rule.build_only:
            continue
        route = _compare(rule, parts)
        if route is not None:
            route.lacks.extend(_iter_other_lacks(rule, adapter, method))
            if route.lacks:
                routes.append(route)
    routes.sort(key=lambda route: route.likeness, reverse=True)
    return routes[:_MOST_ROUTES]


def _compare(rule: Rule, parts: list[str]) -> NearRoute | None:
    """Compare a rule with the parts of a path; None if they are not alike."""
    segments = list(iter_segments(rule))
    lacks = []
    if (segments[-1:] == [""]) != (parts[-1:] == [""]):
        lacks.append(
            "it ends with a slash, and the URL does not"
            if segments[-1:] == [""]
            else "the URL ends with a slash, and it does not"
        )
    segments = segments[:-1] if segments[-1:] == [""] else segments
    parts = parts[:-1] if parts[-1:] == [""] else parts
    if segments and isinstance(segments[-1], Segment) and segments[-1].takes_rest:
        rest = len(segments) - 1
        parts = [*parts[:rest], "/".join(parts[rest:])] if len(parts) > rest else parts
    if len(segments) != len(parts):
        return None
    likeness = 1.0 - 0.01 * len(lacks)
    for segment, part in zip(segments, parts, strict=True):
        alike, lack = _compare_segment(rule, segment, part)
        if alike < _ALIKE:
            return None
        likeness *= alike
        lacks += [lack] if lack else []
    return NearRoute(rule, likeness, lacks)


def _compare_segment(rule: Rule, segment: str | Segment, part: str) -> tuple[float, str]:
    """Return how alike a segment and a part of a path are, and what stands between them."""
    if isinstance(segment, str):
        if segment == part:
            return 1.0, ""
        matcher = SequenceMatcher(None, segment.lower(), part.lower())
        return matcher.ratio() - 0.001, f"it has {segment!r} where the URL has {part!r}"
    if _takes(rule, segment, part):
        return 0.99, ""
    return 0.8, f"its variable does not take {part!r}"


def _takes(rule: Rule, segment: Segment, part: str) -> bool:
    """Tell whether the variables of *segment* take *part*."""
    try:
        match = re.match(segment.expression, part)
        if match is None:
            return False
        if segment.is_variable and len(get_converters(rule)) == 1:
            (converter,) = get_converters(rule).values()
            converter.to_python(match[next(iter_groups(segment))])
    except Exception:
        # A converter refuses it, or fails.
        return False
    return True


def _iter_other_lacks(rule: Rule, adapter: MapAdapter, method: str) -> Iterator[str]:
    """Yield what does not go with the path: the host, the method, the protocol."""
    if adapter.map.host_matching:
        domain, asked = rule.host, adapter.server_name
    else:
        domain, asked = rule.subdomain, adapter.subdomain or ""
    if domain and "<" not in domain and domain != asked:
        yield f"it is for {'the host' if adapter.map.host_matching else 'the subdomain'} {domain!r}"
    if rule.methods is not None and method not in rule.methods:
        methods = sorted(rule.methods - {"HEAD", "OPTIONS"}) or sorted(rule.methods)
        yield f"it takes {' and '.join(methods)}, not {method}"
    if rule.websocket != adapter.websocket:
        yield "it is for WebSocket" if rule.websocket else "it is for HTTP"
