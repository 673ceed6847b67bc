"""A step that is overridden or replaced is called as often, and as early, as in Flask."""

from __future__ import annotations

from typing import Any

import pytest
from flask_and_cruse import Kit, ask, assert_same, outcome

STEPS = [
    *["async_to_sync", "dispatch_request", "do_teardown_appcontext", "do_teardown_request"],
    *["finalize_request", "full_dispatch_request", "get_send_file_max_age", "handle_exception"],
    *["handle_http_exception", "handle_url_build_error", "handle_user_exception"],
    *["inject_url_defaults", "log_exception", "make_default_options_response", "make_response"],
    *["preprocess_request", "process_response", "raise_routing_exception", "redirect"],
    *["request_context", "send_static_file", "trap_http_exception", "url_for", "wsgi_app"],
]
REQUESTS = [
    *[("/", "GET"), ("/", "OPTIONS"), ("/", "POST"), ("/fail", "GET"), ("/abort", "GET")],
    *[("/urls", "GET"), ("/async", "GET"), ("/nowhere", "GET"), ("/slash", "GET"), ("/", "GET")],
]


def serve(kit: Kit, app: Any, calls: list[str]) -> list[Any]:
    """Return the answers of *app*, and which calls were noted for each."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    async def view() -> str:
        return "async"

    app.add_url_rule("/", "index", lambda: "index")
    app.add_url_rule("/fail", "fail", lambda: str(1 / 0))
    app.add_url_rule("/abort", "abort", lambda: kit.abort(409))
    app.add_url_rule("/async", "async", view)
    app.add_url_rule("/slash/", "slash", lambda: "slash")
    app.add_url_rule(
        "/urls",
        "urls",
        lambda: [
            kit.url_for("index"),
            outcome(kit.url_for, "nowhere"),
            kit.redirect("/x").location,
        ],
    )
    app.before_request(lambda: None)
    app.after_request(lambda response: response)
    app.teardown_request(lambda exc: None)
    app.teardown_appcontext(lambda exc: None)
    answers = []
    for path, method in REQUESTS:
        calls.clear()
        answers.append((path, method, ask(app, path, method=method), calls.copy()))
    return answers


@pytest.mark.parametrize("step", STEPS)
class TestStep:
    """A15, and A08 as far as requests go."""

    def test_overridden_in_a_subclass(self, step: str) -> None:
        def program(kit: Kit) -> list[Any]:
            calls: list[str] = []

            def override(self: Any, *args: Any, **kwargs: Any) -> Any:
                calls.append(step)
                return getattr(super(own_class, self), step)(*args, **kwargs)

            own_class = type("Own", (kit.App,), {step: override})
            return serve(kit, kit.make_app(own_class), calls)

        assert_same(program)

    def test_replaced_on_the_app(self, step: str) -> None:
        def program(kit: Kit) -> list[Any]:
            calls: list[str] = []
            app = kit.make_app()
            original = getattr(app, step)

            def replacement(*args: Any, **kwargs: Any) -> Any:
                calls.append(step)
                return original(*args, **kwargs)

            setattr(app, step, replacement)
            return serve(kit, app, calls)

        assert_same(program)


def test_steps_called_in_a_test_do_the_same() -> None:
    def program(kit: Kit) -> list[Any]:
        app = kit.make_app()
        ends: list[str] = []
        app.add_url_rule("/<int:number>", "item", lambda number: f"item {number}")
        app.teardown_request(lambda exc: ends.append(f"request {exc!r}"))
        app.teardown_appcontext(lambda exc: ends.append(f"app {exc!r}"))
        with app.test_request_context("/5"):
            answers = [
                app.preprocess_request(),
                app.dispatch_request(),
                app.full_dispatch_request().get_data(),
                app.process_response(kit.make_response("made")).get_data(),
                app.ensure_sync(len) is len,
            ]
            app.do_teardown_request()
            app.do_teardown_appcontext(ValueError("given"))
        return [*answers, ends]

    assert_same(program)


def test_classes_of_an_app_are_used_alike() -> None:
    """A07."""

    def program(kit: Kit) -> list[Any]:
        return serve_with_own_classes(kit)

    assert_same(program)


def serve_with_own_classes(kit: Kit) -> list[Any]:
    class OwnRequest(kit.Request):
        max_content_length = 5

        def on_json_loading_failed(self, error: Any) -> Any:
            return {"failed": True}

    class OwnResponse(kit.Response):
        default_mimetype = "text/plain"
        default_status = 299

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.headers["X-Own"] = "1"

    class OwnRule(kit.App.url_rule_class):
        def __init__(self, rule: str, **options: Any) -> None:
            super().__init__(f"/own{rule}", **{"strict_slashes": False, **options})

    class OwnGlobals(kit.App.app_ctx_globals_class):
        def __init__(self) -> None:
            self.made = "here"

    class OwnConfig(kit.Config):
        def __missing__(self, key: str) -> str:
            return f"no {key}"

    class OwnAborter(kit.App.aborter_class):
        def __call__(self, code: Any, *args: Any, **kwargs: Any) -> Any:
            super().__call__(418 if code == 500 else code, *args, **kwargs)

    class OwnApp(kit.App):
        request_class = OwnRequest
        response_class = OwnResponse
        url_rule_class = OwnRule
        app_ctx_globals_class = OwnGlobals
        config_class = OwnConfig
        aborter_class = OwnAborter
        default_config = {**kit.App.default_config, "NEW": 1}  # noqa: RUF012 - as apps write it

    app = kit.make_app(OwnApp)
    app.add_url_rule("/", "index", lambda: [kit.g.made, app.config["NEW"], app.config["NOPE"]])
    app.add_url_rule("/abort", "abort", lambda: kit.abort(500))
    app.add_url_rule("/json", "json", lambda: kit.request.get_json(), methods=["POST"])
    app.add_url_rule("/text", "text", lambda: "text")
    app.add_url_rule("/status", "status", lambda: ("text", 200))
    app.add_url_rule("/away", "away", lambda: kit.redirect("/"))
    app.add_url_rule("/made", "made", lambda: kit.make_response())
    paths = ["/", "/own", "/own/", "/own/abort", "/own/text/", "/own/status", "/own/away"]
    answers = [ask(app, path) for path in [*paths, "/own/made"]]
    for data in ("{", '{"a": 1111}'):
        answers.append(ask(app, "/own/json", method="POST", data=data, content_type="text/json"))
        answers.append(
            ask(app, "/own/json", method="POST", data=data, content_type="application/json")
        )
    return answers
