"""Write the scenarios on Werkzeug alone: a `Map`, a `Request`, a `Response`."""

from __future__ import annotations

import json as stdlib_json
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.types import WSGIApplication

from itsdangerous import URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, MapAdapter, Rule
from werkzeug.utils import send_file
from werkzeug.wrappers import Request, Response

from benchmarks import content

View = Callable[..., Response]


def make_app(
    rules: dict[str, View], on_missing: Callable[[NotFound], Response] | None = None
) -> WSGIApplication:
    """Return an application that matches and calls `view(request, adapter, **view_args)`."""
    url_map = Map([Rule(rule, endpoint=rule) for rule in rules])

    @Request.application
    def app(request: Request) -> Any:
        adapter = url_map.bind_to_environ(request.environ)
        try:
            endpoint, view_args = adapter.match()
            return rules[endpoint](request, adapter, **view_args)
        except NotFound as exc:
            return exc if on_missing is None else on_missing(exc)
        except HTTPException as exc:
            return exc

    return app


def html(body: str, status: int = 200) -> Response:
    return Response(body, status, mimetype="text/html")


def text() -> WSGIApplication:
    return make_app({"/": lambda request, adapter: html(content.GREETING)})


def make_rules() -> dict[str, View]:
    def filler(request: Request, adapter: MapAdapter, **view_args: object) -> Response:
        return html("filler")

    def show(request: Request, adapter: MapAdapter, id: int, slug: str) -> Response:
        return html(f"{id} {slug}")

    rules: dict[str, View] = dict.fromkeys(content.make_rules(), filler)
    rules[content.DYNAMIC_RULE] = show
    return rules


def dynamic() -> WSGIApplication:
    return make_app(make_rules())


def missing_handled() -> WSGIApplication:
    return make_app(make_rules(), lambda exc: html("nothing here", 404))


def json() -> WSGIApplication:
    return make_app(
        {
            "/": lambda request, adapter: Response(
                stdlib_json.dumps(content.TEN_FIELDS), mimetype="application/json"
            )
        }
    )


def echo() -> WSGIApplication:
    return make_app(
        {
            "/": lambda request, adapter: Response(
                stdlib_json.dumps(request.get_json()), mimetype="application/json"
            )
        }
    )


def headers() -> WSGIApplication:
    def search(request: Request, adapter: MapAdapter) -> Response:
        query = request.args["q"]
        theme = request.cookies["theme"]
        language = request.headers["Accept-Language"]
        return html(f"{query}, {theme}, {language}")

    return make_app({"/search": search})


def form() -> WSGIApplication:
    def index(request: Request, adapter: MapAdapter) -> Response:
        return html(f"{len(request.form)} {request.form['email']}")

    return make_app({"/": index})


def session() -> WSGIApplication:
    serializer = URLSafeTimedSerializer(content.SECRET_KEY)

    def respond(values: dict[str, Any]) -> Response:
        response = html(f"{values['name']} {values['visits']}")
        signed = serializer.dumps(values)
        response.set_cookie(content.SESSION_COOKIE, str(signed), httponly=True)
        return response

    def index(request: Request, adapter: MapAdapter) -> Response:
        values = serializer.loads(request.cookies[content.SESSION_COOKIE], max_age=86400)
        values["visits"] += 1
        return respond(values)

    return make_app({"/": index, "/login": lambda request, adapter: respond(dict(content.LOGIN))})


def url_for() -> WSGIApplication:
    def filler(request: Request, adapter: MapAdapter, **view_args: object) -> Response:
        return html("filler")

    def index(request: Request, adapter: MapAdapter) -> Response:
        build = adapter.build
        return html(
            " ".join(
                (
                    build("/"),
                    build("/about"),
                    build("/users/<int:id>", {"id": 42}),
                    build("/areas/<int:id>", {"id": 7}),
                    build(content.DYNAMIC_RULE, {"id": 42, "slug": "on-the-engine"}),
                )
            )
        )

    rules = ("/about", "/areas/<int:id>", "/users/<int:id>", content.DYNAMIC_RULE)
    return make_app({"/": index, **dict.fromkeys(rules, filler)})


def static() -> WSGIApplication:
    content.write_photo()

    def show(request: Request, adapter: MapAdapter, filename: str) -> Response:
        return send_file(content.STATIC / filename, request.environ)

    return make_app({"/static/<filename>": show})


def stream() -> WSGIApplication:
    def chunks() -> Iterator[bytes]:
        yield from content.CHUNKS

    return make_app({"/": lambda request, adapter: Response(chunks(), mimetype="text/html")})


def upload() -> WSGIApplication:
    def index(request: Request, adapter: MapAdapter) -> Response:
        file = request.files["upload"]
        return html(f"{request.form['album']} {file.filename} {len(file.read())}")

    return make_app({"/": index})


OFFERS: dict[str, Callable[[], WSGIApplication]] = {
    "text": text,
    "dynamic": dynamic,
    "missing": dynamic,
    "missing-handled": missing_handled,
    "json": json,
    "echo": echo,
    "headers": headers,
    "form": form,
    "session": session,
    "url_for": url_for,
    "static": static,
    "stream": stream,
    "upload": upload,
}
