"""Messages for the next page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client, create_environ

from cruse_core import App, flash, get_flashed_messages, message_flashed, session
from cruse_core.errors import OutOfContextError, SecretKeyError


@pytest.fixture
def app() -> App:
    app = App("flashing_app", root_path="/")
    app.secret_key = "secret"
    return app


@pytest.fixture
def in_request(app: App) -> Iterator[None]:
    with app.request_context(create_environ()):
        yield


@pytest.mark.usefixtures("in_request")
class TestGetFlashedMessages:
    def test_are_taken_out_of_the_session(self) -> None:
        flash("a")
        flash("b", "error")
        assert session["_flashes"] == [("message", "a"), ("error", "b")]
        assert get_flashed_messages() == ["a", "b"]
        assert "_flashes" not in session

    def test_can_be_had_again_during_the_request(self) -> None:
        flash("a")
        assert get_flashed_messages() == ["a"]
        assert get_flashed_messages(with_categories=True) == [("message", "a")]
        flash("too late for this request")
        assert get_flashed_messages() == ["a"]

    def test_filter_by_category(self) -> None:
        flash("a", "info")
        flash("b", "error")
        flash("c", "info")
        assert get_flashed_messages(category_filter=["info"]) == ["a", "c"]
        assert get_flashed_messages(True, ["error", "info"]) == [
            ("info", "a"),
            ("error", "b"),
            ("info", "c"),
        ]
        assert get_flashed_messages(category_filter=["other"]) == []

    def test_filter_may_be_one_category_or_any_iterable(self) -> None:
        flash("a", "info")
        flash("b", "error")
        assert get_flashed_messages(category_filter="error") == ["b"]
        assert get_flashed_messages(category_filter=iter(["error", "info"])) == ["a", "b"]

    def test_looking_for_none_changes_nothing(self) -> None:
        assert get_flashed_messages() == []
        assert session.accessed
        assert not session.modified


class TestFlash:
    def test_waits_for_the_next_request(self, app: App) -> None:
        @app.route("/flash")
        def say() -> str:
            flash("text", "info")
            flash("more")
            return ""

        @app.route("/")
        def show() -> list[Any]:
            return get_flashed_messages(with_categories=True)

        client = Client(app)
        assert client.get("/").json == []
        client.get("/flash")
        assert client.get("/").json == [["info", "text"], ["message", "more"]]
        assert client.get("/").json == []

    def test_sends_the_signal(self, app: App) -> None:
        seen: list[tuple[Any, Any, Any]] = []

        def record(sender: object, *, message: object, category: object) -> None:
            seen.append((sender, message, category))

        with message_flashed.connected_to(record, app), app.request_context(create_environ()):
            flash("text", "info")
        assert seen == [(app, "text", "info")]

    def test_needs_a_secret_key(self, app: App) -> None:
        app.secret_key = None
        with app.request_context(create_environ()), pytest.raises(SecretKeyError):
            flash("text")

    def test_needs_a_request(self, app: App) -> None:
        with app.app_context():
            with pytest.raises(OutOfContextError):
                flash("text")
            with pytest.raises(OutOfContextError):
                get_flashed_messages()
