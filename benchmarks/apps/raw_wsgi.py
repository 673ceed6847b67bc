"""Write the scenarios against PEP 3333 and the standard library: the floor for everybody."""

from __future__ import annotations

import hmac
import json as stdlib_json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from email.utils import formatdate
from http.cookies import SimpleCookie
from mimetypes import guess_type
from typing import Any
from urllib.parse import parse_qs, parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment
from wsgiref.util import FileWrapper

from jinja2 import Environment, FileSystemLoader, select_autoescape

from benchmarks import content

TEXT = ("Content-Type", content.HTML)
JSON = ("Content-Type", "application/json")


def answer(start: StartResponse, body: bytes, *headers: tuple[str, str]) -> list[bytes]:
    start("200 OK", [("Content-Length", str(len(body))), *headers])
    return [body]


def read_body(environ: WSGIEnvironment) -> bytes:
    body: bytes = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    return body


def text() -> WSGIApplication:
    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return answer(start, content.GREETING.encode(), TEXT)

    return app


def json() -> WSGIApplication:
    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return answer(start, stdlib_json.dumps(content.TEN_FIELDS).encode(), JSON)

    return app


def echo() -> WSGIApplication:
    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return answer(
            start, stdlib_json.dumps(stdlib_json.loads(read_body(environ))).encode(), JSON
        )

    return app


def headers() -> WSGIApplication:
    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        query = parse_qs(environ["QUERY_STRING"])["q"][0]
        theme = SimpleCookie(environ["HTTP_COOKIE"])["theme"].value
        language = environ["HTTP_ACCEPT_LANGUAGE"]
        return answer(start, f"{query}, {theme}, {language}".encode(), TEXT)

    return app


def form() -> WSGIApplication:
    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        fields = dict(parse_qsl(read_body(environ).decode(), keep_blank_values=True))
        return answer(start, f"{len(fields)} {fields['email']}".encode(), TEXT)

    return app


def sign(payload: bytes) -> str:
    digest = hmac.digest(content.SECRET_KEY.encode(), payload, "sha256")
    return (urlsafe_b64encode(payload) + b"." + urlsafe_b64encode(digest)).decode()


def unsign(value: str) -> bytes:
    payload, digest = map(urlsafe_b64decode, value.split("."))
    if not hmac.compare_digest(digest, hmac.digest(content.SECRET_KEY.encode(), payload, "sha256")):
        raise ValueError("The session cookie is not signed with this key.")
    return payload


def session() -> WSGIApplication:
    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        values: dict[str, Any] = dict(content.LOGIN)
        if environ["PATH_INFO"] == "/":
            cookie = SimpleCookie(environ["HTTP_COOKIE"])[content.SESSION_COOKIE].value
            values = stdlib_json.loads(unsign(cookie))
            values["visits"] += 1
        signed = sign(stdlib_json.dumps(values).encode())
        cookie = ("Set-Cookie", f"{content.SESSION_COOKIE}={signed}; HttpOnly; Path=/")
        return answer(start, f"{values['name']} {values['visits']}".encode(), TEXT, cookie)

    return app


def template() -> WSGIApplication:
    environment = Environment(
        loader=FileSystemLoader(content.TEMPLATES),
        autoescape=select_autoescape(),
        auto_reload=False,
    )

    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        page = environment.get_template("table.html").render(title="Parts", rows=content.ROWS)
        return answer(start, page.encode(), TEXT)

    return app


def static() -> WSGIApplication:
    content.write_photo()

    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = content.STATIC / environ["PATH_INFO"].rpartition("/")[2]
        facts = path.stat()
        headers = [
            ("Content-Type", guess_type(path.name)[0] or "application/octet-stream"),
            ("Content-Length", str(facts.st_size)),
            ("Last-Modified", formatdate(facts.st_mtime, usegmt=True)),
        ]
        start("200 OK", headers)
        return FileWrapper(path.open("rb"))

    return app


def stream() -> WSGIApplication:
    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [TEXT])
        yield from content.CHUNKS

    return app


OFFERS: dict[str, Callable[[], WSGIApplication]] = {
    "text": text,
    "json": json,
    "echo": echo,
    "headers": headers,
    "form": form,
    "session": session,
    "template": template,
    "static": static,
    "stream": stream,
}
