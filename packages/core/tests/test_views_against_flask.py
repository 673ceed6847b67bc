"""Class-based views of Cruse and Flask carry the same attributes."""

from __future__ import annotations

from typing import Any

import flask.views
import pytest
from werkzeug.test import Client

import cruse_core.views
from cruse_core import App

ATTRIBUTES = ["__name__", "__doc__", "__module__", "methods", "provide_automatic_options"]


def make_views(module: Any) -> list[Any]:
    class Shown(module.View):  # type: ignore[misc]  # a base class that is a parameter
        """Shown."""

        provide_automatic_options = False

        def dispatch_request(self) -> str:
            return "shown"

    class Methods(module.MethodView):  # type: ignore[misc]  # a base class that is a parameter
        init_every_request = False

        def get(self, **values: Any) -> str:
            return f"get {values}"

        def put(self) -> str:
            return "put"

    class More(Methods):
        def delete(self) -> str:
            return "delete"

    class Only(More):
        methods = ["GET"]  # noqa: RUF012 - as its users write it

    class Decorated(Shown):
        decorators = [lambda view: lambda: f"<{view()}>"]  # noqa: RUF012 - as its users write it

    class Arguments(module.View):  # type: ignore[misc]  # a base class that is a parameter
        methods = ["GET", "OPTIONS"]  # noqa: RUF012 - as its users write it

        def __init__(self, x: int = 0, *, y: int = 1) -> None:
            self.sum = x + y

        def dispatch_request(self) -> str:
            return f"{self.sum}"

    class Coroutines(module.MethodView):  # type: ignore[misc]  # a base class that is a parameter
        async def get(self) -> str:
            return "get"

        def head(self) -> tuple[str, dict[str, str]]:
            return "", {"X-Head": "1"}

        async def options(self) -> str:
            return "options"

    class Joined(More, Coroutines):
        pass

    class Empty(module.MethodView):  # type: ignore[misc]  # a base class that is a parameter
        def trace(self) -> str:
            return "trace"

        def connect(self) -> str:
            return "no method of HTTP that is known here"

    classes = (Shown, Methods, More, Only, Decorated, Coroutines, Joined, Empty)
    views = [cls.as_view(cls.__name__) for cls in classes]
    return [*views, Arguments.as_view("plain"), Arguments.as_view("given", 5, y=6)]


def test_attributes() -> None:
    for ours, theirs in zip(make_views(cruse_core.views), make_views(flask.views), strict=True):
        for name in ATTRIBUTES:
            assert getattr(ours, name, "missing") == getattr(theirs, name, "missing"), name
        assert hasattr(ours, "view_class") == hasattr(theirs, "view_class")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
@pytest.mark.parametrize("index", range(10))
def test_answers(index: int, method: str) -> None:
    answers = []
    for app, module in (
        (App("one", root_path="/"), cruse_core.views),
        (flask.Flask("one", root_path="/"), flask.views),
    ):
        app.add_url_rule("/", view_func=make_views(module)[index])
        response = Client(app).open("/", method=method)
        allow = sorted(response.allow)
        answers.append(
            (response.status, allow, response.data if response.status_code == 200 else "")
        )
    assert answers[0] == answers[1]
