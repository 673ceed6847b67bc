from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import werkzeug.test
from werkzeug.wrappers import Response as BaseResponse

from cruse_core import (
    g,
    has_app_context,
    has_request_context,
    jsonify,
    redirect,
    request,
    session,
    stream_with_context,
)
from cruse_core.globals import request_ctx
from cruse_core.json_provider import DefaultJSONProvider
from cruse_core.sessions import SecureCookieSessionInterface, SessionInterface, SessionMixin
from cruse_testing import Client, EnvironBuilder, TestingApp


@pytest.fixture(autouse=True)
def views(app: TestingApp) -> None:
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]

    @app.route("/echo", methods=methods)
    def echo() -> BaseResponse:
        return jsonify(
            method=request.method,
            url=request.url,
            json=request.get_json(silent=True),
            form=request.form,
            agent=request.headers.get("User-Agent"),
            address=request.remote_addr,
            query=request.args,
            credentials=request.authorization and request.authorization.parameters,
        )

    @app.post("/upload")
    def upload() -> str:
        file = request.files["file"]
        return f"{file.filename} {file.read().decode()}"

    @app.get("/away")
    def away() -> BaseResponse:
        return redirect("/echo?from=away")

    @app.get("/far")
    def far() -> BaseResponse:
        return redirect("/away")

    @app.get("/count")
    def count() -> str:
        session["count"] = session.get("count", 0) + 1
        return str(session["count"])

    @app.get("/boom")
    def boom() -> str:
        raise ValueError("boom")


class TestVerbs:
    @pytest.mark.parametrize("verb", ["get", "post", "put", "patch", "delete", "trace"])
    def test_send_their_method(self, client: Client, verb: str) -> None:
        assert getattr(client, verb)("/echo").json["method"] == verb.upper()

    def test_head_and_options(self, client: Client) -> None:
        assert client.head("/echo").data == b""
        assert client.options("/echo").json["method"] == "OPTIONS"  # type: ignore[index]


class TestOpen:
    def test_sends_json_and_forms(self, client: Client) -> None:
        posted = client.post("/echo", json={"a": 1}).json
        assert posted is not None
        assert posted["json"] == {"a": 1}
        posted = client.post("/echo", data={"b": "2"}).json
        assert posted is not None
        assert posted["form"] == {"b": "2"}

    def test_sends_a_query_headers_and_credentials(self, client: Client) -> None:
        sent = client.get(
            "/echo",
            query_string={"a": "ä"},
            headers={"User-Agent": "own"},
            auth=("ada", "secret"),
        ).json
        assert sent is not None
        assert sent["query"] == {"a": "ä"}
        assert sent["agent"] == "own"
        assert sent["credentials"] == {"username": "ada", "password": "secret"}

    def test_sends_files(self, client: Client) -> None:
        data = {"file": (io.BytesIO(b"text"), "a.txt")}
        assert client.post("/upload", data=data).text == "a.txt text"

    def test_sends_address_and_agent(self, client: Client) -> None:
        sent = client.get("/echo").json
        assert sent is not None
        assert sent["address"] == "127.0.0.1"
        assert sent["agent"].startswith("Werkzeug/")

    def test_environ_base_is_part_of_every_request_that_does_not_say_otherwise(
        self, client: Client
    ) -> None:
        client.environ_base.update(REMOTE_ADDR="10.0.0.1", HTTP_USER_AGENT="own")

        def send(**kwargs: Any) -> tuple[str, str]:
            sent = client.get("/echo", **kwargs).json
            assert sent is not None
            return sent["address"], sent["agent"]

        assert send() == ("10.0.0.1", "own")
        assert send(environ_base={"REMOTE_ADDR": "10.0.0.2"}) == ("10.0.0.2", "own")
        assert send(environ_overrides={"REMOTE_ADDR": "10.0.0.3"}) == ("10.0.0.3", "own")
        assert send(headers={"User-Agent": "other"}) == ("10.0.0.1", "other")

    def test_takes_a_builder_an_environment_or_a_request(
        self, app: TestingApp, client: Client
    ) -> None:
        builder = EnvironBuilder(app, "/echo?a=1")
        plain = werkzeug.test.EnvironBuilder("/echo?a=1")
        for argument in (builder, plain, builder.get_environ(), builder.get_request()):
            sent = client.open(argument).json
            assert sent is not None
            assert sent["url"] == "http://localhost/echo?a=1"
            assert sent["address"] == "127.0.0.1"

    def test_leaves_a_builder_as_it_is(self, app: TestingApp, client: Client) -> None:
        builder = EnvironBuilder(app, "/echo")
        with client:
            client.open(builder)
        assert builder.environ_base is None

    def test_a_subclass_may_add_to_the_environment_of_every_request(self, app: TestingApp) -> None:
        class TokenClient(Client):
            def _copy_environ(self, other: Mapping[str, Any]) -> dict[str, Any]:
                return {**super()._copy_environ(other), "HTTP_X_TOKEN": "secret"}

        app.test_client_class = TokenClient
        client = app.test_client()
        builder = EnvironBuilder(app, "/")
        for first in ("/", builder, builder.get_environ(), builder.get_request()):
            assert client.open(first).request.headers["X-Token"] == "secret"

    def test_follows_redirects_and_keeps_their_history(self, client: Client) -> None:
        response = client.get("/far", follow_redirects=True)
        assert response.request.full_path == "/echo?from=away"
        assert [past.request.path for past in response.history] == ["/far", "/away"]
        assert client.get("/far").status_code == 302

    def test_raises_what_the_app_raised_while_testing(
        self, app: TestingApp, client: Client
    ) -> None:
        with pytest.raises(ValueError, match="boom"):
            client.get("/boom")
        app.testing = False
        assert client.get("/boom").status_code == 500


