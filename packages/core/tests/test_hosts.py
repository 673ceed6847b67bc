"""Which hosts an app answers for, and that no stranger makes the others' requests dearer."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client, create_environ

from cruse_core import App, Request, pipeline, redirect, request, url_for
from cruse_core.hosts import find_name, is_trusted
from cruse_core.short_path import serve


def ask(app: App, host: str | None, path: str = "/", **changes: Any) -> tuple[str, str, str | None]:
    """Return status, body and location of a request with this Host header."""
    started: list[Any] = []
    environ = {**create_environ(path), "HTTP_HOST": host, **changes}
    body = b"".join(app(environ, lambda *start: started.extend(start)))  # type: ignore[arg-type]
    return started[0], body.decode(), dict(started[1]).get("Location")


@pytest.fixture
def app(app: App) -> App:
    @app.get("/")
    def show_host() -> str:
        return request.host

    @app.get("/folder/")
    def folder() -> str:
        return url_for("show_host", _external=True)

    @app.get("/go")
    def go() -> Any:
        return redirect(url_for("show_host", _external=True))

    return app


class TestFindName:
    @pytest.mark.parametrize(
        ("host", "name"),
        [
            ("shop.example", "shop.example"),
            ("Shop.Example:8000", "shop.example"),
            ("my_service:5000", "my_service"),
            ("127.0.0.1:1", "127.0.0.1"),
            ("[::1]", "[::1]"),
            ("[2001:DB8::1]:65535", "[2001:db8::1]"),
            ("h.", "h."),
        ],
    )
    def test_host(self, host: str, name: str) -> None:
        assert find_name(host) == name

    @pytest.mark.parametrize(
        "host",
        [
            *["", " ", "a b", "a/b", "a\\b", "a@b", "a?b", "a#b", "a,b", "a:x", "a:", "a:0"],
            *["a:65536", "a:123456", "a:1:2", "[::1", "::1]", "[]", "[::1]x", "[g::1]"],
            *["é.test", "a\n", "\na", "a\x00", "a%41", "<a>", '"a"', "a:\u0661"],
        ],
    )
    def test_what_is_none(self, host: str) -> None:
        assert find_name(host) is None


class TestIsTrusted:
    @pytest.mark.parametrize(
        ("host", "trusted", "expected"),
        [
            ("shop.example", ["Shop.Example"], True),
            ("SHOP.example:80", ["shop.example"], True),
            ("a.shop.example", ["shop.example"], False),
            ("a.Shop.example", [".SHOP.example"], True),
            ("shop.example", [".shop.example"], True),
            ("notshop.example", [".shop.example"], False),
            ("shop.example", "shop.example", True),
            ("shop.example", ["shop.example:5000"], True),
            ("[::1]:80", ["[::1]"], True),
            ("xn--bcher-kva.example", ["bücher.example"], True),
            ("any.example", [], True),
            ("a b", [], False),
            ("shop.example", ["*"], False),
        ],
    )
    def test_host(self, host: str, trusted: Any, expected: bool) -> None:
        assert is_trusted(host, trusted) is expected


class TestHosts:
    @pytest.mark.parametrize("path", ["/", "/folder", "/go", "/nowhere"])
    @pytest.mark.parametrize("host", ["a b", "a/b", "a@b", "[::1", "a:x", "a\nb"])
    def test_malformed_one_is_refused(self, app: App, host: str, path: str) -> None:
        for _ in range(2):
            status, body, location = ask(app, host, path)
            assert (status, location) == ("400 BAD REQUEST", None)
            assert "does not name a host" in body

    def test_one_with_an_underscore_is_a_host(self, app: App) -> None:
        for _ in range(2):
            assert ask(app, "my_service:5000")[1] == "my_service:5000"
            assert ask(app, "my_service:5000", "/folder/")[1] == "http://my_service:5000/"
            location = ask(app, "my_service:5000", "/folder")[2]
            assert location == "http://my_service:5000/folder/"

    @pytest.mark.parametrize("host", ["", None])
    def test_request_without_one_is_served(self, app: App, host: str | None) -> None:
        assert ask(app, host, SERVER_NAME="127.0.0.1", SERVER_PORT="5000")[0] == "200 OK"

    def test_change_of_the_trusted_ones_counts_at_once(self, app: App) -> None:
        app.config["TRUSTED_HOSTS"] = trusted = ["Shop.Example"]
        assert ask(app, "shop.example:8000")[0] == "200 OK"
        assert ask(app, "other.example")[0] == "400 BAD REQUEST"
        trusted.append("other.example")
        assert ask(app, "other.example")[0] == "200 OK"
        app.config["TRUSTED_HOSTS"] = None
        assert ask(app, "third.example")[0] == "200 OK"

    def test_class_of_requests_may_decide(self, app: App) -> None:
        class Known(Request):
            trusted_hosts = ["shop.example"]  # noqa: RUF012 - as its users write it

        app.request_class = Known
        for _ in range(2):
            assert ask(app, "shop.example")[0] == "200 OK"
            assert ask(app, "other.example")[0] == "400 BAD REQUEST"

    @pytest.mark.parametrize("scheme", ["ws", "wss"])
    def test_scheme_of_websockets_never_reaches_a_rule_for_http(
        self, app: App, scheme: str
    ) -> None:
        for _ in range(2):
            assert ask(app, "shop.example", **{"wsgi.url_scheme": scheme})[0] == "400 BAD REQUEST"


@pytest.fixture
def quickly_served(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Note for each request whether the short path has served it."""
    noted: list[bool] = []

    def note(*args: Any) -> Any:
        chunks = serve(*args)
        noted.append(chunks is not None)
        return chunks

    monkeypatch.setattr(pipeline, "serve", note)
    return noted


