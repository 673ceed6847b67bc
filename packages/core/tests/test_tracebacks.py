"""What stands above the application's own lines in the traceback of an error."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import Client, create_environ

from cruse_core import App, Blueprint
from cruse_core.views import MethodView


def fail(*args: object) -> Any:
    raise ArithmeticError("of the application")


async def fail_later() -> str:
    raise ArithmeticError("of the application")


def raise_for_handler() -> str:
    raise ValueError("for the handler")


class FailingPage(MethodView):
    """A view that is a class."""

    def get(self) -> str:
        raise ArithmeticError("of the application")


def in_view(app: App) -> None:
    app.add_url_rule("/", "index", fail)


def in_coroutine(app: App) -> None:
    app.add_url_rule("/", "index", fail_later)


def in_class(app: App) -> None:
    app.add_url_rule("/", view_func=FailingPage.as_view("index"))


def in_hook(app: App) -> None:
    app.add_url_rule("/", "index", str)
    app.before_request(fail)


def in_hook_of_a_blueprint(app: App) -> None:
    blueprint = Blueprint("b", __name__)
    blueprint.add_url_rule("/", "index", str)
    blueprint.before_request(fail)
    app.register_blueprint(blueprint)


def in_hook_after_the_view(app: App) -> None:
    app.add_url_rule("/", "index", str)
    app.after_request(fail)


def in_error_handler(app: App) -> None:
    app.add_url_rule("/", "index", raise_for_handler)
    app.register_error_handler(ValueError, fail)


def in_error_handler_of_a_missing_page(app: App) -> None:
    app.register_error_handler(404, fail)


PLACES = [
    in_view,
    in_coroutine,
    in_class,
    in_hook,
    in_hook_of_a_blueprint,
    in_hook_after_the_view,
    in_error_handler,
    in_error_handler_of_a_missing_page,
]


def call_app(app: App) -> None:
    Client(app).get("/")


def call_wsgi_app(app: App) -> None:
    app.wsgi_app(create_environ(), lambda *args: lambda data: None)


def call_through_middleware(app: App) -> None:
    wsgi_app = app.wsgi_app
    app.wsgi_app = lambda environ, start: wsgi_app(environ, start)  # type: ignore[method-assign]  # as users do
    Client(app).get("/")


def count_frames_above_the_application(error: BaseException) -> int:
    """Return how many frames of Cruse stand above the last function of this file."""
    own = __name__.rpartition(".")[2]
    names = [frame.f_globals["__name__"] for frame, _ in traceback.walk_tb(error.__traceback__)]
    last = max(i for i, name in enumerate(names) if name.endswith(own))
    return sum(name.startswith("cruse") for name in names[:last])


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("path", ["short", "general"])
class TestShortenTraceback:
    @pytest.mark.parametrize("call", [call_app, call_wsgi_app, call_through_middleware])
    @pytest.mark.parametrize("mode", ["testing", "debug"])
    def test_three_frames_at_most_stand_above_the_line_that_failed(
        self,
        app: App,
        place: Callable[[App], None],
        call: Callable[[App], None],
        path: str,
        mode: str,
    ) -> None:
        prepare(app, place, path)
        setattr(app, mode, True)
        for _ in range(2):
            with pytest.raises(ArithmeticError) as caught:
                call(app)
            assert count_frames_above_the_application(caught.value) <= 3

    def test_log_begins_with_the_application(
        self,
        app: App,
        client: Client,
        place: Callable[[App], None],
        path: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        prepare(app, place, path)
        for _ in range(2):
            assert client.get("/").status_code == 500
        records = [record for record in caplog.records if record.message.startswith("Exception on")]
        assert len(records) == 2
        for record in records:
            assert record.exc_info is not None
            assert record.exc_info[1] is not None
            assert count_frames_above_the_application(record.exc_info[1]) == 0


def prepare(app: App, place: Callable[[App], None], path: str) -> None:
    if path == "general":
        app.full_dispatch_request = app.full_dispatch_request  # type: ignore[method-assign]  # as a replaced step
    place(app)


def test_error_of_a_step_itself_keeps_all_of_its_steps(app: App) -> None:
    app.testing = True
    app.add_url_rule("/", "index")
    with pytest.raises(KeyError, match="no view function") as caught:
        Client(app).get("/")
    assert "dispatch_request" in [frame.name for frame in traceback.extract_tb(caught.tb)]
