"""The method of a request: whatever case it comes in, what Flask runs is what Cruse runs.

A hook that lets a method through must never let a client reach a view with another spelling of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask_and_cruse import Kit, ask, assert_same
from werkzeug.routing import Rule
from werkzeug.test import create_environ

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW"]
SPELLINGS = [*METHODS, *map(str.lower, METHODS), "Options", "oPTIONS", "OPTION", "OPTIONS ", "Get"]
PATHS = [
    *["/plain", "/both", "/own-options", "/automatic", "/not-automatic", "/any-method"],
    *["/item/7", "/item/x", "/folder", "/folder/", "/class", "/class-options", "/nowhere"],
    *["/static/page.txt", "/static/none.txt", "/shop/", "/shop"],
]


def add_views(kit: Kit, app: Any, ran: list[str]) -> None:
    def note(name: str) -> Any:
        def view(**values: Any) -> str:
            ran.append(f"{name} {kit.request.method} {values}")
            return name

        view.__name__ = name
        return view

    app.add_url_rule("/plain", view_func=note("plain"))
    app.add_url_rule("/both", view_func=note("both"), methods=["GET", "POST"])
    app.add_url_rule("/own-options", view_func=note("own"), methods=["GET", "OPTIONS"])
    automatic = {"methods": ["GET", "OPTIONS"], "provide_automatic_options": True}
    app.add_url_rule("/automatic", view_func=note("a"), **automatic)
    app.add_url_rule("/not-automatic", view_func=note("n"), provide_automatic_options=False)
    app.add_url_rule("/item/<int:id>", view_func=note("item"), methods=["GET", "PUT"])
    app.add_url_rule("/folder/", view_func=note("folder"), methods=["GET", "POST"])
    rule = Rule("/any-method", endpoint="any") if kit.package.__name__ == "flask" else None
    app.url_map.add(rule or app.url_rule_class("/any-method", endpoint="any"))
    app.view_functions["any"] = note("any")

    class Page(kit.views.MethodView):  # type: ignore[name-defined]  # one of the two
        def get(self) -> str:
            ran.append("class get")
            return "get"

        def post(self) -> str:
            ran.append("class post")
            return "post"

    class WithOptions(Page):
        def options(self) -> str:
            ran.append("class options")
            return "options"

    app.add_url_rule("/class", view_func=Page.as_view("page"))
    app.add_url_rule("/class-options", view_func=WithOptions.as_view("with_options"))
    shop = kit.make_blueprint("shop", url_prefix="/shop")
    shop.add_url_rule("/", view_func=note("index"), methods=["GET", "DELETE"])
    app.register_blueprint(shop)


def add_no_hook(kit: Kit, app: Any, ran: list[str]) -> None:
    """Let every request reach its view."""


def add_login(kit: Kit, app: Any, ran: list[str]) -> None:
    @app.before_request
    def require_login() -> Any:
        ran.append(f"hook {kit.request.method}")
        return None if kit.request.method == "OPTIONS" else ("Log in first.", 401)


def add_value_preprocessor(kit: Kit, app: Any, ran: list[str]) -> None:
    @app.url_value_preprocessor
    def look(endpoint: str | None, values: dict[str, Any] | None) -> None:
        ran.append(f"values of {endpoint} {kit.request.method}")


def add_rewriting_hook(kit: Kit, app: Any, ran: list[str]) -> None:
    @app.before_request
    def take_for_options() -> None:
        ran.append(f"was {kit.request.method}")
        kit.request.method = "OPTIONS"


def use_own_method(kit: Kit, app: Any, ran: list[str]) -> None:
    class Overridden(app.request_class):  # type: ignore[name-defined]  # one of the two
        @property
        def method(self) -> str:
            return self.headers.get("X-Method") or self.environ["REQUEST_METHOD"]

        @method.setter
        def method(self, value: str) -> None:
            """Take what the constructor says, and ignore it."""

    app.request_class = Overridden
    add_login(kit, app, ran)


VARIANTS = [add_no_hook, add_login, add_value_preprocessor, add_rewriting_hook, use_own_method]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "page.txt").write_text("a page\n")
    return tmp_path


@pytest.mark.parametrize("automatic", [True, False], ids=["automatic options", "none"])
@pytest.mark.parametrize("prepare", VARIANTS, ids=lambda prepare: prepare.__name__)
@pytest.mark.parametrize("path", PATHS)
def test_the_same_views_run_with_the_same_answer(
    folder: Path, path: str, prepare: Any, automatic: bool
) -> None:
    def program(kit: Kit) -> list[Any]:
        ran: list[str] = []
        app = kit.make_app(static_folder=str(folder), static_url_path="/static")
        app.config["PROVIDE_AUTOMATIC_OPTIONS"] = automatic
        add_views(kit, app, ran)
        prepare(kit, app, ran)
        answers: list[Any] = []
        for method in SPELLINGS:
            for claimed in ("", "OPTIONS", "GET") if prepare is use_own_method else ("",):
                environ = create_environ(path, headers={"X-Method": claimed})
                environ["REQUEST_METHOD"] = method
                answers.append((method, claimed, ask(app, environ=environ), ran.copy()))
                ran.clear()
        return answers

    assert_same(program)