def iter_strange_hosts() -> Iterator[str]:
    for number in itertools.count():
        yield from (f"h{number}.example", f"bad host {number}", f"{'h' * 300}{number}.example")


class TestStrangers:
    """A stranger changes nothing for others, and what everybody is told to set is ordinary."""

    @pytest.mark.parametrize(
        ("trusted", "host", "headers"),
        [
            (None, "shop.example", {}),
            (None, f"{'long-' * 30}name.example:8000", {}),
            (["shop.example"], "shop.example", {}),
            ([".Shop.example", "other.example"], "www.shop.example:8000", {}),
            (None, "shop.example", {"HTTP_COOKIE": "theme=dark; tracker=1"}),
        ],
    )
    def test_requests_of_others_stay_on_the_short_path(
        self,
        app: App,
        quickly_served: list[bool],
        trusted: list[str] | None,
        host: str,
        headers: dict[str, str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        app.config["TRUSTED_HOSTS"] = trusted
        monkeypatch.setattr(app.logger, "disabled", True)
        ask(app, host)
        ask(app, host, "/nowhere")
        for stranger in itertools.islice(iter_strange_hosts(), 2_000):
            ask(app, stranger)
        quickly_served.clear()
        for path in ("/", "/nowhere", "/"):
            ask(app, host, path, **headers)
        assert quickly_served == [True, True, True]

    def test_session_that_nobody_reads_stays_on_it_until_it_must_be_sent(
        self, app: App, quickly_served: list[bool]
    ) -> None:
        @app.get("/in/<int:lasts>")
        def log_in(lasts: int) -> str:
            from cruse_core import session

            session["user"] = 1
            session.permanent = bool(lasts)
            return "in"

        for lasts in (0, 1):
            client = Client(app)
            client.get(f"/in/{lasts}")
            client.get("/")
            quickly_served.clear()
            sent = client.get("/").headers.get("Set-Cookie")
            assert quickly_served == [True]
            assert (sent is not None) is bool(lasts)
