"""Cruse and Flask set the same cookies, and send the same bytes for what hooks do to a response."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask_and_cruse import Kit, ask, assert_same
from hypothesis import given
from hypothesis import strategies as st

NAIVE = datetime(2030, 1, 1, tzinfo=UTC).replace(tzinfo=None)
ATTRIBUTES: dict[str, list[Any]] = {
    "max_age": [None, 0, 10, timedelta(days=1), "5"],
    "expires": [None, 0, 5.5, datetime(2030, 1, 1, tzinfo=UTC), NAIVE, "text"],
    "path": [None, "/", "/a b;c", "ü"],
    "domain": [None, "shop.test", ".shop.test", "shop.test:80", "bücher.test", ""],
    "secure": [False, True],
    "httponly": [False, True],
    "samesite": [None, "lax", "Strict", "none", "sometimes"],
    "partitioned": [False, True],
}
OF_DELETE = {"path", "domain", "secure", "httponly", "samesite", "partitioned"}
NAMES_AND_VALUES = [
    ("a", "b"),
    ("a", 'é "q;,\\'),
    ("a b", "x"),
    ("ü", "x"),
    ("a", ""),
    ("a", "x" * 5000),
]


def ask_for_cookie(
    kit: Kit, name: str, value: str, attributes: dict[str, Any], **config: Any
) -> list[Any]:
    app = kit.make_app()
    app.config.update(config)
    fewer = {key: attributes[key] for key in OF_DELETE & attributes.keys()}

    @app.route("/set")
    def set_cookie() -> Any:
        response = kit.make_response("set")
        response.set_cookie(name, value, **attributes)
        return response

    @app.route("/delete")
    def delete_cookie() -> Any:
        response = kit.make_response("deleted")
        response.delete_cookie(name, **fewer)
        return response

    return [ask(app, "/set"), ask(app, "/delete")]


class TestCookies:
    """Q08."""

    @pytest.mark.parametrize(
        ("attribute", "setting"),
        [(name, setting) for name, settings in ATTRIBUTES.items() for setting in settings],
    )
    def test_have_each_attribute(self, attribute: str, setting: Any) -> None:
        for name, value in NAMES_AND_VALUES:
            assert_same(
                lambda kit, name=name, value=value: ask_for_cookie(
                    kit, name, value, {attribute: setting}
                )
            )

    @given(
        st.sampled_from(NAMES_AND_VALUES),
        st.fixed_dictionaries(
            {},
            optional={name: st.sampled_from(settings) for name, settings in ATTRIBUTES.items()},
        ),
    )
    def test_have_all_attributes(
        self, name_and_value: tuple[str, str], attributes: dict[str, Any]
    ) -> None:
        assert_same(lambda kit: ask_for_cookie(kit, *name_and_value, attributes))

    @pytest.mark.parametrize("size", [0, 10, 4093, 6000])
    def test_warn_above_the_size(self, size: int) -> None:
        assert_same(lambda kit: ask_for_cookie(kit, "a", "x" * 5000, {}, MAX_COOKIE_SIZE=size))


def change_headers(kit: Kit, response: Any) -> Any:
    response.headers["X-A"] = "1"
    response.add_etag()
    response.cache_control.max_age = 5
    response.vary.add("Accept")
    response.content_language.add("de")
    return response.make_conditional(kit.request)


def change_body(kit: Kit, response: Any) -> Any:
    response.set_data(response.get_data() + b"!")
    response.status_code = 201
    response.mimetype = "text/x"
    return response


def freeze(kit: Kit, response: Any) -> Any:
    response.freeze()
    return response


def replace_chunks(kit: Kit, response: Any) -> Any:
    response.response = [b"other"]
    return response


def replace_response(kit: Kit, response: Any) -> Any:
    return kit.Response("other", headers=response.headers, status=response.status)


def move(kit: Kit, response: Any) -> Any:
    response.location = "/é?a b"
    response.status = "302 Over there"
    return response


CHANGES = [change_headers, change_body, freeze, replace_chunks, replace_response, move]


@pytest.mark.parametrize("change", CHANGES)
def test_changes_of_a_hook_are_sent(change: Any) -> None:
    def program(kit: Kit) -> list[Any]:
        app = kit.make_app()
        app.after_request(lambda response: change(kit, response))
        app.add_url_rule("/text", "text", lambda: "text")
        app.add_url_rule("/json", "json", lambda: {"a": 1})
        app.add_url_rule("/stream", "stream", lambda: iter(["a", "b"]))
        app.add_url_rule("/none", "none", lambda: ("", 204))
        app.add_url_rule("/away", "away", lambda: kit.redirect("/text"))
        return [
            (path, method, headers, ask(app, path, method=method, headers=headers))
            for path in ("/text", "/json", "/stream", "/none", "/away", "/nowhere")
            for method in ("GET", "HEAD")
            for headers in ({}, {"If-None-Match": "*"}, {"Range": "bytes=0-1"})
            # Flask sends 304 in place of a redirect and an error, too.
            if path not in {"/away", "/nowhere"} or "If-None-Match" not in headers
        ]

    assert_same(program)


def test_closing_runs_what_was_asked_for() -> None:
    def program(kit: Kit) -> list[Any]:
        app = kit.make_app()
        events: list[str] = []
        app.teardown_request(lambda exc: events.append("teardown"))

        def stream() -> Any:
            try:
                yield "a"
                yield "b"
            finally:
                events.append("generator closed")

        def respond(body: Any) -> Any:
            response = kit.make_response(body)
            response.call_on_close(lambda: events.append("response closed"))
            return response

        def upload() -> str:
            file = kit.request.files["file"]
            kit.request.environ["kept"].append(file.stream)
            return "uploaded"

        app.add_url_rule("/text", "text", lambda: respond("text"))
        app.add_url_rule("/stream", "stream", lambda: respond(stream()))
        app.add_url_rule("/upload", "upload", upload, methods=["POST"])
        answers = []
        for path in ("/text", "/stream"):
            for method in ("GET", "HEAD"):
                answers.append((ask(app, path, method=method), events.copy()))
                events.clear()
        kept: list[io.BytesIO] = []
        answers.append(
            ask(
                app,
                "/upload",
                method="POST",
                data={"file": (io.BytesIO(b"x"), "a.txt")},
                environ_overrides={"kept": kept},
            )
        )
        return [*answers, [file.closed for file in kept]]

    assert_same(program)
