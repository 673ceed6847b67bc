"""What a type checker must make of a program on the full framework. It is checked, never run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any, assert_type

from click.testing import Result
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response as WerkzeugResponse

from cruse import (
    Blueprint,
    Cruse,
    MethodView,
    Request,
    Response,
    abort,
    after_this_request,
    current_app,
    flash,
    get_flashed_messages,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    session,
    stream_with_context,
    url_for,
)
from cruse_cli import AppGroup, CliRunner
from cruse_core import App
from cruse_core.sessions import SessionMixin
from cruse_templating import TemplatingApp
from cruse_templating.environment import Environment
from cruse_testing import Client

app = Cruse(__name__)
shop = Blueprint("shop", __name__, url_prefix="/shop")


@app.route("/")
def text() -> str:
    return "text"


@app.get("/bytes")
def data() -> bytes:
    return b"data"


@app.post("/json")
def json_object() -> dict[str, int]:
    return {"a": 1}


@app.get("/list")
def json_list() -> list[str]:
    return ["a"]


@app.get("/status")
def with_status() -> tuple[str, int]:
    return "made", 201


@app.get("/headers")
def with_headers() -> tuple[str, int, dict[str, str]]:
    return "made", 201, {"X-Header": "1"}


@app.get("/json-status")
def json_with_status() -> tuple[dict[str, str], int]:
    return {}, 404


@app.get("/stream")
def stream() -> Iterator[str]:
    @stream_with_context
    def chunks(count: int) -> Iterator[str]:
        yield request.path * count

    return chunks(2)


@app.get("/redirect")
def to_start() -> WerkzeugResponse:
    return redirect(url_for("text"))


@app.get("/async/<int:number>")
async def asynchronous(number: int) -> Response:
    return jsonify(number=number)


@shop.before_request
def check() -> str | None:
    return None


@app.before_request
async def check_later() -> None:
    return None


@app.after_request
def add_header(response: Response) -> Response:
    response.headers["X-Header"] = "1"
    return response


@app.teardown_request
def close(error: BaseException | None) -> None: ...


@app.errorhandler(404)
def missing(error: Exception) -> tuple[str, int]:
    return "missing", 404


@app.errorhandler(ValueError)
def invalid(error: ValueError) -> tuple[dict[str, str], int]:
    return {"error": str(error)}, 400


@app.template_filter("double")
def double(value: str) -> str:
    return value * 2


@app.context_processor
def values() -> dict[str, Any]:
    return {"a": 1}


@app.cli.command("seed")
def seed() -> None: ...


class Notes(MethodView):
    def get(self, note: int) -> str:
        return str(note)

    async def post(self) -> tuple[str, int]:
        return "made", 201


app.add_url_rule("/notes/<int:note>", view_func=Notes.as_view("notes"))
app.register_blueprint(shop, url_prefix="/store")

# Decorators leave the function as it is.
assert_type(text(), str)
assert_type(with_status(), tuple[str, int])
assert_type(double("a"), str)

# An app has the members of its components, typed.
assert_type(app.jinja_env, Environment)
assert_type(app.cli, AppGroup)
assert_type(app.test_client(), Client)
assert_type(app.test_client().get("/"), TestResponse)
assert_type(app.test_cli_runner(), CliRunner)
assert_type(app.test_cli_runner().invoke(args=["seed"]), Result)
assert_type(app.require(TemplatingApp), TemplatingApp)
assert_type(app.debug, bool)
assert_type(app.testing, bool)
assert_type(app.secret_key, str | bytes | None)
assert_type(app.permanent_session_lifetime, timedelta)
app.secret_key = "secret"
app.permanent_session_lifetime = timedelta(days=1)
app.json.sort_keys = False
app.view_functions = {"index": lambda: "index"}
app.template_context_processors = {None: [lambda: {"answer": 42}]}

# Proxies are what they stand for.
assert_type(current_app, Cruse)
assert_type(request, Request)
assert_type(session, SessionMixin)
assert_type(request.method, str)
assert_type(request.args.get("page", 1, type=int), int)
assert_type(session.permanent, bool)

assert_type(make_response("text", 201), Response)
assert_type(render_template("index.html", a=1), str)
assert_type(send_file("file"), Response)
assert_type(get_flashed_messages(), list[str])
assert_type(get_flashed_messages(with_categories=True), list[tuple[str, str]])
flash("Saved.", "info")


@after_this_request
def last(response: Response) -> Response:
    return response


def never(app: App) -> str:
    """`abort` does not return."""
    abort(404)


async def agen() -> AsyncIterator[str]:
    yield ""
