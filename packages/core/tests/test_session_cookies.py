"""Which cookies of a request are taken for its session."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Request as WerkzeugRequest

from cruse_core import App, request, session
from cruse_core.requests import Request
from cruse_core.session_cookies import iter_cookies


def make_environ(header: str) -> dict[str, str]:
    return {"HTTP_COOKIE": header}


def ask(app: App, path: str, header: str) -> TestResponse:
    return Client(app, use_cookies=False).get(path, headers={"Cookie": header})


@pytest.mark.parametrize("request_class", [Request, WerkzeugRequest])
class TestIterCookies:
    @pytest.mark.parametrize(
        ("header", "values"),
        [
            ("", []),
            ("other=1", []),
            ("session=", []),
            ("session=1", ["1"]),
            ("session=1; session=2", ["1", "2"]),
            ("session=; other=3; session=2", ["2"]),
            ("session=1; my_session=2", ["1"]),
            ('session="1"; session="a b"', ["1", "a b"]),
        ],
    )
    def test_yields_those_of_the_name_in_order(
        self, request_class: type[WerkzeugRequest], header: str, values: list[str]
    ) -> None:
        made = request_class(make_environ(header))
        assert list(iter_cookies(made, "session")) == values

    def test_name_may_be_any_text(self, request_class: type[WerkzeugRequest]) -> None:
        header = "é=1; é=2".encode().decode("latin-1")
        made = request_class(make_environ(header))
        (name,) = set(made.cookies)
        assert list(iter_cookies(made, name)) == ["1", "2"]

    def test_a_client_cannot_have_many_tried(self, request_class: type[WerkzeugRequest]) -> None:
        made = request_class(make_environ("; ".join(f"session={n}" for n in range(1000))))
        assert list(iter_cookies(made, "session")) == list("01234")

    def test_cookies_that_were_replaced_count(self, request_class: type[WerkzeugRequest]) -> None:
        made = request_class(make_environ("session=1; session=2"))
        made.cookies = ImmutableMultiDict([("session", "3")])
        assert list(iter_cookies(made, "session")) == ["3"]


class TestOpenSession:
    @pytest.fixture(autouse=True)
    def _routes(self, app: App) -> None:
        @app.get("/write")
        def write() -> str:
            session["name"] = request.args.get("name", "ada")
            session.permanent = True
            return ""

        @app.get("/read")
        def read() -> str:
            name: str = session.get("name", "nobody")
            return name

        @app.get("/unread")
        def unread() -> str:
            return ""

    @pytest.fixture
    def cookie(self, client: Client) -> str:
        """The cookie of a session, as the client sends it."""
        client.get("/write")
        cookie = client.get_cookie("session")
        assert cookie is not None
        return f"session={cookie.value}"

    @pytest.mark.parametrize("others", [1, 4])
    def test_cookie_of_another_path_or_domain_does_not_hide_it(
        self, app: App, cookie: str, others: int
    ) -> None:
        header = f"{'session=of-another; ' * others}{cookie}"
        assert ask(app, "/read", header).text == "ada"

    def test_the_first_valid_one_counts(self, app: App, client: Client, cookie: str) -> None:
        client.get("/write?name=eve")
        other = client.get_cookie("session")
        assert other is not None
        assert ask(app, "/read", f"session={other.value}; {cookie}").text == "eve"

    def test_session_behind_another_is_refreshed_unread(self, app: App, cookie: str) -> None:
        response = ask(app, "/unread", f"session=of-another; {cookie}")
        assert "Expires=" in response.headers["Set-Cookie"]
