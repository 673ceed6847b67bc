"""One file of a folder, as a response of an app's own class."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from werkzeug.exceptions import NotFound, RequestedRangeNotSatisfiable
from werkzeug.test import create_environ
from werkzeug.utils import send_from_directory

from cruse_core import App, Response
from cruse_core.static_files import send_static

LONG_AGO = 1_600_000_000


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all answers be of the same second."""
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.0)
    monkeypatch.setattr("cruse_core.static_files.time", lambda: 1_700_000_000.0)
    monkeypatch.setattr("werkzeug.utils.time", lambda: 1_700_000_000.0)


class TestSendStatic:
    """X01 and X03."""

    def test_response_is_of_the_apps_class(self, app: App, tmp_path: Path) -> None:
        class Mine(Response):
            """A response of the app's own."""

        (tmp_path / "a.txt").write_text("a")
        app.response_class = Mine
        asked: list[str | None] = []

        def max_age(filename: str | None) -> int:
            asked.append(filename)
            return 7

        response = send_static(app, create_environ(), str(tmp_path), "a.txt", max_age)
        with response:
            assert type(response) is Mine
            assert response.cache_control.max_age == 7
        assert asked == ["a.txt"]

    def test_path_stays_as_it_is_written(self, app: App, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("a")
        (tmp_path / "inner").mkdir()
        app.config["USE_X_SENDFILE"] = True
        app.root_path = str(tmp_path)
        response = send_static(app, create_environ(), "inner/..", "a.txt", lambda filename: None)
        assert response.headers["X-Sendfile"] == f"{tmp_path}/inner/../a.txt"

    @pytest.mark.parametrize("name", ["none.txt", "../a.txt", "", "/etc/passwd"])
    def test_what_is_not_a_file_of_the_folder_is_not_found(
        self, app: App, tmp_path: Path, name: str
    ) -> None:
        (tmp_path / "a.txt").write_text("a")
        (tmp_path / "inner").mkdir()
        with pytest.raises(NotFound):
            send_static(app, create_environ(), str(tmp_path / "inner"), name, lambda filename: None)


@pytest.mark.usefixtures("stopped_clock")
class TestSameAsWerkzeug:
    """The quick way for a whole file sends what Werkzeug sends, whichever of them is taken."""

    @pytest.mark.parametrize("name", ["a.txt", "b.tar.gz", "größe.svg", "noextension", "empty.css"])
    @pytest.mark.parametrize("max_age", [None, 0, 60])
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"If-None-Match": "W/other"},
            {"If-None-Match": "*"},
            {"If-Modified-Since": "Mon, 01 Jan 2035 00:00:00 GMT"},
            {"Range": "bytes=1-2"},
            {"Range": "bytes=900-"},
        ],
        ids=str,
    )
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_answer(
        self,
        app: App,
        tmp_path: Path,
        name: str,
        max_age: int | None,
        headers: dict[str, str],
        method: str,
    ) -> None:
        path = tmp_path / name
        path.write_text("" if name == "empty.css" else "abcdef")
        os.utime(path, (LONG_AGO, LONG_AGO))
        environ = create_environ(method=method, headers=headers)

        def ours() -> Response:
            return send_static(app, environ, str(tmp_path), name, lambda filename: max_age)

        def theirs() -> Any:
            return send_from_directory(
                tmp_path, name, environ, max_age=max_age, response_class=Response
            )

        expected = answer(theirs, environ)
        assert answer(ours, environ) == expected
        assert answer(ours, environ) == expected

    def test_file_wrapper_of_the_server_is_used(self, app: App, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("a")
        wrapped: list[Any] = []

        def wrap(file: Any, size: int = 1) -> Any:
            wrapped.append(file)
            return file

        environ = create_environ() | {"wsgi.file_wrapper": wrap}
        response = send_static(app, environ, str(tmp_path), "a.txt", lambda filename: None)

        with response:
            assert response.response is wrapped[0]


class TestChanges:
    def test_file_that_was_changed_has_other_headers(self, app: App, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        seen = []
        for text, time in (("old", LONG_AGO), ("new", LONG_AGO + 1), ("newer", LONG_AGO + 1)):
            path.write_text(text)
            os.utime(path, (time, time))
            with send_static(
                app, create_environ(), str(tmp_path), "a.txt", lambda filename: None
            ) as response:
                response.direct_passthrough = False
                seen.append((response.get_etag()[0], response.content_length, response.data))

        assert len({etag for etag, _, _ in seen}) == 3
        assert [(length, data) for _, length, data in seen] == [
            (3, b"old"),
            (3, b"new"),
            (5, b"newer"),
        ]

    def test_headers_may_be_changed_without_an_effect_on_others(
        self, app: App, tmp_path: Path
    ) -> None:
        (tmp_path / "a.txt").write_text("a")
        for _ in range(2):
            with send_static(
                app, create_environ(), str(tmp_path), "a.txt", lambda filename: None
            ) as response:
                assert "X-Mark" not in response.headers
                response.headers["X-Mark"] = "1"


def answer(make_response: Any, environ: dict[str, Any]) -> Any:
    """Return status, headers and body of what is made; or the exception."""
    try:
        with make_response() as response:
            chunks, status, headers = response.get_wsgi_response(environ)
            return status, headers, b"".join(chunks)
    except RequestedRangeNotSatisfiable as error:
        return str(error)
