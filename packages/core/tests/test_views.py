"""Views as classes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, ClassVar

import pytest
from werkzeug.test import Client

from cruse_core import App
from cruse_core.types import ResponseReturnValue
from cruse_core.views import MethodView, View, http_method_names


@pytest.fixture
def app() -> App:
    return App("views_app", root_path="/")


@pytest.fixture
def client(app: App) -> Client:
    return Client(app)


class Counter(View):
    """Counts what one instance has answered."""

    def __init__(self, start: int = 0, step: int = 1) -> None:
        self.count = start
        self.step = step

    def dispatch_request(self, **values: Any) -> ResponseReturnValue:
        self.count += self.step
        return {"count": self.count, **values}


class KeptCounter(Counter):
    """Has one instance for all requests."""

    init_every_request = False


class Articles(MethodView):
    """Serves two methods."""

    def get(self, slug: str = "") -> str:
        return f"get {slug}"

    async def post(self) -> str:
        return "post"


class TestView:
    def test_needs_dispatch_request(self) -> None:
        with pytest.raises(NotImplementedError, match="define it"):
            View().dispatch_request()

    def test_function_carries_what_the_app_looks_for(self) -> None:
        class Custom(Counter):
            """Documentation."""

            methods: ClassVar[Collection[str] | None] = ["GET", "PUT"]
            provide_automatic_options = False

        view: Any = Custom.as_view("custom")
        assert view.view_class is Custom
        assert (view.__name__, view.__doc__) == ("custom", "Documentation.")
        assert view.__module__ == Custom.__module__
        assert view.methods == ["GET", "PUT"]
        assert view.provide_automatic_options is False

    def test_each_request_has_an_instance(self, app: App, client: Client) -> None:
        app.add_url_rule("/<int:n>", view_func=Counter.as_view("counter", 5, step=2))
        assert [client.get(f"/{n}").json for n in (1, 2)] == [
            {"count": 7, "n": 1},
            {"count": 7, "n": 2},
        ]

    def test_instance_can_be_kept(self, app: App, client: Client) -> None:
        app.add_url_rule("/", view_func=KeptCounter.as_view("counter", 5))
        assert [client.get("/").json for _ in range(2)] == [{"count": 6}, {"count": 7}]

    def test_decorators_are_applied_in_order(self, app: App, client: Client) -> None:
        def adding(text: str) -> Callable[..., Any]:
            def decorate(view: Callable[..., str]) -> Callable[..., str]:
                @wraps(view)
                def decorated(**values: Any) -> str:
                    return view(**values) + text

                return decorated

            return decorate

        class Decorated(View):
            methods: ClassVar[Collection[str] | None] = ["PUT"]
            decorators: ClassVar[list[Callable[..., Any]]] = [adding("a"), adding("b")]

            def dispatch_request(self) -> str:
                return ">"

        view: Any = Decorated.as_view("decorated")
        assert view.__name__ == "decorated"
        assert view.view_class is Decorated
        app.add_url_rule("/", view_func=view)
        assert client.put("/").text == ">ab"
        assert client.get("/").status_code == 405

    def test_may_be_asynchronous(self, app: App, client: Client) -> None:
        class Later(View):
            async def dispatch_request(self) -> str:  # type: ignore[override]  # either is right
                return "later"

        app.add_url_rule("/", view_func=Later.as_view("later"))
        assert client.get("/").text == "later"


class TestMethodView:
    def test_methods_are_those_that_are_defined(self) -> None:
        class Base(MethodView):
            def delete(self) -> str:
                return ""

        class Other(MethodView):
            methods: ClassVar[Collection[str] | None] = {"PROPFIND"}

        class Derived(Base, Other):
            def patch(self) -> str:
                return ""

        class Abstract(MethodView):
            pass

        assert Abstract.methods is None
        assert Articles.methods == {"GET", "POST"}
        assert Derived.methods == {"DELETE", "PATCH", "PROPFIND"}
        assert Other.methods == {"PROPFIND"}
        assert MethodView.methods is None
        assert {"get", "post", "trace"} <= http_method_names

    def test_dispatches_by_method(self, app: App, client: Client) -> None:
        app.add_url_rule("/<slug>", view_func=Articles.as_view("article"))
        app.add_url_rule("/", view_func=Articles.as_view("articles"))
        assert client.get("/a").text == "get a"
        assert client.post("/").text == "post"
        response = client.put("/")
        assert response.status_code == 405
        assert set(response.allow) == {"GET", "HEAD", "OPTIONS", "POST"}

    def test_head_is_answered_by_get(self, app: App, client: Client) -> None:
        class WithHead(Articles):
            def head(self) -> tuple[str, int]:
                return "", 202

        app.add_url_rule("/", view_func=Articles.as_view("plain"))
        app.add_url_rule("/own", view_func=WithHead.as_view("own"))
        assert client.head("/").status_code == 200
        assert client.head("/").headers["Content-Length"] == "4"
        assert client.head("/own").status_code == 202

    def test_method_without_a_function(self, app: App) -> None:
        class Empty(MethodView):
            methods: ClassVar[Collection[str] | None] = ["GET"]

        app.testing = True
        app.add_url_rule("/", view_func=Empty.as_view("empty"))
        with pytest.raises(AssertionError, match="Unimplemented method 'GET'"):
            Client(app).get("/")
