"""Name the two answers of `Map.find_match` that are not a match.

They are members of an enum, so that type checkers narrow `found is MISS` and `found is UNDECIDED`.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Final, TypeAlias

from werkzeug.routing import Rule as WerkzeugRule


class Answer(Enum):
    """What `Map.find_match` says when it does not name a rule."""

    MISS = "miss"
    UNDECIDED = "undecided"

    def __repr__(self) -> str:
        return self.name


MISS: Final = Answer.MISS
"""No rule has this path, with any method; the answer is 404 for certain."""

UNDECIDED: Final = Answer.UNDECIDED
"""Werkzeug must decide, through `map.bind(...).match(...)`."""

Match: TypeAlias = tuple[WerkzeugRule, dict[str, Any]]
"""A rule and the arguments for its view, in a dict of the caller's own."""
