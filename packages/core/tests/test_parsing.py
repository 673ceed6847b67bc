"""The quick parsers either answer like Werkzeug's, or say that Werkzeug has to."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import parse_qsl, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import ClientDisconnected
from werkzeug.http import parse_options_header
from werkzeug.sansio.http import parse_cookie

from cruse_core.parsing import (
    ONE_READ_LIMIT_BYTES,
    find_cookie,
    find_mimetype,
    find_short_body,
    make_multi_dict,
    make_read_stream,
    parse_cookies,
    parse_pairs,
)

# Texts close to the edge of every rule, not random ones that would be odd from the first character.
QUERIES = st.lists(
    st.sampled_from(
        [
            *"a b key = & + == && ; é % %4 %zz %20 %26 %3D %3d %2B %2b %25 %00 %C3%A9 %ff".split(),
            "\ue000",
            " ",
            "\n",
            "% 1",
        ]
    ),
    max_size=12,
).map("".join)
COOKIES = st.lists(
    st.sampled_from([*'a b sid = ; " "v" \\ , x=y == é %20'.split(), " ", "\t", "\n", "; "]),
    max_size=12,
).map("".join)


def parse_like_werkzeug(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, errors="werkzeug.url_quote")


class TestMakeMultiDict:
    def test_equals_what_werkzeug_makes_of_pairs(self) -> None:
        made = make_multi_dict({"a": ["1", "2"], "b": ["3"]})
        assert made == ImmutableMultiDict([("a", "1"), ("b", "3"), ("a", "2")])
        assert type(made) is ImmutableMultiDict

    def test_reads_like_werkzeugs(self) -> None:
        made = make_multi_dict({"a": ["1", "2"]})
        assert made["a"] == "1"
        assert made.get("a", type=int) == 1
        assert made.getlist("a") == ["1", "2"]
        assert list(made.items(multi=True)) == [("a", "1"), ("a", "2")]
        assert hash(made) == hash(ImmutableMultiDict([("a", "1"), ("a", "2")]))
        assert MultiDict(made).getlist("a") == ["1", "2"]

    def test_cannot_be_changed(self) -> None:
        with pytest.raises(TypeError, match="immutable"):
            make_multi_dict({})["a"] = "1"


class TestParsePairs:
    @given(QUERIES)
    def test_answers_like_werkzeug_or_not_at_all(self, text: str) -> None:
        parsed = parse_pairs(text)
        if parsed is not None:
            assert parsed == ImmutableMultiDict(parse_like_werkzeug(text))
            assert list(parsed) == list(ImmutableMultiDict(parse_like_werkzeug(text)))

    @given(st.lists(st.tuples(st.text(st.characters(codec="ascii")), st.text("a&=+% "))))
    def test_answers_whatever_a_browser_sends_in_ascii(self, pairs: list[tuple[str, str]]) -> None:
        text = "&".join(f"{quote_plus(key)}={quote_plus(value)}" for key, value in pairs)
        assert parse_pairs(text) == ImmutableMultiDict(parse_like_werkzeug(text))

    def test_empty_values_are_kept_and_empty_pairs_skipped(self) -> None:
        assert parse_pairs("&a&b=&&c=1=2") == MultiDict([("a", ""), ("b", ""), ("c", "1=2")])

    def test_escaped_separators_belong_to_the_value(self) -> None:
        assert parse_pairs("a=1%262%3D3&b%3d=%2B+") == MultiDict([("a", "1&2=3"), ("b=", "+ ")])

    @pytest.mark.parametrize("text", ["a=é", "a=%C3%A9", "a=%", "a=%4", "a=%zz"])
    def test_what_is_not_plain_is_left_to_werkzeug(self, text: str) -> None:
        assert parse_pairs(text) is None


class TestParseCookies:
    @given(COOKIES)
    def test_answers_like_werkzeug_or_not_at_all(self, header: str) -> None:
        parsed = parse_cookies(header)
        if parsed is not None:
            expected = parse_cookie(header, cls=ImmutableMultiDict)
            assert parsed == expected
            assert list(parsed) == list(expected)

    def test_answers_what_a_browser_sends(self) -> None:
        parsed = parse_cookies("sid=abc=; theme=dark; sid=2; flag")
        assert parsed == MultiDict([("sid", "abc="), ("theme", "dark"), ("sid", "2"), ("flag", "")])

    @pytest.mark.parametrize("header", ['a="b"', "=b", "a b=c", "a\t=b", "a=é"])
    def test_what_is_not_plain_is_left_to_werkzeug(self, header: str) -> None:
        assert parse_cookies(header) is None


class TestFindCookie:
    @given(COOKIES, st.sampled_from(["a", "sid", "flag", "", "a=b", "é"]))
    def test_answers_like_werkzeug_or_not_at_all(self, header: str, name: str) -> None:
        value = find_cookie(header, name)
        if value is not None:
            assert value == parse_cookie(header, cls=ImmutableMultiDict).get(name, "")

    @pytest.mark.parametrize(
        ("name", "value"), [("sid", "abc="), ("theme", "dark"), ("flag", ""), ("si", "")]
    )
    def test_first_of_the_name_counts(self, name: str, value: str) -> None:
        assert find_cookie("sid=abc=; theme=dark; sid=2; flag", name) == value

    @pytest.mark.parametrize("header", ['a="b"', 'b=1; a="b"', "a=b c", "a=é"])
    def test_what_is_not_plain_is_left_to_werkzeug(self, header: str) -> None:
        assert find_cookie(header, "a") is None


class TestFindMimetype:
    @given(
        st.lists(
            st.sampled_from(["text/HTML", "; ", ";", " ", "\t", "charset=utf-8", '"', "a/b", "="])
        ).map("".join)
    )
    def test_equals_the_type_that_werkzeug_parses(self, header: str) -> None:
        assert find_mimetype(header) == parse_options_header(header)[0].lower()


class Trickle(io.RawIOBase):
    """A stream that gives one byte for each read, and then fails or ends."""

    def __init__(self, data: bytes, error: type[Exception] | None = None) -> None:
        self.left = data
        self.error = error

    def read(self, size: int = -1, /) -> bytes:
        if not self.left and self.error is not None:
            raise self.error
        data, self.left = self.left[:1], self.left[1:]
        return data


def make_environ(body: bytes, **values: Any) -> dict[str, Any]:
    return {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), **values}


class TestFindShortBody:
    def test_reads_the_announced_length_and_no_more(self) -> None:
        stream = io.BytesIO(b"body and the next request")
        environ = {"wsgi.input": stream, "CONTENT_LENGTH": "4"}
        assert find_short_body(environ, None) == b"body"
        assert stream.read() == b" and the next request"

    def test_asks_again_for_what_is_missing(self) -> None:
        environ = {"wsgi.input": Trickle(b"body"), "CONTENT_LENGTH": "4"}
        assert find_short_body(environ, None) == b"body"

    @pytest.mark.parametrize("error", [None, OSError, ValueError])
    def test_a_body_that_ends_early_is_a_disconnected_client(
        self, error: type[Exception] | None
    ) -> None:
        environ = {"wsgi.input": Trickle(b"bo", error), "CONTENT_LENGTH": "4"}
        with pytest.raises(ClientDisconnected):
            find_short_body(environ, None)

    def test_an_empty_body_does_not_touch_the_stream(self) -> None:
        environ = {"wsgi.input": Trickle(b"", OSError), "CONTENT_LENGTH": "0"}
        assert find_short_body(environ, None) == b""

    def test_a_stream_that_the_server_ends_is_read_to_its_end(self) -> None:
        environ = {"wsgi.input": io.BytesIO(b"body"), "wsgi.input_terminated": True}
        assert find_short_body(environ, None) == b"body"

    @pytest.mark.parametrize(
        ("environ", "limit_bytes"),
        [
            (make_environ(b"body"), 3),
            (make_environ(b"body", **{"wsgi.input_terminated": True}), 100),
            (make_environ(b"body", HTTP_TRANSFER_ENCODING="chunked"), None),
            (make_environ(b"body", CONTENT_LENGTH=""), None),
            (make_environ(b"body", CONTENT_LENGTH=None), None),
            (make_environ(b"body", CONTENT_LENGTH="-4"), None),
            (make_environ(b"body", CONTENT_LENGTH="٤"), None),
            (make_environ(b"body", CONTENT_LENGTH="9" * 5000), None),
            (make_environ(b"x" * (ONE_READ_LIMIT_BYTES + 1)), None),
        ],
    )
    def test_leaves_everything_else_unread(
        self, environ: dict[str, Any], limit_bytes: int | None
    ) -> None:
        assert find_short_body(environ, limit_bytes) is None
        assert environ["wsgi.input"].tell() == 0


class TestMakeReadStream:
    def test_has_nothing_to_read_and_stands_at_the_end(self) -> None:
        stream = make_read_stream({"wsgi.input": Trickle(b"", OSError), "CONTENT_LENGTH": "4"})
        assert stream.read() == b""
        assert stream.tell() == 4

    def test_is_the_servers_own_if_the_server_ends_it(self) -> None:
        server_stream = io.BytesIO()
        environ = {"wsgi.input": server_stream, "wsgi.input_terminated": True}
        assert make_read_stream(environ) is server_stream
