"""What a type checker must make of hooks, handlers, blueprints, signals, sessions and settings."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, assert_type

from werkzeug.exceptions import Forbidden, HTTPException, NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from cruse_core import (
    App,
    Blueprint,
    BlueprintSetupState,
    Config,
    Request,
    Response,
    after_this_request,
    appcontext_popped,
    copy_current_request_context,
    current_app,
    g,
    get_flashed_messages,
    got_request_exception,
    request,
    request_finished,
    session,
    stream_with_context,
)
from cruse_core.app_globals import AppGlobals
from cruse_core.config import ConfigAttribute
from cruse_core.context import AppContext, RequestContext
from cruse_core.globals import app_ctx, request_ctx
from cruse_core.sessions import (
    SecureCookieSession,
    SecureCookieSessionInterface,
    SessionApp,
    SessionInterface,
    SessionMixin,
)

app = App(__name__)
shop = Blueprint("shop", __name__)


# Hooks, on apps and on blueprints, synchronous or not


@app.before_request
def check() -> None: ...


@shop.before_request
def check_or_answer() -> str | tuple[dict[str, str], int] | None:
    return None


@app.before_request
async def check_later() -> Response | None:
    return None


@shop.before_app_request
async def only_check_later() -> None: ...


@app.after_request
def change(response: Response) -> Response:
    response.set_cookie("seen", "1", max_age=timedelta(days=1), samesite="Lax", partitioned=True)
    return response


@shop.after_request
def replace(response: Response) -> WerkzeugResponse:
    return WerkzeugResponse(response.get_data())


@shop.after_app_request
async def change_later(response: Response) -> Response:
    return response


@app.teardown_request
def end(error: BaseException | None) -> None: ...


@shop.teardown_app_request
async def end_later(error: BaseException | None) -> None: ...


@app.teardown_appcontext
def close(error: BaseException | None = None) -> None: ...


@app.url_value_preprocessor
def take_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.language = (values or {}).pop("language", None)


@shop.app_url_defaults
def give_language(endpoint: str, values: dict[str, Any]) -> None:
    values.setdefault("language", g.language)


@after_this_request
async def mark(response: Response) -> Response:
    return response


assert_type(check_or_answer(), str | tuple[dict[str, str], int] | None)
assert_type(change(Response()), Response)


# Error handlers


class StockError(Exception):
    left: int = 0


@app.errorhandler(404)
def missing(error: NotFound) -> tuple[str, int]:
    return error.name, 404


@shop.errorhandler(StockError)
def sold_out(error: StockError) -> dict[str, int]:
    return {"left": error.left}


@shop.app_errorhandler(Forbidden)
async def forbidden(error: Forbidden) -> tuple[str, int]:
    return error.name, 403


@app.errorhandler(HTTPException)
def in_json(error: HTTPException) -> HTTPException | WerkzeugResponse:
    response = error.get_response()
    return error if response.status_code == 418 else response


def unexpected(error: Exception) -> tuple[str, int]:
    return "", 500


app.register_error_handler(500, unexpected)
app.register_error_handler(Exception, unexpected)
assert_type(sold_out(StockError()), dict[str, int])


# Blueprints


@shop.record
def configure(state: BlueprintSetupState) -> None:
    assert_type(state.app, App)
    assert_type(state.blueprint, Blueprint)
    assert_type(state.url_prefix, str | None)
    assert_type(state.url_defaults, dict[str, Any])
    assert_type(state.first_registration, bool)


shop.record_once(lambda state: state.app.config.setdefault("SHOP_LIMIT", 10) and None)
shop.register_blueprint(Blueprint("cart", __name__), url_prefix="/cart")
app.register_blueprint(shop, name="other", url_prefix="/shop", url_defaults={"a": 1})


# Signals


@request_finished.connect
def finished(sender: App, response: Response, **extra: Any) -> None: ...


@got_request_exception.connect_via(app)
def failed(sender: App, exception: Exception, **extra: Any) -> None: ...


def popped(sender: App) -> None: ...


with appcontext_popped.connected_to(popped, app):
    pass


# Proxies


class ShopGlobals(AppGlobals):
    language: str
    user_id: int


class ShopApp(App):
    app_ctx_globals_class = ShopGlobals


assert_type(current_app._get_current_object(), App)
assert_type(g._get_current_object(), AppGlobals)
assert_type(request._get_current_object(), Request)
assert_type(session._get_current_object(), SessionMixin)
assert_type(app_ctx, AppContext | RequestContext)
assert_type(request_ctx, RequestContext)
assert_type(request_ctx.request, Request)
assert_type(g.get("user"), Any)
assert_type(g.setdefault("user", 1), Any)
assert_type("user" in g, bool)
assert_type(list(g), list[str])
with app.app_context() as ctx:
    assert_type(ctx.g, AppGlobals)


# Sessions


class MemorySession(SecureCookieSession): ...


class MemoryInterface(SessionInterface):
    def open_session(self, app: SessionApp, request: Request) -> MemorySession | None:
        assert_type(app.secret_key, str | bytes | None)
        return MemorySession({"a": 1}) if app.secret_key else None

    def save_session(self, app: SessionApp, session: SessionMixin, response: Response) -> None:
        if self.should_set_cookie(app, session):
            response.set_cookie(self.get_cookie_name(app), "", path=self.get_cookie_path(app))


class LongerInterface(SecureCookieSessionInterface):
    salt = "longer"
    session_class = MemorySession

    def get_expiration_time(self, app: SessionApp, session: SessionMixin) -> datetime | None:
        return super().get_expiration_time(app, session)


app.session_interface = MemoryInterface()
session["user"] = 1
assert_type(session.permanent, bool)
session.permanent = True
session.modified = True
assert_type(session["user"], Any)
assert_type(session.get("user"), Any | None)
assert_type(session.pop("user", None), Any)
assert_type(session.new, bool)
assert_type(get_flashed_messages(category_filter="error"), list[str])


# Settings


class Settings:
    DEBUG = True


class LimitedApp(App):
    limit = ConfigAttribute[int]("LIMIT", int)


assert_type(LimitedApp(__name__).limit, int)
assert_type(app.config, Config)
assert_type(app.config["ANYTHING"], Any)
assert_type(app.config.from_object(Settings), None)
assert_type(app.config.from_pyfile("settings.cfg", silent=True), bool)
assert_type(app.config.from_envvar("SETTINGS", silent=True), bool)
assert_type(app.config.from_file("settings.json", load=json.load), bool)
assert_type(app.config.from_file("settings.toml", load=tomllib.load, text=False), bool)
assert_type(app.config.from_mapping({"A": 1}, B=2), bool)
assert_type(app.config.from_prefixed_env("SHOP"), bool)
assert_type(app.config.get_namespace("MAIL_"), dict[str, Any])
app.config.update(A=1)
app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
app.debug = True
app.testing = True
app.secret_key = b"secret"
app.permanent_session_lifetime = 3600


# Helpers keep types


def add(a: int, *, b: int = 0) -> int:
    return a + b


@stream_with_context
def lines(count: int) -> Iterator[bytes]:
    yield b"line" * count


assert_type(copy_current_request_context(add)(1, b=2), int)
assert_type(lines(count=2), Iterator[bytes])
assert_type(stream_with_context(iter(["a"])), Iterator[str])
