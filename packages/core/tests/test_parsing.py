"""The quick parsers either answer like Werkzeug's, or say that Werkzeug has to."""

from __future__ import annotations

import sys
from urllib.parse import parse_qsl, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.http import parse_options_header
from werkzeug.sansio.http import parse_cookie

from cruse_core.parsing import (
    find_boundary,
    find_cookie,
    find_mimetype,
    make_multi_dict,
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
            "%E2%82%AC",
            "%e2%82",
            "%8",
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

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("a=%C3%A9%E2%82%AC", "é€"),
            ("a=%", "%"),
            ("a=%4", "%4"),
            ("a=%zz", "%zz"),
            ("a=%ff%26%C3", "%FF&%C3"),
            ("a=%00", "\0"),
        ],
    )
    def test_escapes_are_read_as_utf8_and_others_are_kept(self, text: str, value: str) -> None:
        assert parse_pairs(text) == MultiDict([("a", value)])

    def test_what_is_not_ascii_is_left_to_werkzeug(self) -> None:
        assert parse_pairs("a=é") is None

    def test_all_that_is_ascii_is_answered(self) -> None:
        # Whether Werkzeug has to parse it is known before any of it was parsed.
        assert parse_pairs("key=some+value%20&" * 3000 + "last=%") is not None


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

    @pytest.mark.parametrize("last", ["a b", "=b", '"', "é", "a=b "])
    def test_what_is_not_plain_is_known_before_anything_is_parsed(self, last: str) -> None:
        calls = []
        sys.setprofile(lambda frame, event, argument: calls.append(event))
        try:
            parsed = parse_cookies("a=b; " * 1000 + last)
        finally:
            sys.setprofile(None)
        assert parsed is None
        assert len(calls) < 20


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


class TestFindBoundary:
    @pytest.mark.parametrize(
        "content_type",
        [
            "multipart/form-data; boundary=--x.Y_+",
            "multipart/form-data;boundary=--x.Y_+",
            'multipart/form-data; boundary="--x.Y_+"',
        ],
    )
    def test_is_found_in_the_header_of_a_common_client(self, content_type: str) -> None:
        assert find_boundary(content_type) == "--x.Y_+"
        assert parse_options_header(content_type)[1] == {"boundary": "--x.Y_+"}

    @pytest.mark.parametrize(
        "content_type",
        [
            "",
            "text/plain",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/mixed; boundary=x",
            "Multipart/Form-Data; boundary=x",
            "multipart/form-data; charset=utf-8; boundary=x",
            "multipart/form-data; boundary=x; charset=utf-8",
            'multipart/form-data; boundary="x',
            "multipart/form-data; boundary*=utf-8''x",
            "multipart/form-data; boundary=x%20y",
            "multipart/form-data; boundary=é",
            f"multipart/form-data; boundary={'x' * 71}",
        ],
    )
    def test_is_left_to_werkzeug_otherwise(self, content_type: str) -> None:
        assert find_boundary(content_type) is None
