"""The steps before the view, the view itself and the steps after it, one by one."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.exceptions import NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.test import Client, create_environ, run_wsgi_app

from cruse_core import App, Response, g, request, session


class TestBeforeRequest:
    """H01."""

    def test_value_of_a_hook_is_the_answer(self, app: App, client: Client) -> None:
        called: list[str] = []
        app.before_request(lambda: ("stop", 403))
        app.before_request(lambda: called.append("second"))
        app.add_url_rule("/", "index", lambda: called.append("view"))
        response = client.get("/")
        assert (response.text, response.status_code) == ("stop", 403)
        assert called == []

    def test_empty_value_is_an_answer_too(self, app: App, client: Client) -> None:
        app.before_request(lambda: "")
        assert client.get("/nowhere").status_code == 200

    def test_hooks_after_the_request_run_all_the_same(self, app: App, client: Client) -> None:
        app.before_request(lambda: "stop")

        @app.after_request
        def after(response: Response) -> Response:
            response.headers["X-After"] = "yes"
            return response

        assert client.get("/").headers["X-After"] == "yes"

    def test_values_of_the_url_can_be_changed(self, app: App, client: Client) -> None:
        """R14."""

        @app.url_value_preprocessor
        def take_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
            if values is not None:
                g.language = values.pop("language")

        app.add_url_rule("/<language>/", "index", lambda: g.language)
        assert client.get("/en/").text == "en"
        assert client.get("/").status_code == 404


class TestAfterRequest:
    """H02."""

    def test_hook_may_return_another_response(self, app: App, client: Client) -> None:
        app.after_request(lambda response: Response("other"))
        app.add_url_rule("/", "index", lambda: "hello")
        assert client.get("/").text == "other"

    def test_session_is_saved_after_the_hooks(self, app: App, client: Client) -> None:
        @app.after_request
        def after(response: Response) -> Response:
            session["seen"] = True
            return response

        app.add_url_rule("/", "index", lambda: str(session.get("seen")))
        assert client.get("/").text == "None"
        assert client.get("/").text == "True"

    def test_permanent_session_is_renewed_although_nobody_read_it(
        self, app: App, client: Client
    ) -> None:
        @app.get("/login")
        def login() -> str:
            session.permanent = True
            return ""

        app.add_url_rule("/", "index", lambda: "")
        client.get("/login")
        assert "session=" in client.get("/").headers["Set-Cookie"]
        app.config["SESSION_REFRESH_EACH_REQUEST"] = False
        assert "Set-Cookie" not in client.get("/").headers

    def test_null_session_is_not_saved(self, app: App, client: Client) -> None:
        app.secret_key = None
        app.add_url_rule("/", "index", lambda: str(session.get("user")))
        response = client.get("/")
        assert response.text == "None"
        assert "Set-Cookie" not in response.headers

    def test_failing_hook_is_an_unhandled_error(self, app: App, client: Client) -> None:
        app.testing = True

        @app.after_request
        def after(response: Response) -> Response:
            raise LookupError("after")

        app.add_url_rule("/", "index", lambda: "")
        with pytest.raises(LookupError, match="after"):
            client.get("/")


class TestDispatch:
    def test_rule_without_a_view_says_how_to_give_one(self, app: App, client: Client) -> None:
        app.testing = True
        app.add_url_rule("/", "index")
        with pytest.raises(KeyError, match=r"@app\.endpoint\('index'\)"):
            client.get("/")

    def test_view_can_be_given_later(self, app: App, client: Client) -> None:
        app.add_url_rule("/", "index")
        app.endpoint("index")(lambda: "later")
        assert client.get("/").text == "later"

    def test_replaced_rule_leads_to_its_view(self, app: App, client: Client) -> None:
        """A hook may send a request to another endpoint."""
        app.add_url_rule("/", "index", lambda: "index")
        app.add_url_rule("/new", "new", lambda: "new")

        @app.before_request
        def reroute() -> None:
            request.url_rule = next(app.url_map.iter_rules("new"))

        assert client.get("/").text == "new"

    def test_routing_exception_is_raised_for_the_view(self, app: App) -> None:
        with app.request_context(create_environ("/nowhere")), pytest.raises(NotFound):
            app.dispatch_request()

    def test_redirect_of_the_map_is_the_answer(self, app: App, client: Client) -> None:
        app.add_url_rule("/folder/", "folder", lambda: "")
        response = client.get("/folder")
        assert response.status_code == 308
        assert response.location == "http://localhost/folder/"

    @pytest.mark.parametrize("debug", [False, True])
    @pytest.mark.parametrize(("method", "code"), [("POST", 302), ("POST", 308), ("GET", 302)])
    def test_redirect_that_loses_a_form_is_explained_in_debug_mode(
        self, app: App, client: Client, debug: bool, method: str, code: int
    ) -> None:
        """R21."""
        app.debug = debug

        @app.before_request
        def moved() -> None:
            request.routing_exception = RequestRedirect("http://localhost/new")
            request.routing_exception.code = code

        if debug and method == "POST" and code == 302:
            with pytest.raises(AssertionError, match="http://localhost/new"):
                client.open("/", method=method)
        else:
            assert client.open("/", method=method).status_code == code

    def test_chunks_are_sent_while_the_server_asks(self, app: App) -> None:
        made: list[int] = []

        def numbers() -> Any:
            for number in range(3):
                made.append(number)
                yield str(number)

        app.add_url_rule("/", "index", lambda: numbers())
        chunks, _, _ = run_wsgi_app(app, create_environ("/"))
        iterator = iter(chunks)
        assert next(iterator) == b"0"
        assert made == [0]
        assert b"".join(iterator) == b"12"
