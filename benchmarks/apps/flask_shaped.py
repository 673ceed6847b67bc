"""Write the scenarios once for both frameworks that speak Flask's names.

`flask_app.py` and `cruse_app.py` pass their own module; so both run the same lines, and any
difference in speed is the framework's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import ModuleType
from typing import Any, Protocol, TypeVar
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from benchmarks import content

Registered = TypeVar("Registered", bound=Callable[..., Any])


class Routes(Protocol):
    """What the scenarios ask of a blueprint, and of an application too."""

    def get(self, rule: str, /) -> Callable[[Registered], Registered]: ...
    def post(self, rule: str, /) -> Callable[[Registered], Registered]: ...
    def add_url_rule(self, rule: str, endpoint: str, view_func: Callable[..., Any], /) -> None: ...
    def before_request(self, hook: Registered, /) -> Registered: ...
    def after_request(self, hook: Registered, /) -> Registered: ...
    def register_blueprint(self, blueprint: Any, /) -> None: ...


class Application(Routes, Protocol):
    """What the scenarios ask of an application: Flask and Cruse share no base class."""

    secret_key: str

    def errorhandler(self, code: int, /) -> Callable[[Registered], Registered]: ...
    def __call__(self, environ: WSGIEnvironment, start: StartResponse, /) -> Iterable[bytes]: ...


NewApp = Callable[[], Application]


def text(web: ModuleType, new_app: NewApp) -> WSGIApplication:
    app = new_app()

    @app.get("/")
    def index() -> str:
        return content.GREETING

    return app


def hooks(web: ModuleType, new_app: NewApp) -> WSGIApplication:
    app = new_app()

    def add() -> None:
        @app.before_request
        def before() -> None:
            return None

        @app.after_request
        def after(response: Any) -> Any:
            return response

    for _ in range(5):
        add()

    @app.get("/")
    def index() -> str:
        return content.GREETING

    return app


def add_rules(app: Routes, rules: list[str]) -> None:
    def filler(id: int = 0, slug: str = "") -> str:
        return "filler"

    def show(id: int, slug: str) -> str:
        return f"{id} {slug}"

    for number, rule in enumerate(rules):
        view = show if rule == content.DYNAMIC_RULE else filler
        app.add_url_rule(rule, f"rule{number}", view)


def dynamic(web: ModuleType, new_app: NewApp) -> WSGIApplication:
    app = new_app()
    add_rules(app, content.make_rules())
    return app


def nested(web: ModuleType, new_app: NewApp) -> WSGIApplication:
    app = new_app()
    api: Routes = web.Blueprint("api", __name__, url_prefix="/api")
    v1: Routes = web.Blueprint("v1", __name__, url_prefix="/v1")

    @v1.get("/items/<int:id>")
    def show(id: int) -> str:
        return f"item {id}"

    api.register_blueprint(v1)
    app.register_blueprint(api)
    return app


def missing_handled(web: ModuleType, new_app: NewApp) -> WSGIApplication:
    app = new_app()
    add_rules(app, content.make_rules())

    @app.errorhandler(404)
    def nothing(error: Exception) -> tuple[str, int]:
        return "nothing here", 404

    return app


def json(web: ModuleType, new_app: NewApp) -> WSGIApplication:
    app = new_app()

    @app.get("/")
    def index() -> dict[str, object]:
        return content.TEN_FIELDS

    return app


def echo(web: ModuleType, new_app: NewApp) -> WSGIApplication:
    app = new_app()
    request = web.request

    @app.post("/")
    def index() -> Any:
        return request.get_json()

    return app


def headers(web: ModuleType, new_app: NewApp) -> WSGIApplication:
    app = new_app()
    request = web.request

    @app.get("/search")
    def search() -> str:
        query = request.args["q"]
        theme = request.cookies["theme"]
        language = request.headers["Accept-Language"]
        return f"{query}, {theme}, {language}"

    return app


def form(web: ModuleType, new_app: NewApp) -> WSGIApplication:
    app = new_app()
    request = web.request

    @app.post("/")
    def index() -> str:
        fields = request.form
        return f"{len(fields)} {fields['email']}"

    return app


def add_login(app: Application, session: Any) -> None:
    app.secret_key = content.SECRET_KEY

    @app.get("/login")
    def login() -> str:
        session.update(content.LOGIN)
        return "logged in"


def session(web: ModuleType, new_app: NewApp) -> WSGIApplication:
    app = new_app()
    session = web.session
    add_login(app, session)

    @app.get("/")
    def index() -> str:
        session["visits"] += 1
        return f"{session['name']} {session['visits']}"

    return app


def url_for(web: ModuleType, new_app: NewApp) -> WSGIApplication:
    app = new_app()
    url_for = web.url_for

    def filler(id: int = 0, slug: str = "") -> str:
        return "filler"

    app.add_url_rule("/about", "about", filler)
    app.add_url_rule("/areas/<int:id>", "area", filler)
    app.add_url_rule("/users/<int:id>", "user", filler)
    app.add_url_rule(content.DYNAMIC_RULE, "post", filler)

    @app.get("/")
    def index() -> str:
        return " ".join(
            (
                url_for("index"),
                url_for("about"),
                url_for("user", id=42),
                url_for("area", id=7),
                url_for("post", id=42, slug="on-the-engine"),
            )
        )

    return app


def template(web: ModuleType, new_app: NewApp) -> WSGIApplication:
    app = new_app()
    render_template = web.render_template

    @app.get("/")
    def index() -> Any:
        return render_template("table.html", title="Parts", rows=content.ROWS)

    return app


def stream(web: ModuleType, new_app: NewApp) -> WSGIApplication:
    app = new_app()

    @app.get("/")
    def index() -> Iterator[bytes]:
        yield from content.CHUNKS

    return app


def async_view(web: ModuleType, new_app: NewApp) -> WSGIApplication:
    app = new_app()

    @app.get("/")
    async def index() -> str:
        await asyncio.sleep(0)
        return content.GREETING

    return app


def upload(web: ModuleType, new_app: NewApp) -> WSGIApplication:
    app = new_app()
    request = web.request

    @app.post("/")
    def index() -> str:
        file = request.files["upload"]
        return f"{request.form['album']} {file.filename} {len(file.read())}"

    return app


def page(web: ModuleType, new_app: NewApp) -> WSGIApplication:
    app = new_app()
    session, g, request, abort = web.session, web.g, web.request, web.abort
    add_login(app, session)
    shop: Routes = web.Blueprint("shop", __name__, url_prefix="/shop")

    @app.before_request
    def load_user() -> None:
        g.user_id = session.get("user_id")
        g.user = session.get("name")

    @app.after_request
    def forbid_frames(response: Any) -> Any:
        response.headers["X-Frame-Options"] = "DENY"
        return response

    @shop.before_request
    def require_user() -> None:
        if g.user_id is None:
            abort(403)

    @shop.get("/areas/<int:area>")
    def show(area: int) -> dict[str, object]:
        limit = request.args.get("limit", 10, type=int)
        return {
            "user": g.user,
            "area": area,
            "visits": session["visits"],
            "items": [{"id": number, "name": f"item {number}"} for number in range(limit)],
        }

    app.register_blueprint(shop)
    return app


def make_offers(
    web: ModuleType, app_class: Callable[..., Any], import_name: str
) -> dict[str, Callable[[], WSGIApplication]]:
    """Return the scenarios of one framework.

    Args:
        web: The module that has Flask's names.
        app_class: Its application class.
        import_name: The module whose folder holds the templates.
    """
    new_app = partial(app_class, import_name)

    def static() -> WSGIApplication:
        content.write_photo()
        app: WSGIApplication = app_class(import_name, static_folder=content.STATIC)
        return app

    programs: dict[str, Callable[[ModuleType, NewApp], WSGIApplication]] = {
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
        "stream": stream,
        "async": async_view,
        "upload": upload,
        "page": page,
    }
    offers: dict[str, Callable[[], WSGIApplication]] = {
        name: partial(program, web, new_app) for name, program in programs.items()
    }
    return {**offers, "static": static}
