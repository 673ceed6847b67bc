"""Match URLs to rules and build URLs from them: Werkzeug's routing, compiled for speed."""

from __future__ import annotations

from werkzeug.routing import (
    AnyConverter,
    BaseConverter,
    BuildError,
    EndpointPrefix,
    IntegerConverter,
    PathConverter,
    RequestRedirect,
    RoutingException,
    RuleFactory,
    RuleTemplate,
    Subdomain,
    Submount,
    UnicodeConverter,
    UUIDConverter,
    ValidationError,
    WebsocketMismatch,
)

from .adapter import MapAdapter
from .answers import MISS, UNDECIDED, Answer, Match
from .converters import FloatConverter
from .map import Map
from .rule import Rule

__all__ = [
    "MISS",
    "UNDECIDED",
    "Answer",
    "AnyConverter",
    "BaseConverter",
    "BuildError",
    "EndpointPrefix",
    "FloatConverter",
    "IntegerConverter",
    "Map",
    "MapAdapter",
    "Match",
    "PathConverter",
    "RequestRedirect",
    "RoutingException",
    "Rule",
    "RuleFactory",
    "RuleTemplate",
    "Subdomain",
    "Submount",
    "UUIDConverter",
    "UnicodeConverter",
    "ValidationError",
    "WebsocketMismatch",
]
