"""Make up pairs of equal maps, one of Werkzeug and one of Cruse, and what to ask them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import werkzeug.routing as werkzeug_routing
from hypothesis import strategies as st
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import HTTPException, MethodNotAllowed

import cruse_routing
from cruse_routing import BaseConverter, RequestRedirect, ValidationError


class EvenConverter(BaseConverter):
    """An own converter that refuses some of what its expression accepts, both ways."""

    regex = r"\d+"
    weight = 60

    def to_python(self, value: str) -> int:
        if int(value) % 2:
            raise ValidationError
        return int(value)

    def to_url(self, value: Any) -> str:
        if int(value) % 2:
            raise ValidationError
        return str(value)


class ListConverter(BaseConverter):
    """An own converter that spans segments and makes an object."""

    regex = r"[a-c]+(?:/[a-c]+)*"
    weight = 90

    def to_python(self, value: str) -> list[str]:
        return value.split("/")

    def to_url(self, value: Any) -> str:
        return "/".join(BaseConverter.to_url(self, item) for item in value)


class GroupConverter(BaseConverter):
    """An own converter with groups of its own, which matches the empty text too."""

    regex = r"(x)?(?P<own>y)?"
    part_isolating = True


class BrokenConverter(BaseConverter):
    """An own converter that fails with an error of another kind."""

    def to_python(self, value: str) -> str:
        raise KeyError(value)

    def to_url(self, value: Any) -> str:
        raise KeyError(value)


OWN_CONVERTERS: dict[str, type[BaseConverter]] = {
    "even": EvenConverter,
    "list": ListConverter,
    "group": GroupConverter,
    "broken": BrokenConverter,
}
CONVERTERS = [
    "",
    "",
    "int:",
    "int:",
    "string:",
    "path:",
    "path:",
    "float:",
    "uuid:",
    "any(a,bc,'d e'):",
    "int(signed=True):",
    "int(fixed_digits=2):",
    "int(min=3):",
    "int(max=7, signed=True):",
    "float(signed=True):",
    "float(min=1.5, max=9.0):",
    "string(length=2):",
    "string(minlength=2):",
    "string(maxlength=3):",
    "string(minlength=0):",
    "string(minlength=2, maxlength=3):",
    "default:",
    "int(fixed_digits=3, min=5, max=200):",
    "int(fixed_digits=2, signed=True):",
    "float(max=2.0, signed=True):",
    "any('a/b', c, 7):",
    "even:",
    "list:",
    "group:",
    "broken:",
]
# Converters that there are not, or not with these options.
REFUSED_CONVERTERS = ["missing:", "int(min=a):", "int(other=1):", "string(length=2, other=1):"]
TEXTS = [
    *["a", "a", "a", "b", "b", "bc", "v1", "é", "a b", "1", "", ".", "%41", "a|b"],
    *["..", "(x)", "a.b", "a+b", "b*", "%2F", "~", ";c", "e\u0301", "a\nb", "a\\d"],
]
VALUE_TEXTS = [
    *["a", "bc", "d e", "7", "12", "03", "-5", "3.14", "-2.5", "é", "x", "xy", "a b", "ab/c", "a/"],
    *["/a", "%", "²", "٣", "1_0", "+1", "", "%2F", "a?b#c", "~!$&'()*+,:;=@", "None"],
    *["\na", "a\nb", "a\n"],
    "12345678-1234-5678-1234-567812345678",
]
NAMES = ["a", "b", "c", "page"]
ENDPOINTS = ["index", "show", "edit", 3]
METHODS = ["GET", "GET", "GET", "POST", "HEAD", "OPTIONS", "PUT", "BREW"]
# What an adapter may be given.
ASKED_METHODS = [*METHODS, "get", ""]


def seldom(draw: st.DrawFn) -> bool:
    return draw(st.integers(0, 11)) == 11


@st.composite
def rule_segments(draw: st.DrawFn) -> str:
    """Return a segment with `{}` for the name of its first variable."""
    if draw(st.integers(0, 9)) < 5:
        return draw(st.sampled_from(TEXTS))
    converters = REFUSED_CONVERTERS if seldom(draw) and seldom(draw) else CONVERTERS
    variable = f"<{draw(st.sampled_from(converters))}{{}}>"
    if draw(st.integers(0, 9)) < 7:
        return variable
    before, after = draw(st.sampled_from(["", "a", "v"])), draw(st.sampled_from(["", ".x", "-"]))
    other = draw(st.sampled_from(["", "", f"<{draw(st.sampled_from(CONVERTERS))}z>"]))
    return f"{before}{variable}{after}{other}"


@st.composite
def rule_texts(draw: st.DrawFn, segments: list[str]) -> str:
    """Return a rule of few different segments, so that rules share their ways and part again."""
    chosen = draw(st.lists(st.sampled_from(segments), max_size=len(NAMES)))
    end = draw(st.sampled_from(["", "", "/"])) if chosen else ""
    names = draw(st.permutations(NAMES)) if seldom(draw) else NAMES
    named = [segment.format(name) for segment, name in zip(chosen, names, strict=False)]
    return "/" + "/".join(named) + end


values_of_any_kind = st.one_of(
    st.sampled_from(VALUE_TEXTS),
    st.sampled_from(VALUE_TEXTS),
    st.integers(-20, 120),
    st.sampled_from([None, True, 3.5, 1e15, b"\xff", ["a", "b"], [], ("x", None), 10**30]),
    st.just(UUID(int=7)),
)


# Most rules are plain; the others are odd in one way or in two.
ODDITIES: list[dict[str, Any]] = [
    *[{}] * 16,
    *[{"strict_slashes": False}] * 3,
    {"strict_slashes": True},
    {"merge_slashes": False},
    {"merge_slashes": True},
    {"build_only": True},
    {"websocket": True},
    {"alias": True},
    {"alias": True, "defaults": {"a": "a"}},
    {"defaults": {"a": 7}},
    {"defaults": {"b": "d e", "page": 12}, "strict_slashes": False},
    {"defaults": {}, "build_only": True},
    {"redirect_to": "else/<a>"},
    {"redirect_to": "there", "websocket": True},
    {"redirect_to": "http://other.example/<a>?b=<b>"},
    {"defaults": {"q": None, "c": "c"}},
    {"redirect_to": lambda adapter, **values: f"f/{sorted(values)}"},
]
METHOD_LISTS = [*[None] * 8, ["GET"], ["GET"], ["POST"], ["POST", "GET"], ["OPTIONS"], ["HEAD"], []]
HOSTS: list[dict[str, str]] = [
    *[{}] * 3,
    {"subdomain": ""},
    {"subdomain": "api", "host": "api.example.org"},
    {"subdomain": "<lang>", "host": "<h>"},
    {"subdomain": "<int:n>", "host": "example.org"},
]


@st.composite
def rule_options(draw: st.DrawFn, *, hosts: bool) -> dict[str, Any]:
    return {
        "endpoint": draw(st.sampled_from(ENDPOINTS)),
        "methods": draw(st.sampled_from(METHOD_LISTS)),
        **draw(st.sampled_from(ODDITIES)),
        **(draw(st.sampled_from(ODDITIES)) if seldom(draw) else {}),
        **(draw(st.sampled_from(HOSTS)) if hosts else {}),
    }


@dataclass
class Pair:
    """Two maps with the same rules."""

    theirs: werkzeug_routing.Map
    ours: cruse_routing.Map
    numbers: dict[int, int] = field(default_factory=dict)
    rules: list[Any] = field(default_factory=list)
    refused: list[Any] = field(default_factory=list)

    def add(
        self,
        text: str,
        options: dict[str, Any],
        *,
        plain: bool,
        between: Callable[[], object] = lambda: None,
    ) -> None:
        """Add a rule to both, unless both refuse it for the same reason.

        Args:
            text: Of the rule.
            options: Of the rule.
            plain: Whether ours is a plain rule of Werkzeug, too.
            between: Called after the rule has been added to our map, before it is to theirs.
        """
        rule_class = werkzeug_routing.Rule if plain else cruse_routing.Rule
        pair = []
        refusals = []
        for routing_map, class_ in ((self.ours, rule_class), (self.theirs, werkzeug_routing.Rule)):
            if routing_map is self.theirs:
                between()
            try:
                rule = class_(text, **options)
                pair.append(rule)
                self.numbers[id(rule)] = len(self.rules)
                routing_map.add(rule)
            except Exception as exc:
                refusals.append(type(exc))
        assert len(refusals) in (0, 2), (text, options, refusals)
        assert refusals[:1] == refusals[1:]
        self.refused += pair if refusals else []  # keeps the ids unique
        self.rules += [] if refusals else pair

    def set_methods(self, number: int, methods: set[str]) -> None:
        """Change the methods of a rule in place, in both maps."""
        for rule in self.rules[2 * number : 2 * number + 2]:
            rule.methods = methods.copy()

    def describe(self, ask: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Return what *ask* answers, in a form that is equal for equal behaviour of both maps."""
        try:
            answer = ask(*args, **options)
        except RequestRedirect as exc:
            return "redirect", exc.new_url
        except MethodNotAllowed as exc:
            return "405", frozenset(exc.valid_methods or ())
        except HTTPException as exc:
            return type(exc)
        except Exception as exc:
            return type(exc)
        if isinstance(answer, tuple) and isinstance(answer[0], werkzeug_routing.Rule):
            return self.numbers[id(answer[0])], list(answer[1].items())
        return answer


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    options: dict[str, Any] = {"converters": OWN_CONVERTERS}
    for name in ("strict_slashes", "merge_slashes", "redirect_defaults", "sort_parameters"):
        if draw(st.integers(0, 5)) == 0:
            options[name] = draw(st.booleans())
    if "sort_parameters" in options and draw(st.booleans()):
        options["sort_key"] = lambda item: (str(item[1]), item[0])
    hosts = draw(st.integers(0, 4)) == 0
    if hosts:
        options["host_matching"] = draw(st.booleans())
        options["default_subdomain"] = draw(st.sampled_from(["", "", "www"]))
    pair = Pair(werkzeug_routing.Map(**options), cruse_routing.Map(**options))
    for text, rule, plain in draw(rule_lists(hosts=hosts)):
        pair.add(text, rule, plain=plain)
    return pair


