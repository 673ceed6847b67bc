"""Compare every answer of a map with Werkzeug's, for random rules, requests and values."""

from __future__ import annotations

import sys
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import Any

import pytest
import werkzeug.routing as werkzeug_routing
from hypothesis import event, given
from hypothesis import strategies as st
from made_up_maps import (
    ASKED_METHODS,
    ENDPOINTS,
    METHODS,
    SERVED_HOSTS,
    Pair,
    bindings,
    build_options,
    environs,
    pairs,
    paths,
    queries,
    rule_lists,
    url_values,
)
from werkzeug.exceptions import NotFound

import cruse_routing
from cruse_routing import MISS, UNDECIDED


def check_allowed_methods(pair: Pair, ours: Any, theirs: Any, path: str) -> None:
    found, expected = (pair.describe(a.allowed_methods, path) for a in (ours, theirs))
    assert type(found) is type(expected)
    # Otherwise it is the class of an exception.
    assert sorted(found) == sorted(expected) if isinstance(found, list) else found == expected
    assert pair.describe(ours.test, path) == pair.describe(theirs.test, path)


def check_match(pair: Pair, path: str, method: str) -> None:
    adapter = pair.theirs.bind("example.org")
    expected = pair.describe(adapter.match, path, method, return_rule=True)
    found = pair.ours.find_match(path, method)
    event(f"find_match: {found if isinstance(found, cruse_routing.Answer) else 'match'}")
    if found is MISS:
        assert expected is NotFound
    elif found is not UNDECIDED:
        assert pair.describe(pair.ours.find_match, path, method) == expected


def check_url(pair: Pair, endpoint: Any, values: Any) -> None:
    adapter = pair.theirs.bind("example.org", script_name="/")
    url = pair.ours.find_url(endpoint, values)
    event(f"find_url: {'None' if url is None else 'answered'}")
    if url is not None:
        assert url == pair.describe(adapter.build, endpoint, values)


# Rules, each with a path that it matches.
PATHS_BY_RULE = {
    "/fixed/text": "/fixed/text",
    "/default/<a>": "/default/ab",
    "/behind/<a>/x": "/behind/ab/x",
    "/two/<a>/<b>": "/two/a/b",
    "/slash/<a>/": "/slash/ab/",
    "/minimum/<string(minlength=2):a>": "/minimum/ab",
    "/length/<string(length=3):a>": "/length/ab",
    "/int/<int:a>": "/int/12",
    "/float/<float:a>": "/float/1.5",
    "/any/<any(a, b):a>": "/any/a",
    "/uuid/<uuid:a>": "/uuid/12345678-1234-5678-1234-567812345678",
    "/path/<path:a>": "/path/a/b",
    "/before/<path:a>/x": "/before/a/b/x",
    "/folder/<path:a>/": "/folder/a/b/",
    "/mixed/v<a>.x": "/mixed/va.x",
    "/pair/<a>-<b>": "/pair/a-b",
    "/rest/v<path:a>": "/rest/va/b",
}
# Besides those of Unicode's category for them, what some programs take for the end of a line.
CONTROL_CHARACTERS = [
    character
    for character in map(chr, range(0x3000))
    if unicodedata.category(character) in {"Cc", "Zl", "Zp"}
]


@pytest.fixture
def quickly_switching_threads() -> Iterator[None]:
    interval_seconds = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval_seconds)