class TestResponse:
    def test_has_text_json_and_request(self, client: Client) -> None:
        response = client.get("/echo")
        assert response.text == response.data.decode()
        assert response.request.path == "/echo"

    def test_reads_json_with_the_provider_of_the_app(self, app: TestingApp, client: Client) -> None:
        class Provider(DefaultJSONProvider):
            def loads(self, s: str | bytes, **kwargs: Any) -> Any:
                return {"own": True}

        app.json = Provider(app)
        assert client.get("/echo").json == {"own": True}

    def test_of_a_stream_is_read_when_it_is_looked_at(
        self, app: TestingApp, client: Client
    ) -> None:
        sent = []

        @app.get("/stream")
        def stream() -> Iterator[str]:
            for chunk in "ab":
                sent.append(chunk)
                yield chunk

        response = client.get("/stream")
        assert sent == ["a"]
        assert response.text == "ab"
        assert client.get("/stream", buffered=True).is_streamed is False


class TestCookies:
    def test_are_kept_from_one_request_to_the_next(self, app: TestingApp, client: Client) -> None:
        assert [client.get("/count").text for _ in range(3)] == ["1", "2", "3"]
        assert client.get_cookie("session") is not None
        client.delete_cookie("session")
        assert client.get("/count").text == "1"
        assert app.test_client().get("/count").text == "1"

    def test_can_be_set_by_hand(self, app: TestingApp, client: Client) -> None:
        app.add_url_rule("/colour", "colour", lambda: request.cookies.get("colour", "none"))
        client.set_cookie("colour", "blue", path="/colour")
        assert client.get("/colour").text == "blue"
        cookie = client.get_cookie("colour", path="/colour")
        assert cookie is not None
        assert cookie.value == "blue"
        client.delete_cookie("colour", path="/colour")
        assert client.get("/colour").text == "none"

    def test_can_be_switched_off(self, app: TestingApp) -> None:
        client = app.test_client(use_cookies=False)
        assert [client.get("/count").text for _ in range(2)] == ["1", "1"]


class TestSessionTransaction:
    def test_sets_what_the_next_request_reads(self, client: Client) -> None:
        with client.session_transaction() as opened:
            assert opened == {}
            opened["count"] = 41
            assert not has_request_context()
            assert not has_app_context()
        assert client.get("/count").text == "42"
        with client.session_transaction() as opened:
            assert opened["count"] == 42

    def test_saves_nothing_when_its_block_raises(self, client: Client) -> None:
        def fail(opened: SessionMixin) -> None:
            opened["count"] = 41
            raise ValueError("x")

        with pytest.raises(ValueError, match="x"), client.session_transaction() as opened:
            fail(opened)
        assert client.get("/count").text == "1"

    def test_takes_the_url_that_the_session_depends_on(
        self, app: TestingApp, client: Client
    ) -> None:
        with client.session_transaction("/x", base_url="http://h.org/") as opened:
            opened["count"] = 1
        assert client.get_cookie("session") is None
        assert client.get_cookie("session", domain="h.org") is not None

    def test_keeps_the_request_that_is_looked_at(self, client: Client) -> None:
        with client:
            client.get("/echo")
            with client.session_transaction() as opened:
                opened["count"] = 1
            assert request.path == "/echo"

    def test_opens_the_session_once_with_any_interface(
        self, app: TestingApp, client: Client
    ) -> None:
        opened = []

        class Interface(SecureCookieSessionInterface):
            def open_session(self, app: Any, request: Any) -> Any:
                opened.append(request.path)
                return super().open_session(app, request)

        app.session_interface = Interface()
        with client.session_transaction("/x") as values:
            values["count"] = 1
        assert opened[0] == "/x"
        assert client.get("/count").text == "2"

    def test_without_cookies_says_how_to_have_them(self, app: TestingApp) -> None:
        client = app.test_client(use_cookies=False)
        with (
            pytest.raises(TypeError, match="use_cookies=True"),
            client.session_transaction(),
        ):
            pass

    def test_without_a_key_says_how_to_set_one(self, app: TestingApp, client: Client) -> None:
        app.secret_key = None
        with (
            pytest.raises(RuntimeError, match=r"did not open a session.*Set app\.secret_key"),
            client.session_transaction(),
        ):
            pass

    def test_without_a_session_names_the_interface(self, app: TestingApp, client: Client) -> None:
        class NoSession(SessionInterface):
            def open_session(self, app: Any, request: Any) -> SessionMixin | None:
                return None

            def save_session(self, app: Any, session: Any, response: Any) -> None:
                raise AssertionError("saved")

        app.session_interface = NoSession()
        with pytest.raises(RuntimeError, match="NoSession"), client.session_transaction():
            pass

    def test_null_session_that_the_interface_opens_is_read_and_not_saved(
        self, app: TestingApp, client: Client
    ) -> None:
        class Null(SessionInterface):
            def open_session(self, app: Any, request: Any) -> SessionMixin | None:
                return self.make_null_session(app)

            def save_session(self, app: Any, session: Any, response: Any) -> None:
                raise AssertionError("saved")

        app.session_interface = Null()
        with client.session_transaction() as opened:
            assert dict(opened) == {}
            with pytest.raises(RuntimeError, match="unavailable"):
                opened["a"] = 1


