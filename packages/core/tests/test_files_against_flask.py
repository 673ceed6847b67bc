"""Cruse and Flask send a file with the same headers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flask
import pytest
from werkzeug.test import Client

import cruse_core
from cruse_core import App


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"as_attachment": True},
        {"mimetype": "text/html", "etag": False, "last_modified": 0},
        {"conditional": False, "max_age": 7, "etag": "tag"},
        {"max_age": lambda name: len(name)},
        {"download_name": "ä.txt"},
    ],
)
@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=-3"}, {"Range": "bytes=90-"}])
@pytest.mark.parametrize("config", [{}, {"USE_X_SENDFILE": True, "SEND_FILE_MAX_AGE_DEFAULT": 60}])
@pytest.mark.parametrize("function", ["send_file", "send_from_directory"])
def test_headers(
    tmp_path: Path,
    function: str,
    options: dict[str, Any],
    headers: dict[str, str],
    config: dict[str, Any],
) -> None:
    (tmp_path / "a.txt").write_text("0123456789")
    arguments = ("a.txt",) if function == "send_file" else (tmp_path, "a.txt")
    answers = []
    for app, module in (
        (App("one", root_path=str(tmp_path)), cruse_core),
        (flask.Flask("one", root_path=str(tmp_path)), flask),
    ):
        app.config.update(config)
        send = getattr(module, function)
        app.add_url_rule("/", "file", lambda send=send: send(*arguments, **options))
        response = Client(app).get("/", headers=headers, buffered=True)
        sent = [pair for pair in response.headers.to_wsgi_list() if pair[0] != "Date"]
        answers.append(
            (response.status, sent, response.data if response.status_code < 300 else b"")
        )
    assert answers[0] == answers[1]
