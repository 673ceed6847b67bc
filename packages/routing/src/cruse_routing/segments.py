"""Translate what Werkzeug compiled of a rule into the terms of the trie and the URL builder.

This is the one place that reads what Werkzeug keeps private in a rule: `_parts` (one for the
domain, then one for each path segment), `_trace` (text and variables in order), `_converters`, the
groups `__werkzeug_0`, `__werkzeug_1` … in the expression of a part, and `_encode_query_vars`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from werkzeug.routing import BaseConverter
from werkzeug.routing import Rule as WerkzeugRule
from werkzeug.routing.rules import RulePart, Weighting

Weight: TypeAlias = tuple[Any, ...]

_EMPTY_PART = RulePart(
    content="", final=False, static=True, suffixed=False, weight=Weighting(0, [], 0, [])
)


class Segment(NamedTuple):
    """One segment of a rule's path that holds variables, as the trie wants it.

    Attributes:
        expression: The regular expression that it must match.
        weight: Orders such segments where several stand in one place; the lowest is tried first.
        takes_rest: Whether it is tried on all that is left of the path, slashes included.
        ends_with_slash: Whether it takes the rest and leaves a final slash to the next segment.
        variable_count: How many variables it holds.
        is_variable: Whether one variable is the whole segment.
    """

    expression: str
    weight: Weight
    takes_rest: bool
    ends_with_slash: bool
    variable_count: int
    is_variable: bool


def share_empty_parts(rule: WerkzeugRule) -> None:
    """Let a rule that was compiled share with all others the parts that are empty text."""
    # PERF: a quarter of the containers of a rule, at which the garbage collector looks again and
    # again while thousands are registered (benchmarks/startup.py).
    parts = rule._parts
    for index, part in enumerate(parts):
        if part.content == "" and part == _EMPTY_PART:
            parts[index] = _EMPTY_PART


def has_domain(rule: WerkzeugRule) -> bool:
    """Tell whether a bound rule is limited to a subdomain or a host."""
    part = rule._parts[0]
    return not part.static or part.content != ""


def get_domain(rule: WerkzeugRule) -> str | Segment:
    """Return what a bound rule asks of the subdomain or host; fixed text as str, "" for none."""
    part = rule._parts[0]
    return part.content if part.static else _make_segment(part)


def get_shape(rule: WerkzeugRule) -> str:
    """Return what bound rules have in common if they take the same URLs."""
    # PERF: every rule is asked for it, and the garbage collector counts tuples, but no texts
    # (benchmarks/startup.py).
    return "\n".join([part.content for part in rule._parts])


def iter_segments(rule: WerkzeugRule) -> Iterator[str | Segment]:
    """Yield the segments of a bound rule's path, those of fixed text as str."""
    for part in rule._parts[2:]:
        yield part.content if part.static else _make_segment(part)


def _make_segment(part: RulePart) -> Segment:
    text_count, texts, variable_count, variables = part.weight
    return Segment(
        expression=part.content,
        weight=(text_count, tuple(texts), variable_count, tuple(variables)),
        takes_rest=part.final,
        ends_with_slash=part.suffixed,
        variable_count=len(variables),
        is_variable=not texts and len(variables) == 1 and not part.suffixed,
    )


def iter_groups(segment: Segment) -> Iterator[str]:
    """Yield the names of the groups in the segment's expression that hold the variables' texts."""
    for number in range(segment.variable_count):
        yield f"__werkzeug_{number}"


def get_converters(rule: WerkzeugRule) -> dict[str, BaseConverter]:
    """Return the converters of a bound rule by variable, in the order of its text."""
    return rule._converters


def get_path_pieces(rule: WerkzeugRule) -> list[tuple[bool, str]]:
    """Return the pieces of a bound rule's path: `(True, variable)` or `(False, text)`."""
    end_of_domain = rule._trace.index((False, "|"))
    return rule._trace[end_of_domain + 1 :]


def encode_query(rule: WerkzeugRule, values: Mapping[str, Any]) -> str:
    """Write *values* as a query, sorted if the rule's map asks for it."""
    return rule._encode_query_vars(values)
