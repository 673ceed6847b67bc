"""Write the scenarios on Falcon: a class per resource, middleware for hooks.

Falcon has no sessions and builds no URLs; ItsDangerous signs its session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.types import WSGIApplication

import falcon
from falcon import Request, Response
from falcon.media import MultipartFormHandler
from itsdangerous import URLSafeTimedSerializer
from jinja2 import Environment, FileSystemLoader, select_autoescape

from benchmarks import content


def html_app(resource: object, rule: str = "/", **options: Any) -> falcon.App[Request, Response]:
    app = falcon.App(media_type=content.HTML, **options)
    app.add_route(rule, resource)
    return app


class Greeting:
    def on_get(self, req: Request, resp: Response) -> None:
        resp.text = content.GREETING


def text() -> WSGIApplication:
    return html_app(Greeting())


class Hook:
    def process_request(self, req: Request, resp: Response) -> None:
        return None

    def process_response(
        self, req: Request, resp: Response, resource: object, req_succeeded: bool
    ) -> None:
        return None


def hooks() -> WSGIApplication:
    return html_app(Greeting(), middleware=[Hook() for _ in range(5)])


class Filler:
    def on_get(self, req: Request, resp: Response, **view_args: object) -> None:
        resp.text = "filler"


class Post:
    def on_get(self, req: Request, resp: Response, id: int, slug: str) -> None:
        resp.text = f"{id} {slug}"


def dynamic() -> falcon.App[Request, Response]:
    app = falcon.App(media_type=content.HTML)
    filler, post = Filler(), Post()
    for rule in content.make_rules():
        resource = post if rule == content.DYNAMIC_RULE else filler
        app.add_route(rule.replace("<int:id>", "{id:int}").replace("<slug>", "{slug}"), resource)
    return app


class Item:
    def on_get(self, req: Request, resp: Response, id: int) -> None:
        resp.text = f"item {id}"


def nested() -> WSGIApplication:
    return html_app(Item(), "/api/v1/items/{id:int}")


def missing_handled() -> WSGIApplication:
    app = dynamic()

    def nothing(req: Request, resp: Response, ex: Exception, params: dict[str, Any]) -> None:
        resp.status = falcon.HTTP_404
        resp.text = "nothing here"

    app.add_error_handler(falcon.HTTPNotFound, nothing)
    return app


class Fields:
    def on_get(self, req: Request, resp: Response) -> None:
        resp.media = content.TEN_FIELDS


def json() -> WSGIApplication:
    app = falcon.App()
    app.add_route("/", Fields())
    return app


class Echo:
    def on_post(self, req: Request, resp: Response) -> None:
        resp.media = req.get_media()


def echo() -> WSGIApplication:
    app = falcon.App()
    app.add_route("/", Echo())
    return app


class Search:
    def on_get(self, req: Request, resp: Response) -> None:
        query = req.get_param("q")
        theme = req.cookies["theme"]
        language = req.get_header("Accept-Language")
        resp.text = f"{query}, {theme}, {language}"


def headers() -> WSGIApplication:
    return html_app(Search(), "/search")


class Form:
    def on_post(self, req: Request, resp: Response) -> None:
        fields = req.get_media()
        resp.text = f"{len(fields)} {fields['email']}"


def form() -> WSGIApplication:
    return html_app(Form())


SERIALIZER = URLSafeTimedSerializer(content.SECRET_KEY)


def write_session(resp: Response, values: dict[str, Any]) -> None:
    signed = str(SERIALIZER.dumps(values))
    resp.set_cookie(content.SESSION_COOKIE, signed, path="/", secure=False, http_only=True)


def read_session(req: Request) -> dict[str, Any]:
    values: dict[str, Any] = SERIALIZER.loads(req.cookies[content.SESSION_COOKIE], max_age=86400)
    return values


class Login:
    def on_get(self, req: Request, resp: Response) -> None:
        write_session(resp, content.LOGIN)
        resp.text = "logged in"


class Visit:
    def on_get(self, req: Request, resp: Response) -> None:
        values = read_session(req)
        values["visits"] += 1
        write_session(resp, values)
        resp.text = f"{values['name']} {values['visits']}"


def session() -> WSGIApplication:
    app = html_app(Visit())
    app.add_route("/login", Login())
    return app


class Table:
    def __init__(self) -> None:
        self.environment = Environment(
            loader=FileSystemLoader(content.TEMPLATES),
            autoescape=select_autoescape(),
            auto_reload=False,
        )

    def on_get(self, req: Request, resp: Response) -> None:
        template = self.environment.get_template("table.html")
        resp.text = template.render(title="Parts", rows=content.ROWS)


def template() -> WSGIApplication:
    return html_app(Table())


def static() -> WSGIApplication:
    content.write_photo()
    app = falcon.App()
    app.add_static_route("/static", content.STATIC)
    return app


class Stream:
    def on_get(self, req: Request, resp: Response) -> None:
        resp.stream = self.iter_chunks()

    def iter_chunks(self) -> Iterator[bytes]:
        yield from content.CHUNKS


def stream() -> WSGIApplication:
    return html_app(Stream())


class Upload:
    def on_post(self, req: Request, resp: Response) -> None:
        album, name, size = "", "", 0
        for part in req.get_media():
            if part.name == "upload":
                name, size = part.filename, len(part.stream.read())
            elif part.name == "album":
                album = part.text
        resp.text = f"{album} {name} {size}"


def upload() -> WSGIApplication:
    app = html_app(Upload())
    app.req_options.media_handlers[falcon.MEDIA_MULTIPART] = MultipartFormHandler()
    return app


class Customer:
    def process_request(self, req: Request, resp: Response) -> None:
        if req.path != "/login":
            req.context.session = read_session(req)

    def process_response(
        self, req: Request, resp: Response, resource: object, req_succeeded: bool
    ) -> None:
        resp.set_header("X-Frame-Options", "DENY")


class Area:
    def on_get(self, req: Request, resp: Response, area: int) -> None:
        session = req.context.session
        if "user_id" not in session:
            raise falcon.HTTPForbidden
        limit = req.get_param_as_int("limit", default=10)
        resp.media = {
            "user": session["name"],
            "area": area,
            "visits": session["visits"],
            "items": [{"id": number, "name": f"item {number}"} for number in range(limit)],
        }


def page() -> WSGIApplication:
    app = falcon.App(middleware=[Customer()])
    app.add_route("/login", Login())
    app.add_route("/shop/areas/{area:int}", Area())
    return app


OFFERS: dict[str, Callable[[], WSGIApplication]] = {
    "text": text,
    "hooks": hooks,
    "dynamic": dynamic,
    "nested": nested,
    "missing": dynamic,
    "missing-handled": missing_handled,
    "json": json,
    "echo": echo,
    "headers": headers,
    "form": form,
    "session": session,
    "template": template,
    "static": static,
    "stream": stream,
    "upload": upload,
    "page": page,
}
