"""What a type checker must make of a program, and of an extension, on cruse-core alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_type

from werkzeug.exceptions import HTTPException

from cruse_core import (
    App,
    Blueprint,
    BlueprintSetupState,
    Config,
    Request,
    Response,
    copy_current_request_context,
    current_app,
    g,
    has_json_errors,
    request,
)
from cruse_core.app_globals import AppGlobals
from cruse_core.checked_app import CheckedApp
from cruse_core.checks import Checks
from cruse_core.context import AppContext, RequestContext
from cruse_core.findings import Finding, Severity
from cruse_core.json_provider import DefaultJSONProvider, JSONProvider
from cruse_core.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionInterface
from cruse_core.types import ResponseReturnValue


class MyRequest(Request):
    tenant: str = ""


class MyApp(App):
    request_class = MyRequest
    json_provider_class = DefaultJSONProvider
    session_interface: SessionInterface = SecureCookieSessionInterface()

    def make_response(self, rv: Any) -> Response:
        return super().make_response(rv)

    def log_exception(self, exc_info: Any) -> None:
        super().log_exception(exc_info)


app = MyApp(__name__, static_folder=None)
assert_type(app.config, Config)
assert_type(app.json, JSONProvider)
assert_type(app.app_context(), AppContext)
assert_type(app.request_context({}), RequestContext)
assert_type(app.url_for("index", page=2), str)
assert_type(app.require(MyApp), MyApp)
assert_type(current_app, App)
assert_type(g, AppGlobals)
assert_type(request.blueprints, list[str])

# What programs set on an app that is there.
app.name = "shop"
app.json.sort_keys = False
app.json.ensure_ascii = False
app.json.compact = True
app.json.mimetype = "application/vnd.shop+json"
app.json.default = str
app.json = DefaultJSONProvider(app)
app.view_functions = {"index": lambda: "index"}
app.before_request_funcs = {None: [lambda: None]}
app.after_request_funcs = {None: [lambda response: response]}
app.teardown_request_funcs = {"shop": [lambda exc: None]}
app.url_value_preprocessors = {None: [lambda endpoint, values: None]}
app.url_default_functions = {None: [lambda endpoint, values: None]}
app.teardown_appcontext_funcs = [lambda exc: None]

with app.app_context() as ctx:
    assert_type(ctx, AppContext)
    g.user = "anyone"

with app.request_context({}) as request_ctx:
    assert_type(request_ctx, RequestContext)
    assert_type(request_ctx.request, Request)
    request_ctx.request = MyRequest({})
    request_ctx.session = SecureCookieSession()

api = Blueprint("api", __name__, json_errors="negotiate", handle_unmatched=True)
Blueprint("pages", __name__, json_errors=False)
Blueprint("typo", __name__, json_errors="sometimes")  # type: ignore[arg-type]  # noticed


@api.record
def configure(state: BlueprintSetupState) -> None:
    assert_type(state.app, App)
    state.app.config.setdefault("API_LIMIT", 10)


@api.get("/<name>")
def show(name: str) -> dict[str, str]:
    return {"name": name}


assert_type(show("a"), dict[str, str])


def add(a: int, b: int) -> int:
    return a + b


@app.errorhandler(HTTPException)
def page(error: HTTPException) -> ResponseReturnValue:
    if has_json_errors():
        return error
    return error.name, error.code or 500


assert_type(has_json_errors(), bool)
assert_type(page(HTTPException()), ResponseReturnValue)
assert_type(copy_current_request_context(add)(1, 2), int)


class Extension:
    def __init__(self, app: App | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: App) -> None:
        app.extensions["extension"] = self
        app.before_request(self.check)
        app.register_error_handler(KeyError, self.explain)
        app.teardown_appcontext(self.close)
        app.checks.add(self.find)
        app.checks.add(self.find, deploy=True)

    def check(self) -> None: ...

    def explain(self, error: KeyError) -> tuple[str, int]:
        return str(error), 400

    def close(self, error: BaseException | None) -> None: ...

    def find(self, app: App) -> Iterator[Finding]:
        yield Finding("a.b", Severity.ERROR, "It is wrong.", 'config["A"]', "Mend it.")


Extension(app)


@app.checks.add
def find_first(app: MyApp) -> list[Finding]:
    return []


@app.checks.add(deploy=True)
def find_second(app: App) -> Iterator[Finding]:
    yield from find_first(app.require(MyApp))


assert_type(app.checks, Checks)
assert_type(find_first(app), list[Finding])
assert_type(find_second(app), Iterator[Finding])
assert_type(app.run_checks(deploy=True, ignore=["a.b"]), list[Finding])
checked: CheckedApp = app