@st.composite
def rule_lists(draw: st.DrawFn, *, hosts: bool) -> list[tuple[str, dict[str, Any], bool]]:
    """Return texts and options, and whether the rule is a plain one of Werkzeug."""
    segments = draw(st.lists(rule_segments(), min_size=1, max_size=4))
    texts = draw(st.lists(rule_texts(segments), min_size=1, max_size=7))
    rules = [(text, draw(rule_options(hosts=hosts)), seldom(draw)) for text in texts]
    if seldom(draw):
        # The first page of a list has a URL of its own: the other one redirects there.
        endpoint, page = draw(st.sampled_from(ENDPOINTS)), draw(st.sampled_from(["a", 7, 12]))
        converter = draw(st.sampled_from(CONVERTERS))
        first = ("/list/", {"endpoint": endpoint, "defaults": {"page": page}}, False)
        other = (f"/list/<{converter}page>", {"endpoint": endpoint}, False)
        rules += draw(st.permutations([first, other]))
    return rules


@st.composite
def paths(draw: st.DrawFn, pair: Pair) -> str:
    """Return a path that a rule may match, or nearly."""
    if seldom(draw):
        return draw(st.text("/ab1%.é~ ;-\n", max_size=8))
    if not pair.rules or seldom(draw):
        return draw(st.sampled_from(["", "/", "a"])) + "/".join(
            draw(st.lists(st.sampled_from(TEXTS + VALUE_TEXTS), max_size=4))
        )
    rule = draw(st.sampled_from(pair.rules))
    path = ""
    for is_variable, text in rule._trace[rule._trace.index((False, "|")) + 1 :]:
        path += draw(texts_for(rule._converters[text])) if is_variable else text
    change = draw(st.sampled_from(["", "", "", "", "", "+/", "+/", "-/", "-/", "/+", "//", "-1"]))
    changed = {
        "+/": path + "/",
        "-/": path.rstrip("/"),
        "/+": "/" + path,
        "//": path.replace("/", "//"),
        "-1": path[1:],
    }
    return changed.get(change, path)


