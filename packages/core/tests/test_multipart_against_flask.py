"""Cruse and Flask answer the same to a multipart form, within the limits and beyond them."""

from __future__ import annotations

import io
from typing import Any

import flask
import pytest
from werkzeug.test import Client

import cruse_core
from cruse_core import App

# Werkzeug drops the files of a form that then ends too early.
pytestmark = pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")

BOUNDARY = "----Boundary7MA4"


def make_body(field: bytes, content: bytes) -> bytes:
    disposition = "Content-Disposition: form-data"
    return (
        f'--{BOUNDARY}\r\n{disposition}; name="title"\r\n\r\n'.encode()
        + field
        + f'\r\n--{BOUNDARY}\r\n{disposition}; name="scan"; filename="größe.bin"\r\n'.encode()
        + b"Content-Type: application/octet-stream\r\n\r\n"
        + content
        + f"\r\n--{BOUNDARY}--\r\n".encode()
    )


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize(
    "config",
    [
        {},
        {"MAX_CONTENT_LENGTH": 1000},
        {"MAX_FORM_MEMORY_SIZE": 100_000},
        {"MAX_FORM_MEMORY_SIZE": None, "MAX_FORM_PARTS": None},
        {"MAX_FORM_PARTS": 1},
        {"MAX_FORM_PARTS": 0},
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        make_body(b"title", b"content"),
        make_body(b"", b""),
        make_body(b"x" * 500_000, b"content"),
        make_body(b"x" * 500_001, b"content"),
        make_body(b"title", b"x" * 900_000),
        make_body(b"title", b"x" * 1_100_000),
        make_body(b"title", b"content") + b"epilogue",
        make_body(b"title", b"content").replace("größe".encode(), b"C:\\a%20b"),
        make_body(b"title", b"content").replace(b"Content-Type", b"X-Note: 1\r\nContent-Type"),
        make_body(b"title", b"content")[:-10],
        make_body(b"title", b"content").replace(b"\r\n", b"\n"),
        b"",
    ],
)
def test_answer(body: bytes, config: dict[str, Any], debug: bool) -> None:
    answers = []
    for app, module in ((App("one"), cruse_core), (flask.Flask("one"), flask)):
        app.config.update(config)
        app.debug = debug

        def take(module: Any = module) -> dict[str, Any]:
            request = module.request
            files = [
                (name, file.filename, file.content_type, len(file.read()), str(file.headers))
                for name, file in request.files.items(multi=True)
            ]
            form = [(name, len(value)) for name, value in request.form.items(multi=True)]
            return {"files": files, "form": form, "rest": len(request.get_data())}

        app.add_url_rule("/", "take", take, methods=["POST"])
        response = Client(app).post(
            "/",
            input_stream=io.BytesIO(body),
            content_type=f"multipart/form-data; boundary={BOUNDARY}",
            content_length=len(body),
        )
        answers.append((response.status, response.get_json(silent=True)))
    assert answers[0] == answers[1]
