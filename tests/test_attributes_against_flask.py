"""What a program can set, delete and patch on Flask's objects, it can on Cruse's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
from flask_and_cruse import CRUSE, FLASK, Kit, ask, assert_same, class_name, outcome

Make = Callable[[Kit], Any]


def make_blueprint(kit: Kit) -> Any:
    return kit.make_blueprint("shop", static_folder="static", template_folder="templates")


def make_request_context(kit: Kit) -> Any:
    app = kit.make_app()
    app.add_url_rule("/<int:id>", "index", lambda id: "", methods=["POST"])
    return app.test_request_context("/1?a=b", method="POST", data={"c": "d"})


OBJECTS: dict[str, Make] = {
    "app": lambda kit: kit.make_app(static_folder="static"),
    "blueprint": make_blueprint,
    "app context": lambda kit: kit.make_app().app_context(),
    "request context": make_request_context,
    "request": lambda kit: make_request_context(kit).request,
    "response": lambda kit: kit.Response("text"),
    "client": lambda kit: kit.make_app().test_client(),
    "command runner": lambda kit: kit.make_app().test_cli_runner(),
    "setup state": lambda kit: make_blueprint(kit).make_setup_state(kit.make_app(), {}),
    "session interface": lambda kit: kit.sessions.SecureCookieSessionInterface(),
    "g": lambda kit: kit.App.app_ctx_globals_class(),
}


def iter_attributes() -> Iterator[Any]:
    for owner, make in OBJECTS.items():
        for name in dir(make(FLASK)):
            if not name.startswith("_"):
                yield pytest.param(make, name, id=f"{owner}-{name}")


def make_value(name: str) -> Any:
    # A key that is none is refused where it is set, and not at the first session.
    return "key" if name == "secret_key" else mock.MagicMock()


def assign(owner: Any, name: str) -> None:
    value = make_value(name)
    setattr(owner, name, value)
    assert getattr(owner, name) is value


def assign_and_delete(owner: Any, name: str) -> None:
    setattr(owner, name, make_value(name))
    delattr(owner, name)


def read_and_delete(owner: Any, name: str) -> None:
    getattr(owner, name)
    delattr(owner, name)


def patch(owner: Any, name: str) -> None:
    with mock.patch.object(owner, name) as value:
        assert getattr(owner, name) is value


def read_and_patch(owner: Any, name: str) -> None:
    value = getattr(owner, name)
    patch(owner, name)
    again = getattr(owner, name)
    # A method is bound anew at each reading.
    assert again is value or again == value


def fails(use: Callable[[Any, str], None], owner: Any, name: str) -> str:
    try:
        use(owner, name)
    except BaseException as error:
        return class_name(error)
    return ""


@pytest.mark.parametrize(("make", "name"), [*iter_attributes()])
def test_what_works_with_an_attribute_of_flask_works_here(make: Make, name: str) -> None:
    for use in (assign, assign_and_delete, read_and_delete, patch, read_and_patch):
        if not fails(use, make(FLASK), name):
            assert not fails(use, make(CRUSE), name), use.__name__


def test_g_has_no_public_name_of_its_own() -> None:
    def program(kit: Kit) -> list[Any]:
        with kit.make_app().app_context():
            return [
                sorted(name for name in dir(kit.g) if not name.startswith("_")),
                outcome(lambda: kit.g.label),
            ]

    assert_same(program)


VALUES: dict[str, Any] = {
    "number": 5,
    "list": [],
    "dict": {},
    "mock": mock.Mock(),
    "magic mock": mock.MagicMock(),
    "no hooks": {None: None},
    "hooks that are no list": {None: 5},
    "hook that is no function": {None: [5]},
    "hook": {None: [lambda *args: None]},
    "view": {"index": lambda: "other"},
}


class TestTables:
    """A table may be replaced by anything; what cannot be used fails where it is."""

    @pytest.mark.parametrize("value", [pytest.param(v, id=k) for k, v in VALUES.items()])
    @pytest.mark.parametrize(
        "name",
        [
            "after_request_funcs",
            "before_request_funcs",
            "teardown_request_funcs",
            "template_context_processors",
            "url_default_functions",
            "url_value_preprocessors",
            "view_functions",
        ],
    )
    @pytest.mark.parametrize("served_before", [False, True])
    def test_any_value_is_accepted(self, name: str, value: Any, served_before: bool) -> None:
        def program(kit: Kit) -> list[Any]:
            app, events = kit.make_app(), list[str]()

            def after(response: Any) -> Any:
                events.append("after")
                return response

            app.add_url_rule("/", "index", lambda: kit.url_for("index"))
            app.add_url_rule("/page", "page", lambda: kit.render_template_string("text"))
            app.before_request(lambda: events.append("before"))
            app.after_request(after)
            app.teardown_request(lambda exc: events.append(f"teardown {exc is None}"))
            if served_before:
                for _ in range(2):
                    ask(app)
            setattr(app, name, value)
            kept = getattr(app, name) is value
            return [kept, [ask(app, path) for path in ("/", "/page", "/nowhere")], events]

        assert_same(program)

    def test_replaced_dict_stays_the_programs(self) -> None:
        def program(kit: Kit) -> list[Any]:
            app, events = kit.make_app(), list[str]()
            app.add_url_rule("/", "index", lambda: "text")
            app.register_blueprint(kit.make_blueprint("shop"))
            views: dict[str, Any] = {}
            hooks: dict[str | None, Any] = {}
            app.view_functions, app.before_request_funcs = views, hooks
            answers = [ask(app)]
            views["index"] = lambda: "late"
            hooks[None] = [lambda: events.append("late")]
            answers.append(ask(app))
            app._got_first_request = False
            app.before_request(lambda: events.append("registered"))
            return [*answers, ask(app), events, len(hooks[None])]

        assert_same(program)