def texts_for(converter: BaseConverter) -> st.SearchStrategy[str]:
    """Return texts that mostly fit the converter's expression."""
    fitting = [text for text in VALUE_TEXTS if re.fullmatch(converter.regex, text)]
    return st.sampled_from(fitting * (1 + 60 // max(len(fitting), 1)) + VALUE_TEXTS)


@st.composite
def url_values(draw: st.DrawFn, pair: Pair) -> Any:
    names = st.sampled_from([*NAMES, "z", "q", "q", "é", "a b", "self", ".self", "lang"])
    values: dict[str, Any] = draw(st.dictionaries(names, values_of_any_kind, max_size=3))
    if pair.rules and draw(st.sampled_from([True, False])):
        for name in draw(st.sampled_from(pair.rules)).arguments:
            values.setdefault(name, draw(values_of_any_kind))
    kind = draw(st.sampled_from(["dict"] * 8 + ["MultiDict", "ImmutableMultiDict", "None"]))
    if kind == "None":
        return None
    if kind == "dict":
        return values
    return MultiDict(values) if kind == "MultiDict" else ImmutableMultiDict(values)


@st.composite
def bindings(draw: st.DrawFn, pair: Pair) -> dict[str, Any]:
    subdomains = [None] if pair.theirs.host_matching else [None, None, "", "api", "4"]
    return {
        "server_name": draw(st.sampled_from(["example.org", "api.example.org:81"])),
        "script_name": draw(st.sampled_from([None, "/", "/app", "/app/"])),
        "subdomain": draw(st.sampled_from(subdomains)),
        "url_scheme": draw(st.sampled_from(["http", "https", "ws"])),
        "default_method": draw(st.sampled_from(METHODS)),
        "query_args": draw(queries),
    }


@st.composite
def environs(draw: st.DrawFn, pair: Pair) -> dict[str, Any]:
    """Return a WSGI environ, with which `bind_to_environ` is asked."""
    environ = {
        "REQUEST_METHOD": draw(st.sampled_from(ASKED_METHODS)),
        "PATH_INFO": draw(paths(pair)).encode().decode("latin-1"),
        "SCRIPT_NAME": draw(
            st.sampled_from(["", "", "/", "/app", "/é".encode().decode("latin-1")])
        ),
        "QUERY_STRING": draw(st.sampled_from(["", "", "x=1&y=%20"])),
        "wsgi.url_scheme": draw(st.sampled_from(["http", "http", "https", "ws"])),
        "SERVER_NAME": "example.org",
        "SERVER_PORT": draw(st.sampled_from(["80", "443", "81"])),
    }
    host = draw(st.sampled_from([None, *SERVED_HOSTS]))
    if host is not None:
        environ["HTTP_HOST"] = host
    if seldom(draw):
        environ |= {"HTTP_CONNECTION": "keep-alive, Upgrade", "HTTP_UPGRADE": "WebSocket"}
    return environ


queries = st.sampled_from([None, None, "x=1", {"x": "é"}, {"x": ["1", "2"], "y": None}])
SERVED_HOSTS = ["example.org", "Example.org:81", "api.example.org", "4.example.org:443", "other"]

build_options: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "method": st.sampled_from([None, "POST"]),
        "force_external": st.booleans(),
        "append_unknown": st.booleans(),
        "url_scheme": st.sampled_from([None, "https"]),
    },
)
