"""Write the scenarios on Starlette, every endpoint `async`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from benchmarks import content

SIGNED_SESSION = Middleware(
    SessionMiddleware, secret_key=content.SECRET_KEY, session_cookie=content.SESSION_COOKIE
)


async def greet(request: Request) -> Response:
    return HTMLResponse(content.GREETING)


def text() -> Starlette:
    return Starlette(routes=[Route("/", greet)])


async def fill(request: Request) -> Response:
    return HTMLResponse("filler")


async def show_post(request: Request) -> Response:
    return HTMLResponse(f"{request.path_params['id']} {request.path_params['slug']}")


def make_routes() -> list[Route]:
    return [
        Route(
            rule.replace("<int:id>", "{id:int}").replace("<slug>", "{slug}"),
            show_post if rule == content.DYNAMIC_RULE else fill,
        )
        for rule in content.make_rules()
    ]


def dynamic() -> Starlette:
    return Starlette(routes=make_routes())


async def show_item(request: Request) -> Response:
    return HTMLResponse(f"item {request.path_params['id']}")


def nested() -> Starlette:
    v1 = Mount("/v1", routes=[Route("/items/{id:int}", show_item)])
    return Starlette(routes=[Mount("/api", routes=[v1])])


async def say_nothing(request: Request, exc: Exception) -> Response:
    return HTMLResponse("nothing here", 404)


def missing_handled() -> Starlette:
    return Starlette(routes=make_routes(), exception_handlers={404: say_nothing})


async def show_fields(request: Request) -> Response:
    return JSONResponse(content.TEN_FIELDS)


def json() -> Starlette:
    return Starlette(routes=[Route("/", show_fields)])


async def echo_json(request: Request) -> Response:
    return JSONResponse(await request.json())


def echo() -> Starlette:
    return Starlette(routes=[Route("/", echo_json, methods=["POST"])])


async def search(request: Request) -> Response:
    query = request.query_params["q"]
    theme = request.cookies["theme"]
    language = request.headers["Accept-Language"]
    return HTMLResponse(f"{query}, {theme}, {language}")


def headers() -> Starlette:
    return Starlette(routes=[Route("/search", search)])


async def read_form(request: Request) -> Response:
    async with request.form() as fields:
        return HTMLResponse(f"{len(fields)} {fields['email']}")


def form() -> Starlette:
    return Starlette(routes=[Route("/", read_form, methods=["POST"])])


async def login(request: Request) -> Response:
    request.session.update(content.LOGIN)
    return HTMLResponse("logged in")


async def visit(request: Request) -> Response:
    request.session["visits"] += 1
    return HTMLResponse(f"{request.session['name']} {request.session['visits']}")


def session() -> Starlette:
    return Starlette(
        routes=[Route("/", visit), Route("/login", login)], middleware=[SIGNED_SESSION]
    )


async def link(request: Request) -> Response:
    path_for = request.app.url_path_for
    return HTMLResponse(
        " ".join(
            (
                path_for("index"),
                path_for("about"),
                path_for("user", id=42),
                path_for("area", id=7),
                path_for("post", id=42, slug="on-the-engine"),
            )
        )
    )


def url_for() -> Starlette:
    return Starlette(
        routes=[
            Route("/", link, name="index"),
            Route("/about", fill, name="about"),
            Route("/areas/{id:int}", fill, name="area"),
            Route("/users/{id:int}", fill, name="user"),
            Route("/users/{id:int}/posts/{slug}", fill, name="post"),
        ]
    )


def template() -> Starlette:
    templates = Jinja2Templates(directory=content.TEMPLATES)

    async def show_table(request: Request) -> Response:
        values = {"title": "Parts", "rows": content.ROWS}
        return templates.TemplateResponse(request, "table.html", values)

    return Starlette(routes=[Route("/", show_table)])


def static() -> Starlette:
    content.write_photo()
    return Starlette(routes=[Mount("/static", StaticFiles(directory=content.STATIC))])


async def iter_chunks() -> AsyncIterator[bytes]:
    for chunk in content.CHUNKS:
        yield chunk


async def send_chunks(request: Request) -> Response:
    return StreamingResponse(iter_chunks(), media_type="text/html")


def stream() -> Starlette:
    return Starlette(routes=[Route("/", send_chunks)])


async def greet_later(request: Request) -> Response:
    await asyncio.sleep(0)
    return HTMLResponse(content.GREETING)


def async_view() -> Starlette:
    return Starlette(routes=[Route("/", greet_later)])


async def take_upload(request: Request) -> Response:
    async with request.form() as fields:
        file = fields["upload"]
        if not isinstance(file, UploadFile):
            return HTMLResponse("no file", 400)
        size = len(await file.read())
        return HTMLResponse(f"{fields['album']} {file.filename} {size}")


def upload() -> Starlette:
    return Starlette(routes=[Route("/", take_upload, methods=["POST"])])


async def show_area(request: Request) -> Response:
    if "user_id" not in request.session:
        return HTMLResponse("log in first", 403)
    limit = int(request.query_params.get("limit", "10"))
    values = {
        "user": request.session["name"],
        "area": request.path_params["area"],
        "visits": request.session["visits"],
        "items": [{"id": number, "name": f"item {number}"} for number in range(limit)],
    }
    return JSONResponse(values, headers={"X-Frame-Options": "DENY"})


def page() -> Starlette:
    shop = Mount("/shop", routes=[Route("/areas/{area:int}", show_area)])
    return Starlette(routes=[Route("/login", login), shop], middleware=[SIGNED_SESSION])


OFFERS: dict[str, Callable[[], Starlette]] = {
    "text": text,
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
    "async": async_view,
    "upload": upload,
    "page": page,
}
