"""Cruse and Flask take the same rules, and refuse the same."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from flask_and_cruse import Kit, ask, assert_same, outcome


def view(**values: Any) -> str:
    return f"view {values}"


def other_view(**values: Any) -> str:
    return "other"


class CallableView:
    def __call__(self, **values: Any) -> str:
        return "callable"


partial_view = functools.partial(view)
ARGUMENTS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    (("/",), {}),
    (("/", None, None), {}),
    (("/", "e"), {}),
    (("/", None, view), {}),
    (("/", "", view), {}),
    (("/", "a.b", view), {}),
    (("/", "e", CallableView()), {}),
    (("/", None, CallableView()), {}),
    (("/", None, partial_view), {}),
    (("/", "e", view), {"methods": "GET"}),
    (("/", "e", view), {"methods": ["get", "Post"]}),
    (("/", "e", view), {"methods": []}),
    (("/", "e", view), {"methods": None}),
    (("/", "e", view), {"methods": ["OPTIONS"]}),
    (("/", "e", view), {"methods": ["HEAD"]}),
    (("/", "e", view), {"provide_automatic_options": False}),
    (("/", "e", view), {"provide_automatic_options": True, "methods": ["OPTIONS", "GET"]}),
    (("/", "e", view), {"unknown": 1}),
    (("/", "e", view), {"defaults": {"x": 1}}),
    (("/", "e", view), {"websocket": True, "methods": ["POST"]}),
    (("/", "e", view), {"redirect_to": "b"}),
    (("x", "e", view), {}),
    (("", "e", view), {}),
    (("/<", "e", view), {}),
    (("/<x", "e", view), {}),
    (("/<unknown:x>", "e", view), {}),
    (("/<int:x>/<int:x>", "e", view), {}),
    (("/<int(min=a):x>", "e", view), {}),
    (("/<int(unknown=1):x>", "e", view), {}),
    (("/<any():x>", "e", view), {}),
    (("/<class>", "e", view), {}),
    (("/a|b", "e", view), {}),
    (("//a//b", "e", view), {}),
]
ATTRIBUTES: list[dict[str, Any]] = [
    {"methods": ["POST"]},
    {"methods": "POST"},
    {"methods": []},
    {"methods": ["options"]},
    {"required_methods": ["PUT"]},
    {"required_methods": ["OPTIONS"], "provide_automatic_options": None},
    {"provide_automatic_options": False},
    {"provide_automatic_options": True, "required_methods": ["OPTIONS"]},
]


def describe(app: Any) -> list[Any]:
    rules = [
        (rule.rule, rule.endpoint, sorted(rule.methods or ()), rule.defaults,
         getattr(rule, "provide_automatic_options", None))
        for rule in app.url_map.iter_rules()
    ]  # fmt: skip
    return [rules, sorted(app.view_functions)]


class TestAddURLRule:
    """R02 to R07."""

    @pytest.mark.parametrize("automatic_options", [True, False])
    def test_takes_and_refuses_the_same(self, automatic_options: bool) -> None:
        def program(kit: Kit) -> list[Any]:
            answers: list[Any] = []
            for args, options in ARGUMENTS:
                app, shop = kit.make_app(), kit.make_blueprint("shop")
                app.config["PROVIDE_AUTOMATIC_OPTIONS"] = automatic_options
                answers.append((args, outcome(app.add_url_rule, *args, **options), describe(app)))
                app = kit.make_app()
                answers.append(outcome(shop.add_url_rule, *args, **options))
                answers.append((outcome(app.register_blueprint, shop), describe(app)))
            return answers

        assert_same(program)

    @pytest.mark.parametrize("attributes", ATTRIBUTES)
    @pytest.mark.parametrize("automatic_options", [True, False])
    def test_heeds_the_same_attributes_of_a_view(
        self, automatic_options: bool, attributes: dict[str, Any]
    ) -> None:
        def program(kit: Kit) -> list[Any]:
            app = kit.make_app()
            app.config["PROVIDE_AUTOMATIC_OPTIONS"] = automatic_options

            def own_view() -> str:
                return "own"

            vars(own_view).update(attributes)
            answers = [
                outcome(app.add_url_rule, "/", view_func=own_view),
                outcome(app.add_url_rule, "/two", "two", own_view, methods=["DELETE"]),
                describe(app),
            ]
            for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"):
                answers += [ask(app, path, method=method) for path in ("/", "/two")]
            return answers

        assert_same(program)

    def test_tells_views_of_one_endpoint_apart(self) -> None:
        def program(kit: Kit) -> list[Any]:
            app = kit.make_app()
            return [
                outcome(app.add_url_rule, "/1", "e", view),
                outcome(app.add_url_rule, "/2", "e", view),
                outcome(app.add_url_rule, "/3", "e", other_view),
                outcome(app.add_url_rule, "/4", "e"),
                outcome(app.get, "/5", methods=["GET"]),
                outcome(app.endpoint("later")(other_view)),
                describe(app),
            ]

        assert_same(program)


class TestRedirects:
    """R09, R10, R21."""

    @pytest.mark.parametrize("debug", [True, False])
    def test_are_sent_or_explained_alike(self, debug: bool) -> None:
        def program(kit: Kit) -> list[Any]:
            app = kit.make_app()
            app.config.update(DEBUG=debug, PROPAGATE_EXCEPTIONS=False)
            methods = ["GET", "POST", "PUT"]
            app.add_url_rule("/a/", "a", view, methods=methods)
            app.add_url_rule("/alias", "a", alias=True, methods=methods)
            app.add_url_rule("/moved", "moved", redirect_to="/a/", methods=methods)
            app.add_url_rule("/moved/<int:n>", "n", redirect_to="a/?<n>", methods=methods)
            app.add_url_rule("/page/", "page", view, defaults={"n": 1}, methods=methods)
            app.add_url_rule("/page/<int:n>", "page", view, methods=methods)
            paths = ["/a", "/a/", "/alias", "/moved", "/moved/5", "/page/1", "//a/", "/a//"]
            return [
                (path, method, ask(app, path, method=method, query_string="q=é"))
                for path in paths
                for method in (*methods, "HEAD", "OPTIONS", "DELETE")
            ]

        assert_same(program)


class TestWebSockets:
    """R09: `websocket`."""

    @pytest.mark.parametrize("scheme", ["http", "https"])
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Upgrade": "websocket", "Connection": "Upgrade"},
            {"Upgrade": "WebSocket", "Connection": "keep-alive, Upgrade"},
            {"Upgrade": "h2c", "Connection": "Upgrade"},
            {"Upgrade": "websocket"},
        ],
    )
    def test_are_told_from_http(self, headers: dict[str, str], scheme: str) -> None:
        def program(kit: Kit) -> list[Any]:
            app = kit.make_app()
            app.add_url_rule("/socket", "socket", view, websocket=True)
            app.add_url_rule("/plain", "plain", view)
            app.add_url_rule("/both", "both", view)
            app.add_url_rule("/both", "both socket", other_view, websocket=True)
            app.add_url_rule("/urls", "urls", lambda: [kit.url_for(e) for e in ("socket", "plain")])
            return [
                ask(app, path, base_url=f"{scheme}://h.test", headers=headers)
                for path in ("/plain", "/socket", "/both", "/urls", "/nowhere", "/socket/")
                for _ in range(2)
            ]

        assert_same(program)


@pytest.fixture(autouse=True, scope="module")
def _no_near_routes() -> Iterator[None]:
    """Leave out what the page of a missing URL shows in debug mode, and Flask's does not."""
    with mock.patch("cruse_core.near_routes.find_near_routes", return_value=[]):
        yield
