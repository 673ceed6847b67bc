"""What an error says that was raised because no app or no request is active."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from werkzeug.test import Client, create_environ

from cruse_core import App, appcontext_popped, current_app, request, session
from cruse_core.errors import OutOfContextError


def read_path() -> str:
    return request.path


def read_name() -> str:
    return current_app.name


def message_of(call: Callable[[], object]) -> str:
    with pytest.raises(OutOfContextError) as caught:
        call()
    return str(caught.value)


def message_in_thread(target: Callable[[], object]) -> str:
    messages: list[str] = []

    def work() -> None:
        messages.append(message_of(target))

    thread = Thread(target=work)
    thread.start()
    thread.join()
    return messages[0]


class TestPlace:
    def test_is_the_line_that_reads(self) -> None:
        line = read_path.__code__.co_firstlineno + 1
        with pytest.raises(OutOfContextError) as caught:
            read_path()
        assert caught.value.__notes__ == [f"It was read by read_path() at {__file__}:{line}."]

    def test_is_shown_to_developers_only(self) -> None:
        for read in (read_path, read_name):
            message = message_of(read)
            assert __file__ not in message
            assert read.__name__ not in message


class TestNothingActive:
    def test_for_a_request_suggests_one_for_tests(self) -> None:
        message = message_of(read_path)
        assert "the code was not called by a view" in message
        assert message.endswith("What to do: with app.test_request_context():")

    def test_for_an_app_suggests_its_context(self) -> None:
        message = message_of(read_name)
        assert "neither by a view nor by a command" in message
        assert message.endswith("What to do: with app.app_context():")

    def test_active_app_without_a_request_is_named(self, app: App) -> None:
        with app.app_context() as ctx:
            assert "the app 'shop' is active without one" in message_of(read_path)
            assert "'app_ctx.session' was read," in message_of(lambda: ctx.session)


class TestThread:
    def test_for_a_request_is_told_to_copy_the_context(self, app: App) -> None:
        with app.request_context(create_environ("/page")):
            message = message_in_thread(read_path)
        assert "was started without the context" in message
        assert "the thread 'Thread-" in message
        assert message.endswith("What to do: start it with copy_current_request_context(work)")

    def test_of_a_pool_is_told_to_copy_the_context(self, app: App) -> None:
        with app.request_context(create_environ("/page")), ThreadPoolExecutor(1) as pool:
            message = message_of(pool.submit(read_path).result)
        assert "the thread 'ThreadPoolExecutor-" in message
        assert message.endswith("start it with copy_current_request_context(read_path)")

    def test_function_without_a_name_is_not_named(self, app: App) -> None:
        with app.request_context(create_environ("/page")), ThreadPoolExecutor(1) as pool:
            message = message_of(pool.submit(lambda: request.path).result)
        assert message.endswith("start it with copy_current_request_context(function)")

    def test_for_an_app_is_told_to_activate_it(self, app: App) -> None:
        with app.app_context():
            message = message_in_thread(read_name)
        assert "was started without the context" in message
        assert message.endswith("What to do: with app.app_context():")


class TestStream:
    @pytest.mark.parametrize("with_cookie", [False, True])
    def test_is_told_to_keep_the_context(self, app: App, client: Client, with_cookie: bool) -> None:
        messages: list[str] = []

        def rows() -> Iterator[str]:
            yield "a"
            messages.append(message_of(read_path))

        @app.route("/rows")
        def view() -> Any:
            if with_cookie:
                session["user"] = "ann"
            return rows()

        assert client.get("/rows").text == "a"
        assert "rows() makes chunks of a response, which are sent after the view" in messages[0]
        assert messages[0].endswith("What to do: stream_with_context(rows(...))")

    def test_generator_outside_of_a_response_is_not_taken_for_one(self) -> None:
        def rows() -> Iterator[str]:
            yield read_path()

        assert "the code was not called by a view" in message_of(lambda: next(rows()))


class TestMiddleware:
    def test_is_told_to_make_a_context_of_its_own(self, app: App, client: Client) -> None:
        messages: list[str] = []
        served = app.wsgi_app

        def log(environ: Any, start_response: Any) -> Any:
            messages.append(message_of(read_path))
            return served(environ, start_response)

        app.wsgi_app = log  # type: ignore[method-assign]  # how middleware is added
        client.get("/")
        assert "log() is a WSGI application around the app" in messages[0]
        assert messages[0].endswith("What to do: with app.request_context(environ):")

    def test_app_itself_is_not_taken_for_one(self, app: App, client: Client) -> None:
        messages: list[str] = []

        def receive(sender: App) -> None:
            messages.append(message_of(read_path))

        with appcontext_popped.connected_to(receive, app):
            client.get("/")
        assert "the code was not called by a view" in messages[0]


class TestImport:
    def test_of_a_module_is_told_to_move_the_line(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = "from cruse_core import request\nuser = request.args\n"
        (tmp_path / "reads_at_import.py").write_text(source)
        monkeypatch.syspath_prepend(tmp_path)
        with pytest.raises(OutOfContextError) as caught:
            importlib.import_module("reads_at_import")
        [note] = caught.value.__notes__
        assert note == f"It was read by <module> at {tmp_path / 'reads_at_import.py'}:2."
        message = str(caught.value)
        assert "the module 'reads_at_import' is still being imported" in message
        assert "move the line into the function" in message
