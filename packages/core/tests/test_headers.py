from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import EnvironHeaders, Headers

from cruse_core.headers import RequestHeaders, find_plain_pairs, make_headers

ENVIRON = {
    "CONTENT_TYPE": "text/plain",
    "CONTENT_LENGTH": "4",
    "HTTP_X_TOKEN": "secret",
    "HTTP_CONTENT_TYPE": "ignored",
    "REMOTE_ADDR": "127.0.0.1",
}


class TestRequestHeaders:
    @pytest.mark.parametrize(
        "name", ["Content-Type", "content-length", "X-Token", "x_token", "Remote-Addr", "Missing"]
    )
    def test_tell_what_werkzeugs_tell(self, name: str) -> None:
        ours, werkzeugs = RequestHeaders(ENVIRON), EnvironHeaders(ENVIRON)
        assert ours.get(name) == werkzeugs.get(name)
        assert ours.get(name, "default") == werkzeugs.get(name, "default")
        assert ours.get(name, type=int) == werkzeugs.get(name, type=int)
        assert ours.getlist(name) == werkzeugs.getlist(name)
        assert (name in ours) == (name in werkzeugs)

    def test_list_what_werkzeugs_list(self) -> None:
        ours, werkzeugs = RequestHeaders(ENVIRON), EnvironHeaders(ENVIRON)
        assert list(ours) == list(werkzeugs)
        assert len(ours) == len(werkzeugs)
        assert str(ours) == str(werkzeugs)
        assert Headers(ours) == Headers(werkzeugs)
        assert ours == werkzeugs

    def test_a_missing_header_is_a_key_error(self) -> None:
        with pytest.raises(KeyError):
            RequestHeaders(ENVIRON)["Missing"]

    def test_follow_the_environ(self) -> None:
        environ = dict(ENVIRON)
        headers = RequestHeaders(environ)
        environ["HTTP_X_TOKEN"] = "changed"
        assert headers["X-Token"] == "changed"

    def test_cannot_be_changed(self) -> None:
        with pytest.raises(TypeError, match="immutable"):
            RequestHeaders(ENVIRON).add("X-Token", "other")


class TestMakeHeaders:
    def test_equal_what_werkzeug_makes(self) -> None:
        headers = make_headers([("X-A", "1"), ("X-A", "2")])
        assert headers == Headers([("X-A", "1"), ("X-A", "2")])
        headers["X-A"] = "3"
        headers.add("X-B", "4")
        assert headers.to_wsgi_list() == [("X-A", "3"), ("X-B", "4")]


class TestFindPlainPairs:
    def test_takes_dicts_and_lists(self) -> None:
        assert find_plain_pairs({"X-A": "1", "X-B": "2"}) == [("X-A", "1"), ("X-B", "2")]
        assert find_plain_pairs([("X-A", "1"), ("X-A", "2")]) == [("X-A", "1"), ("X-A", "2")]

    def test_leaves_a_given_list_alone(self) -> None:
        given = [("X-A", "1")]
        pairs = find_plain_pairs(given)
        assert pairs is not None
        pairs.clear()
        assert given == [("X-A", "1")]

    @pytest.mark.parametrize(
        "headers",
        [
            {"X-A": 1},
            {"X-A": ["1", "2"]},
            {"X-A": "1\r\nX-B: 2"},
            {"X-A": "1\nX-B: 2"},
            {b"X-A": "1"},
            {"Content-Type": "text/plain"},
            {"content-length": "4"},
            [["X-A", "1"]],
            [("X-A", "1", "2")],
            Headers({"X-A": "1"}),
            (("X-A", "1"),),
        ],
    )
    def test_leaves_the_rest_to_werkzeug(self, headers: Any) -> None:
        assert find_plain_pairs(headers) is None