class TestContext:
    def test_is_kept_until_the_next_request(self, app: TestingApp, client: Client) -> None:
        app.before_request(lambda: setattr(g, "path", request.path))
        with client:
            client.get("/count")
            assert (request.path, g.path, session["count"]) == ("/count", "/count", 1)
            client.get("/echo")
            assert (request.path, g.path) == ("/echo", "/echo")
        assert not has_request_context()
        client.get("/echo")
        assert not has_request_context()

    def test_after_redirects_is_that_of_the_last_request(self, client: Client) -> None:
        with client:
            client.get("/far", follow_redirects=True)
            assert request.path == "/echo"
        assert not has_request_context()

    def test_is_gone_after_a_request_that_raised(self, client: Client) -> None:
        with client:
            client.get("/echo")
            with pytest.raises(ValueError, match="boom"):
                client.get("/boom")
            assert not has_request_context()
            client.get("/echo")
            assert request.path == "/echo"
        assert not has_request_context()

    def test_is_given_back_to_an_outer_one(self, app: TestingApp, client: Client) -> None:
        with app.test_request_context("/outer"):
            with client:
                client.get("/echo")
                assert request.path == "/echo"
            assert request.path == "/outer"

    def test_is_kept_when_an_app_context_around_it_ends(
        self, app: TestingApp, client: Client
    ) -> None:
        ends: list[BaseException | None] = []
        app.teardown_appcontext(ends.append)
        with client:
            with app.app_context():
                g.name = "ann"
                client.get("/echo")
                client.get("/count")
            assert (request.path, g.name) == ("/count", "ann")
            assert ends == []
        assert ends == [None]
        assert not has_app_context()

    def test_makes_way_for_the_next_one_below_a_context_pushed_since(
        self, app: TestingApp, client: Client
    ) -> None:
        with client:
            client.get("/echo")
            with app.app_context():
                assert request.path == "/echo"
                client.get("/count")
                assert request.path == "/count"
            assert request.path == "/count"
        assert not has_app_context()

    def test_is_gone_with_the_client_below_a_context_pushed_since(
        self, app: TestingApp, client: Client
    ) -> None:
        with client:
            client.get("/echo")
            later = app.app_context()
            later.push()
        assert has_app_context()
        assert not has_request_context()
        later.pop()

    def test_of_two_clients_makes_way_for_each_other(self, app: TestingApp, client: Client) -> None:
        with client, app.test_client() as other:
            client.get("/echo")
            other.get("/count")
            client.get("/echo")
            assert request.path == "/echo"
            client.__exit__(None, None, None)
            assert request.path == "/count"
            client.__enter__()
        assert not has_request_context()

    def test_popped_by_hand_is_missed_at_the_next_request(self, client: Client) -> None:
        with client:
            client.get("/echo")
            request_ctx.pop()
            with pytest.raises(AssertionError, match="cannot be popped"):
                client.get("/echo")

    def test_is_kept_by_one_block_at_a_time(self, client: Client) -> None:
        with client, pytest.raises(RuntimeError, match="Cannot nest client invocations"):
            client.__enter__()

    def test_of_a_stream_is_kept_too(self, app: TestingApp, client: Client) -> None:
        ended = []
        app.teardown_request(lambda exc: ended.append(request.path))

        @app.get("/stream")
        def stream() -> Iterator[str]:
            return stream_with_context(iter([request.path, "!"]))

        with client:
            assert client.get("/stream").text == "/stream!"
            assert request.path == "/stream"
        assert not has_request_context()
        assert set(ended) == {"/stream"}


class TestRequestFromBuilderArgs:
    def test_describes_the_request_that_would_be_sent(self, client: Client) -> None:
        request = client._request_from_builder_args(("/echo",), {"json": {"a": 1}})
        assert request.get_json() == {"a": 1}
        assert "werkzeug.debug.preserve_context" not in request.environ
        with client:
            request = client._request_from_builder_args(("/echo",), {})
            assert callable(request.environ["werkzeug.debug.preserve_context"])
