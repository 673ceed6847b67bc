from __future__ import annotations

from typing import Any

import pytest

from cruse_core import App, RequestContext, has_request_context, request
from cruse_testing import Client, TestingApp


class TestTestClient:
    def test_is_a_client_for_the_app(self, app: TestingApp) -> None:
        client = app.test_client()
        assert type(client) is Client
        assert client.application is app

    def test_answers_with_the_response_class_of_the_app(self, app: TestingApp) -> None:
        class OwnResponse(app.response_class):  # type: ignore[name-defined,misc]
            own = True

        app.response_class = OwnResponse
        app.add_url_rule("/", "index", lambda: "x")
        assert app.test_client().get("/").own  # type: ignore[attr-defined]

    def test_class_of_the_client_gets_the_arguments(self, app: TestingApp) -> None:
        class OwnClient(Client):
            def __init__(self, *args: Any, user: str, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                self.user = user

        app.test_client_class = OwnClient
        client = app.test_client(user="me")
        assert isinstance(client, OwnClient)
        assert client.user == "me"

    def test_unknown_argument_is_refused(self, app: TestingApp) -> None:
        with pytest.raises(TypeError, match="nonsense"):
            app.test_client(nonsense=1)

    def test_bare_app_says_which_distribution_has_it(self) -> None:
        bare: Any = App("bare", root_path=".")
        with pytest.raises(AttributeError, match="cruse-testing"):
            bare.test_client()


class TestTestRequestContext:
    def test_is_the_context_of_a_request_that_is_not_sent(self, app: TestingApp) -> None:
        app.before_request(lambda: pytest.fail("was sent"))
        ctx = app.test_request_context("/path?a=1", method="POST", json={"b": 2})
        assert isinstance(ctx, RequestContext)
        with ctx:
            assert (request.path, request.method) == ("/path", "POST")
            assert (request.args["a"], request.get_json()) == ("1", {"b": 2})
        assert not has_request_context()

    def test_takes_the_arguments_of_the_environ_builder(self, app: TestingApp) -> None:
        with app.test_request_context(subdomain="www", environ_base={"X": "y"}):
            assert request.host == "www.localhost"
            assert request.environ["X"] == "y"
