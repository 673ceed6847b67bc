"""Write the scenarios on Bottle.

Bottle ships no types, so its decorators and answers are untyped to the checker.
"""

# mypy: disable-error-code="untyped-decorator, no-any-return"

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.types import WSGIApplication

import bottle  # type: ignore[import-untyped]  # Bottle ships no types

from benchmarks import content

Bottle: Any = bottle.Bottle
request: Any = bottle.request
response: Any = bottle.response


def text() -> WSGIApplication:
    app = Bottle()

    @app.get("/")
    def index() -> str:
        return content.GREETING

    return app


def hooks() -> WSGIApplication:
    app = Bottle()

    def add() -> None:
        @app.hook("before_request")
        def before() -> None:
            return None

        @app.hook("after_request")
        def after() -> None:
            return None

    for _ in range(5):
        add()

    @app.get("/")
    def index() -> str:
        return content.GREETING

    return app


def dynamic() -> Any:
    app = Bottle()

    def filler(id: int = 0, slug: str = "") -> str:
        return "filler"

    def show(id: int, slug: str) -> str:
        return f"{id} {slug}"

    for rule in content.make_rules():
        view = show if rule == content.DYNAMIC_RULE else filler
        # Bottle writes a converter after the name.
        app.route(rule.replace("<int:id>", "<id:int>"), callback=view)
    return app


def nested() -> WSGIApplication:
    app, api, v1 = Bottle(), Bottle(), Bottle()

    @v1.get("/items/<id:int>")
    def show(id: int) -> str:
        return f"item {id}"

    api.mount("/v1/", v1)
    app.mount("/api/", api)
    return app


def missing_handled() -> WSGIApplication:
    app = dynamic()

    @app.error(404)
    def nothing(error: Exception) -> str:
        return "nothing here"

    return app


def json() -> WSGIApplication:
    app = Bottle()

    @app.get("/")
    def index() -> dict[str, object]:
        return content.TEN_FIELDS

    return app


def echo() -> WSGIApplication:
    app = Bottle()

    @app.post("/")
    def index() -> Any:
        return request.json

    return app


def headers() -> WSGIApplication:
    app = Bottle()

    @app.get("/search")
    def search() -> str:
        query = request.query["q"]
        theme = request.get_cookie("theme")
        language = request.headers["Accept-Language"]
        return f"{query}, {theme}, {language}"

    return app


def form() -> WSGIApplication:
    app = Bottle()

    @app.post("/")
    def index() -> str:
        fields = request.forms
        return f"{len(fields)} {fields['email']}"

    return app


def read_session() -> dict[str, Any]:
    values: dict[str, Any] = request.get_cookie(content.SESSION_COOKIE, secret=content.SECRET_KEY)
    return values


def write_session(values: dict[str, Any]) -> None:
    response.set_cookie(
        content.SESSION_COOKIE, values, secret=content.SECRET_KEY, path="/", httponly=True
    )


def add_login(app: Any) -> None:
    @app.get("/login")
    def login() -> str:
        write_session(content.LOGIN)
        return "logged in"


def session() -> WSGIApplication:
    app = Bottle()
    add_login(app)

    @app.get("/")
    def index() -> str:
        values = read_session()
        values["visits"] += 1
        write_session(values)
        return f"{values['name']} {values['visits']}"

    return app


def url_for() -> WSGIApplication:
    app = Bottle()

    def filler(id: int = 0, slug: str = "") -> str:
        return "filler"

    app.route("/about", name="about", callback=filler)
    app.route("/areas/<id:int>", name="area", callback=filler)
    app.route("/users/<id:int>", name="user", callback=filler)
    app.route("/users/<id:int>/posts/<slug>", name="post", callback=filler)

    @app.get("/", name="index")
    def index() -> str:
        return " ".join(
            (
                app.get_url("index"),
                app.get_url("about"),
                app.get_url("user", id=42),
                app.get_url("area", id=7),
                app.get_url("post", id=42, slug="on-the-engine"),
            )
        )

    return app


def template() -> WSGIApplication:
    app = Bottle()
    folder = [str(content.TEMPLATES)]
    settings = {"autoescape": True}

    @app.get("/")
    def index() -> Any:
        return bottle.jinja2_template(
            "table.html",
            template_lookup=folder,
            template_settings=settings,
            title="Parts",
            rows=content.ROWS,
        )

    return app


def static() -> WSGIApplication:
    content.write_photo()
    app = Bottle()
    root = str(content.STATIC)

    @app.get("/static/<filename:path>")
    def show(filename: str) -> Any:
        return bottle.static_file(filename, root)

    return app


def stream() -> WSGIApplication:
    app = Bottle()

    @app.get("/")
    def index() -> Iterator[bytes]:
        yield from content.CHUNKS

    return app


def upload() -> WSGIApplication:
    app = Bottle()

    @app.post("/")
    def index() -> str:
        upload = request.files["upload"]
        return f"{request.forms['album']} {upload.filename} {len(upload.file.read())}"

    return app


def page() -> WSGIApplication:
    app = Bottle()
    add_login(app)

    @app.hook("before_request")
    def load_user() -> None:
        if request.path != "/login":
            request.session = read_session() or {}

    @app.hook("after_request")
    def forbid_frames() -> None:
        response.headers["X-Frame-Options"] = "DENY"

    @app.get("/shop/areas/<area:int>")
    def show(area: int) -> dict[str, object]:
        if "user_id" not in request.session:
            bottle.abort(403)
        limit = request.query.get("limit", 10, type=int)
        return {
            "user": request.session["name"],
            "area": area,
            "visits": request.session["visits"],
            "items": [{"id": number, "name": f"item {number}"} for number in range(limit)],
        }

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
    "url_for": url_for,
    "template": template,
    "static": static,
    "stream": stream,
    "upload": upload,
    "page": page,
}
