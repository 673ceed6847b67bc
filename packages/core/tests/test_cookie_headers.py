"""Headers from kept parts are those that Werkzeug makes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import dump_cookie

from cruse_core.cookie_headers import CookieOptions, make_cookie_header, vary_on_cookie
from cruse_core.responses import Response

OPTIONS = st.builds(
    CookieOptions,
    domain=st.sampled_from([None, "example.org", ".example.org"]),
    path=st.sampled_from(["/", "/shop", "/a b", "/é"]),
    secure=st.booleans(),
    httponly=st.booleans(),
    samesite=st.sampled_from([None, "Lax", "Strict", "None"]),
    partitioned=st.booleans(),
)


class TestMakeCookieHeader:
    @given(
        name=st.sampled_from(["session", "V", "Expires", "a=b", "é"]),
        value=st.text(alphabet="VDabc019._-", min_size=1),
        expires=st.none() | st.datetimes(timezones=st.just(UTC)),
        options=OPTIONS,
    )
    def test_equals_werkzeugs(
        self, name: str, value: str, expires: datetime | None, options: CookieOptions
    ) -> None:
        header = make_cookie_header(name, value, expires, options)

        assert header == dump_cookie(name, value, expires=expires, max_size=0, **options._asdict())


class TestVaryOnCookie:
    @pytest.mark.parametrize(
        ("vary", "expected"), [(None, "Cookie"), ("Accept", "Accept, Cookie"), ("cookie", "cookie")]
    )
    def test_header_names_the_cookie_once(self, vary: str | None, expected: str) -> None:
        response = Response("page")
        if vary is not None:
            response.headers["vary"] = vary

        vary_on_cookie(response)

        assert response.headers.getlist("Vary") == [expected]
