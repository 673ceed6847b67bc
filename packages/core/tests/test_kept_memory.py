"""Nothing that a client sends stays in memory after its request, except for a few short texts."""

from __future__ import annotations

import gc
import tracemalloc
import urllib.parse
import warnings
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from werkzeug.routing import BuildError
from werkzeug.test import create_environ

from cruse_core import (
    App,
    Response,
    abort,
    make_response,
    redirect,
    request,
    session,
    url_for,
)

VALUES = 500
VALUE_BYTES = 4_000
# What 500 values of this size may leave behind: bounded tables of short texts, nothing more.
KEPT_BYTES = 200_000

HEADERS = """
    Accept Accept-Charset Accept-Encoding Accept-Language Access-Control-Request-Headers
    Access-Control-Request-Method Authorization Cache-Control Content-Encoding Content-Type Cookie
    Date Expect Forwarded From Host If-Match If-Modified-Since If-None-Match If-Range
    If-Unmodified-Since Max-Forwards Origin Pragma Range Referer TE Upgrade User-Agent
    X-Forwarded-For X-Forwarded-Host X-Forwarded-Prefix X-Forwarded-Proto X-Own
""".split()

# What a text of the client changes in the environ.
Change = Callable[[str], dict[str, Any]]


def make_app() -> App:
    app = App("memory", root_path=".")
    app.secret_key = "secret"
    app.logger.disabled = True

    @app.route("/", methods=["GET", "POST"])
    def look() -> str:
        for name in HEADERS:
            request.headers.get(name)
        found = (request.args, request.cookies, request.mimetype_params, request.accept_mimetypes)
        session.get("user")
        return str(len(found))

    @app.get("/described")
    def described() -> str:
        abort(400, description=request.args["text"])

    @app.get("/typed")
    def typed() -> Response:
        return Response("typed", content_type=f"text/plain; name={request.args['text']}")

    @app.get("/media")
    def media() -> Response:
        return Response("typed", mimetype=f"text/{request.args['text']}")

    @app.get("/status")
    def status() -> tuple[str, str]:
        return "status", f"200 {request.args['text']}"

    @app.get("/header")
    def header() -> str:
        return request.headers.get(request.args["text"], "none")

    @app.get("/go")
    def go() -> Any:
        return redirect(f"/?text={request.args['text']}")

    @app.get("/cookie")
    def cookie() -> Response:
        response = make_response("cookie")
        response.headers["X-Text"] = request.args["text"]
        response.set_cookie("text", request.args["text"][:1000])
        session["text"] = request.args["text"][:1000]
        return response

    @app.get("/built")
    def built() -> str:
        try:
            return url_for(f"{request.args['text']}.{request.args['text']}")
        except BuildError:
            return url_for("look", text=request.args["text"])

    @app.get("/item/<name>/<path:rest>")
    def item(name: str, rest: str) -> str:
        return name

    @app.post("/form")
    def form() -> str:
        return str(len(request.form) + len(request.files))

    @app.post("/json")
    def json() -> Any:
        return request.get_json(silent=True) or {}

    @app.get("/fail")
    def fail() -> str:
        raise KeyError(request.args["text"])

    return app


def with_header(name: str) -> Change:
    key = name.upper().replace("-", "_")
    return lambda text: {key if key == "CONTENT_TYPE" else f"HTTP_{key}": text}


def at_path(path: str) -> Change:
    return lambda text: {"PATH_INFO": path, "QUERY_STRING": f"text={text}"}


def with_body(path: str, content_type: str, body: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body.encode()),
    }


def upload(text: str) -> dict[str, Any]:
    part = f'--{text}\r\nContent-Disposition: form-data; name="{text}"; filename="{text}"'
    body = f"{part}\r\nContent-Type: text/{text}\r\n\r\n{text}\r\n--{text}--\r\n"
    return with_body("/form", f"multipart/form-data; boundary={text}", body)


CHANGES: dict[str, Change] = {
    **{name: with_header(name) for name in HEADERS},
    **{
        path: at_path(path)
        for path in "/ /described /typed /media /status /header /go /cookie /built /fail".split()
    },
    "Accept of an error": lambda text: {
        "PATH_INFO": "/nowhere",
        "HTTP_ACCEPT": f"text/{text}, application/json",
    },
    "names of cookies": lambda text: {"HTTP_COOKIE": f"{text}=1; session={text}"},
    "path": lambda text: {"PATH_INFO": f"/{text}"},
    "path with values": lambda text: {"PATH_INFO": f"/item/{text}/{text}/{text}"},
    "path of a static file": lambda text: {"PATH_INFO": f"/static/{text}"},
    "path with slashes": lambda text: {"PATH_INFO": f"//item//{text}/x"},
    "query": lambda text: {"QUERY_STRING": f"{text}={text}&{text}"},
    "form": lambda text: with_body("/form", "application/x-www-form-urlencoded", f"{text}=1"),
    "upload": upload,
    "JSON": lambda text: with_body("/json", "application/json", f'{{"{text}": ["{text}"]}}'),
    "malformed JSON": lambda text: with_body("/json", "application/json", f'{{"{text}'),
    "method": lambda text: {"REQUEST_METHOD": text},
    "scheme": lambda text: {"wsgi.url_scheme": text},
}


def make_text(number: int) -> str:
    return f"{number:06}".ljust(VALUE_BYTES, "a")


@pytest.fixture
def traced() -> Iterator[None]:
    with warnings.catch_warnings():
        # Each warning is shown, to nobody: pytest would keep them.
        warnings.simplefilter("default")
        warnings.showwarning = lambda *args, **kwargs: None
        tracemalloc.start()
        yield
        tracemalloc.stop()


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize(
    ("name", "subdomain_matching"), [*((name, False) for name in CHANGES), ("Host", True)]
)
def test_large_values_of_clients_are_forgotten(name: str, subdomain_matching: bool) -> None:
    app = make_app()
    app.subdomain_matching = subdomain_matching
    app.config["SERVER_NAME"] = "shop.example" if subdomain_matching else None
    environ = create_environ("/", base_url="http://shop.example/")

    def send_many(numbers: range) -> None:
        for number in numbers:
            changed = {**environ, **CHANGES[name](make_text(number))}
            body = app(changed, lambda status, headers, exc_info=None: lambda data: None)
            b"".join(body)
            getattr(body, "close", str)()

    send_many(range(20))
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    send_many(range(1000, 1000 + VALUES))
    gc.collect()
    # The standard library keeps the last 128 URLs that it has split.
    urllib.parse.clear_cache()  # type: ignore[attr-defined]  # public, but without a type
    after, _ = tracemalloc.get_traced_memory()
    assert after - before < KEPT_BYTES