class TestAgainstWerkzeug:
    @given(data=st.data())
    def test_match_equals_werkzeugs(self, data: st.DataObject) -> None:
        pair = data.draw(pairs())
        for _ in range(10):
            path = data.draw(paths(pair))
            check_match(pair, path, data.draw(st.sampled_from(METHODS)))

    @pytest.mark.parametrize("options", [{}, {"strict_slashes": False}, {"merge_slashes": False}])
    @pytest.mark.parametrize("text", PATHS_BY_RULE)
    def test_control_characters_match_as_werkzeugs_wherever_they_stand(
        self, text: str, options: dict[str, bool]
    ) -> None:
        pair = Pair(werkzeug_routing.Map(**options), cruse_routing.Map(**options))
        pair.add(text, {"endpoint": "index"}, plain=False)
        theirs, ours = pair.theirs.bind("example.org"), pair.ours.bind("example.org")
        path = PATHS_BY_RULE[text]
        for position in range(len(path) + 1):
            for character in CONTROL_CHARACTERS:
                asked = path[:position] + character + path[position:]
                assert pair.describe(ours.match, asked, return_rule=True) == pair.describe(
                    theirs.match, asked, return_rule=True
                ), repr(asked)

    @given(data=st.data())
    def test_url_equals_werkzeugs(self, data: st.DataObject) -> None:
        pair = data.draw(pairs())
        for _ in range(6):
            check_url(pair, data.draw(st.sampled_from(ENDPOINTS)), data.draw(url_values(pair)))

    @given(data=st.data())
    def test_adapter_answers_like_werkzeugs(self, data: st.DataObject) -> None:
        pair = data.draw(pairs())
        options = data.draw(bindings(pair))
        theirs, ours = pair.theirs.bind(**options), pair.ours.bind(**options)
        for _ in range(3):
            path = data.draw(paths(pair))
            request = {
                "method": data.draw(st.sampled_from([None, *ASKED_METHODS])),
                "return_rule": True,
                "websocket": data.draw(st.sampled_from([None, None, True, False])),
                "query_args": data.draw(queries),
            }
            assert pair.describe(ours.match, path, **request) == pair.describe(
                theirs.match, path, **request
            )
            check_allowed_methods(pair, ours, theirs, path)
            endpoint, values = data.draw(st.sampled_from(ENDPOINTS)), data.draw(url_values(pair))
            how = data.draw(build_options)
            assert pair.describe(ours.build, endpoint, values, **how) == pair.describe(
                theirs.build, endpoint, values, **how
            )

    @given(data=st.data())
    def test_adapter_of_an_environ_answers_like_werkzeugs(self, data: st.DataObject) -> None:
        pair = data.draw(pairs())
        for _ in range(3):
            environ = data.draw(environs(pair))
            how = {
                "server_name": data.draw(st.sampled_from([None, *SERVED_HOSTS])),
                "subdomain": data.draw(st.sampled_from([None, None, "", "api"])),
            }
            outcomes = []
            for routing_map in (pair.ours, pair.theirs):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", UserWarning)  # A host of somebody else.
                    adapter = pair.describe(routing_map.bind_to_environ, environ.copy(), **how)
                if isinstance(adapter, werkzeug_routing.MapAdapter):
                    match = pair.describe(adapter.match, return_rule=True)
                    built = pair.describe(adapter.build, "index", {"a": 1}, force_external=True)
                    outcomes.append((match, built, adapter.server_name, adapter.subdomain))
                else:
                    outcomes.append(adapter)
            assert outcomes[0] == outcomes[1]

    @given(data=st.data())
    def test_rules_added_later_count_at_once(self, data: st.DataObject) -> None:
        pair = data.draw(pairs())
        for _ in range(2):
            for _ in range(3):
                check_match(pair, data.draw(paths(pair)), "GET")
                check_url(pair, data.draw(st.sampled_from(ENDPOINTS)), data.draw(url_values(pair)))
            for text, options, plain in data.draw(rule_lists(hosts=False)):
                pair.add(text, options, plain=plain)
            if pair.rules and data.draw(st.booleans()):
                pair.set_methods(
                    data.draw(st.integers(0, len(pair.rules) // 2 - 1)),
                    data.draw(st.sets(st.sampled_from(["GET", "HEAD", "POST", "PUT"]))),
                )
        assert [rule.rule for rule in pair.ours.iter_rules()] == [
            rule.rule for rule in pair.theirs.iter_rules()
        ]
        check_match(pair, data.draw(paths(pair)), "GET")

    @pytest.mark.usefixtures("quickly_switching_threads")
    @given(data=st.data())
    def test_threads_see_each_rule_whole_or_not_at_all(self, data: st.DataObject) -> None:
        pair = data.draw(pairs())
        more = data.draw(rule_lists(hosts=False))
        requests = [data.draw(paths(pair)) for _ in range(3)]
        values = data.draw(url_values(pair))
        questions = [partial(ask, pair, path=path) for path in requests]
        questions.append(partial(build, pair, values=values))
        with ThreadPoolExecutor(len(questions)) as pool:
            for text, options, _ in more:
                before = [question(pair.theirs) for question in questions]
                answers = [pool.submit(ask_repeatedly, pair, question) for question in questions]
                # Werkzeug compiles its rules at once. Python 3.11 must not do that on two threads.
                pair.add(text, options, plain=False, between=partial(wait, answers))
                after = [question(pair.theirs) for question in questions]
                for allowed, given in zip(zip(before, after, strict=True), answers, strict=True):
                    assert [answer for answer in given.result() if answer not in allowed] == []


def ask_repeatedly(pair: Pair, question: Callable[[Any], Any]) -> list[Any]:
    return [question(pair.ours) for _ in range(5)]


def ask(pair: Pair, routing_map: werkzeug_routing.Map, path: str) -> Any:
    return pair.describe(routing_map.bind("example.org").match, path, return_rule=True)


def build(pair: Pair, routing_map: werkzeug_routing.Map, values: Any) -> Any:
    return pair.describe(routing_map.bind("example.org").build, "index", values)
