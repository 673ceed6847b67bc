"""Files as answers."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.exceptions import NotFound
from werkzeug.test import Client, create_environ

from cruse_core import App, Response, send_file, send_from_directory
from cruse_core.errors import OutOfContextError


@pytest.fixture
def app(tmp_path: Path) -> App:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.txt").write_text("0123456789")
    (tmp_path / "secret.txt").write_text("secret")
    return App("files_app", root_path=str(tmp_path))


def view_response(app: App, view: Any, **request: Any) -> Any:
    app.add_url_rule("/", view_func=view, endpoint="file")
    return Client(app).open("/", buffered=True, **request)


class TestSendFile:
    def test_path_is_relative_to_the_app(self, app: App) -> None:
        response = view_response(app, lambda: send_file("folder/a.txt"))
        assert response.text == "0123456789"
        assert response.mimetype == "text/plain"
        assert response.headers["Cache-Control"] == "no-cache"
        assert response.get_etag()[0]

    def test_range_and_conditions(self, app: App) -> None:
        def view() -> Response:
            return send_file("folder/a.txt")

        response = view_response(app, view, headers={"Range": "bytes=2-4"})
        assert (response.status_code, response.text) == (206, "234")
        etag = {"If-None-Match": response.headers["ETag"]}
        assert Client(app).get("/", headers=etag, buffered=True).status_code == 304

    def test_open_file_as_attachment(self, app: App) -> None:
        file = io.BytesIO(b"data")
        response = view_response(
            app,
            lambda: send_file(
                file, mimetype="text/x-a", as_attachment=True, download_name="b.a", etag="tag"
            ),
        )
        assert response.data == b"data"
        assert response.headers["Content-Disposition"] == "attachment; filename=b.a"
        assert response.mimetype == "text/x-a"
        assert response.get_etag() == ("tag", False)

    def test_max_age_of_the_app(self, app: App) -> None:
        app.config["SEND_FILE_MAX_AGE_DEFAULT"] = timedelta(hours=1)
        response = view_response(app, lambda: send_file("folder/a.txt"))
        assert response.cache_control.max_age == 3600

    @pytest.mark.parametrize("max_age", [10, lambda path: 10 if path.endswith("a.txt") else 0])
    def test_max_age_of_the_call(self, app: App, max_age: Any) -> None:
        path = Path(app.root_path, "folder", "a.txt")
        response = view_response(app, lambda: send_file(path, max_age=max_age))
        assert response.cache_control.max_age == 10

    def test_x_sendfile(self, app: App) -> None:
        app.config["USE_X_SENDFILE"] = True
        response = view_response(app, lambda: send_file("folder/a.txt"))
        assert response.headers["X-Sendfile"].endswith("a.txt")
        assert response.data == b""

    def test_class_of_the_response(self, app: App) -> None:
        class OtherResponse(Response):
            pass

        app.response_class = OtherResponse
        with app.request_context(create_environ()):
            response = send_file("folder/a.txt")
            assert type(response) is OtherResponse
            response.close()

    def test_needs_a_request(self) -> None:
        with pytest.raises(OutOfContextError):
            send_file("a.txt")


class TestSendFromDirectory:
    def test_folder_is_relative_to_the_app(self, app: App) -> None:
        response = view_response(app, lambda: send_from_directory("folder", "a.txt", max_age=5))
        assert response.text == "0123456789"
        assert response.cache_control.max_age == 5

    def test_options_reach_send_file(self, app: App) -> None:
        response = view_response(
            app,
            lambda: send_from_directory(
                Path(app.root_path, "folder"), "a.txt", as_attachment=True, conditional=False
            ),
        )
        assert response.headers["Content-Disposition"] == "attachment; filename=a.txt"

    @pytest.mark.parametrize("path", ["../secret.txt", "missing.txt", "/etc/passwd", "", "."])
    def test_nothing_else_is_sent(self, app: App, path: str) -> None:
        with app.request_context(create_environ()), pytest.raises(NotFound):
            send_from_directory("folder", path)
