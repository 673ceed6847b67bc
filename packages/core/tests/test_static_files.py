"""One file of a folder, as a response of an app's own class."""

from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.exceptions import NotFound
from werkzeug.test import create_environ

from cruse_core import App, Request, Response
from cruse_core.static_files import send_static


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

        response = send_static(app, Request(create_environ()), str(tmp_path), "a.txt", max_age)
        with response:
            assert type(response) is Mine
            assert response.cache_control.max_age == 7
        assert asked == ["a.txt"]

    @pytest.mark.parametrize("name", ["none.txt", "../a.txt", "", "/etc/passwd"])
    def test_what_is_not_a_file_of_the_folder_is_not_found(
        self, app: App, tmp_path: Path, name: str
    ) -> None:
        (tmp_path / "a.txt").write_text("a")
        (tmp_path / "inner").mkdir()
        with pytest.raises(NotFound):
            send_static(
                app, Request(create_environ()), str(tmp_path / "inner"), name, lambda filename: None
            )
