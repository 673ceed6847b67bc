"""Cruse and Flask understand the same requests in the same way, odd ones too."""

from __future__ import annotations

import io
import itertools
from typing import Any

import flask
import pytest
from flask_and_cruse import Kit, ask, assert_same, outcome
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import create_environ

# What is no plain value, or the environment of the one call.
UNREADABLE = {"environ", "files", "input_stream", "json_module", "stream"}
MEMBERS = sorted(
    name for name in dir(flask.Request) if not name.startswith("_") and name not in UNREADABLE
)
PATHS = [
    *["/", "", "a", "/a", "/b", "/b/", "//", "//a", "/a//", "/b//", "///", "/p/a//b", "/p//a"],
    *["/p/../a", "/../a", "/.", "/..", "*", "http://host/a", "/a?x", "/a#b", "/a;p=1", "/A"],
    *["/é", "/\xff", "/😀", "/x y", "/a b", "/a%20b", "/%41", "/\x00", "/a\n", "/p/"],
    *["/n/5", "/n/05", "/n/-1", "/n/٣", "/n/99999999999999999999"],
]
HEADERS = {
    "Accept": "text/html,application/json;q=0.5",
    "Accept-Language": "de,en;q=.5",
    "Authorization": "Basic YTpi",
    "Cache-Control": "no-cache",
    "Cookie": 'a=1; b="x y"; a=2',
    "Date": "Wed, 15 Nov 2023 00:00:00 GMT",
    "If-Match": '"a"',
    "If-Modified-Since": "Wed, 15 Nov 2023 00:00:00 GMT",
    "If-None-Match": 'W/"x"',
    "If-Range": '"x"',
    "Max-Forwards": "5",
    "Origin": "http://other.test",
    "Pragma": "no-cache",
    "Range": "bytes=0-1",
    "Referer": "http://other.test/",
    "User-Agent": "Browser",
    "X-Forwarded-For": "1.1.1.1, 2.2.2.2",
}


def wsgi(text: str) -> str:
    """Return *text* as a server writes it into the environ."""
    return text.encode().decode("latin-1")


def show_request(kit: Kit) -> dict[str, str]:
    def read(name: str) -> str:
        value = getattr(kit.request, name)
        if hasattr(value, "lists"):
            return str([(key, values) for key, values in value.lists()])
        return "a method" if callable(value) and not hasattr(value, "keys") else str(value)

    return {name: outcome(read, name) for name in MEMBERS}


def make_app(kit: Kit) -> Any:
    app = kit.make_app()

    def show(**values: Any) -> Any:
        request = kit.request
        return {
            "values": repr(values),
            "request": [request.endpoint, request.method, request.path, request.full_path],
            "url": [request.url, request.base_url, request.root_url, request.host, request.scheme],
            "query": request.query_string.decode("latin-1"),
            "built": [outcome(kit.url_for, "home", _external=external) for external in (0, 1)],
        }

    for number, rule in enumerate(
        ["/a", "/b/", "/<x>", "/p/<path:p>", "/é", "/n/<int:n>", "/a b", "/%41"]
    ):
        app.add_url_rule(rule, f"e{number}", show, methods=["GET", "POST"])
    app.add_url_rule("/", "home", show)
    return app


class TestEnvirons:
    """Q01, R19."""

    @pytest.mark.parametrize("root", ["", "/s", "/s/", "s", "/é"])
    def test_odd_paths(self, root: str) -> None:
        def program(kit: Kit) -> list[Any]:
            app = make_app(kit)
            return [
                (path, query, ask(app, environ={**create_environ(), "PATH_INFO": wsgi(path),
                 "SCRIPT_NAME": wsgi(root), "QUERY_STRING": wsgi(query)}))
                for path in PATHS
                for query in ("", "a=1&b=%ff", "?", "é", "a b")
            ]  # fmt: skip

        assert_same(program)

    @pytest.mark.parametrize(
        "method", ["GET", "HEAD", "POST", "PUT", "OPTIONS", "TRACE", "BREW", "get", ""]
    )
    def test_odd_methods(self, method: str) -> None:
        def program(kit: Kit) -> list[Any]:
            app = make_app(kit)
            return [
                ask(app, environ={**create_environ(path), "REQUEST_METHOD": method})
                for path in ("/", "/a", "/b", "/x y", "/n/5", "/n/x", "/p/", "/nowhere/x")
            ]

        assert_same(program)

    @given(
        st.sampled_from(["http", "https", "HTTPS", "ftp"]),
        st.sampled_from(["80", "443", "8080", "", None]),
        st.sampled_from(
            [
                *["h.test", "h.test:80", "h.test:443", "h.test:8080", "H.TEST", "h.test.", None],
                *["[::1]", "h-1.test:65535", "bücher.test"],
            ]
        ),
        st.sampled_from(["s.test", "::1", "unix:/x", None]),
    )
    def test_odd_hosts(
        self, scheme: str, port: str | None, host: str | None, server: str | None
    ) -> None:
        environ = create_environ("/a")
        del environ["HTTP_HOST"], environ["SERVER_PORT"]
        environ |= {"wsgi.url_scheme": scheme, "SERVER_NAME": server}
        environ |= {} if port is None else {"SERVER_PORT": port}
        environ |= {} if host is None else {"HTTP_HOST": wsgi(host)}

        def program(kit: Kit) -> list[Any]:
            app = make_app(kit)
            return [ask(app, environ=environ.copy()) for _ in range(2)]

        assert_same(program)

    @pytest.mark.parametrize(
        "missing",
        ["PATH_INFO", "SCRIPT_NAME", "QUERY_STRING", "SERVER_NAME", "SERVER_PORT", "HTTP_HOST"],
    )
    def test_lacking(self, missing: str) -> None:
        environ = create_environ("/a?b=1")
        del environ[missing]
        assert_same(lambda kit: [ask(make_app(kit), environ=environ.copy())])


@pytest.mark.parametrize(
    "options",
    [
        {"query_string": "a=1&a=2&b=%C3%A9&c", "headers": HEADERS},
        {"query_string": "%ff=%zz&=&&a=b=c;d=e+f"},
        {"method": "POST", "data": {"a": "1", "b": ["2", "3"]}},
        {"method": "POST", "data": '{"a":1}', "content_type": "application/json"},
        {"method": "POST", "data": b"\xff\xfe", "content_type": "text/plain; charset=latin-1"},
        {"base_url": "https://h.test:8443/root/"},
        {"environ_overrides": {"REMOTE_USER": "ann", "REMOTE_ADDR": "9.9.9.9"}},
        {"headers": {"Authorization": "Bearer token"}},
        {"headers": {"Content-Length": "many"}},
        {"headers": {"X-Requested-With": "XMLHttpRequest", "Host": "h.test:80"}},
    ],
)
def test_every_member_reads_alike(options: dict[str, Any]) -> None:
    def program(kit: Kit) -> list[Any]:
        app = kit.make_app()
        app.add_url_rule("/x", "x", lambda: show_request(kit), methods=["GET", "POST"])
        return [ask(app, "/x", **options)]

    assert_same(program)


# Flask compares the limit of a field with all that it holds of the body, and takes None on a
# request for the app's limit.
LIMITS = list(itertools.product([None, 0, 10, 1000], [None, 0], [None, 0, 1]))
BODIES: list[dict[str, Any]] = [
    {"data": {"a": "1"}},
    {"data": {"a": "x" * 20, "b": "y"}},
    {"data": "raw" * 10},
    {"data": ""},
    {"data": {"a": "1", "b": "2"}, "content_type": "multipart/form-data"},
    {"data": {"a": "x" * 20}, "content_type": "multipart/form-data"},
]


@pytest.mark.parametrize("of", ["app", "request"])
def test_limits_refuse_the_same_bodies(of: str) -> None:
    """Q04."""
    environs = [
        create_environ("/read", method="POST", input_stream=None, **body) for body in BODIES
    ]
    contents = [environ["wsgi.input"].read() for environ in environs]

    def program(kit: Kit) -> list[Any]:
        answers = []
        for content_length, memory_size, parts in LIMITS:
            app = kit.make_app()
            limits = {
                "max_content_length": content_length,
                "max_form_memory_size": memory_size,
                "max_form_parts": parts,
            }
            if of == "app":
                app.config.update({name.upper(): limit for name, limit in limits.items()})

            @app.before_request
            def set_limits(limits: dict[str, Any] = limits) -> None:
                for name, limit in limits.items() if of == "request" else ():
                    if limit is not None:
                        setattr(kit.request, name, limit)

            @app.post("/read")
            def read(limits: dict[str, Any] = limits) -> Any:
                request = kit.request
                return [
                    [getattr(request, name) for name in limits],
                    outcome(lambda: sorted(request.form.items())),
                    outcome(lambda: len(request.get_data())),
                ]

            for environ, content in zip(environs, contents, strict=True):
                body = {"wsgi.input": io.BytesIO(content)}
                answers.append((limits, ask(app, environ={**environ, **body})))
        return answers

    assert_same(program)


@pytest.mark.parametrize("trap", [None, True, False])
@pytest.mark.parametrize("debug", [True, False])
def test_bad_requests_are_explained_alike(debug: bool, trap: bool | None) -> None:
    """Q02, Q03."""
    views = {
        "/args": lambda request: request.args["key"],
        "/form": lambda request: request.form["key"],
        "/headers": lambda request: request.headers["key"],
        "/cookies": lambda request: request.cookies["key"],
        "/json": lambda request: request.json,
        "/silent": lambda request: [
            request.get_json(silent=True),
            outcome(request.get_json, force=True),
            request.is_json,
        ],
    }
    asked: list[dict[str, Any]] = [
        {},
        {"data": {"a": "1"}},
        {"data": "{", "content_type": "application/json"},
        {"data": "{}", "content_type": "text/plain"},
        {"data": "{}", "content_type": "application/problem+json"},
        {"data": "", "content_type": "application/json"},
        {"data": b"\xff", "content_type": "application/json"},
        {"data": '"é"'.encode("utf-16"), "content_type": "application/json"},
        {"data": "1e5", "content_type": "APPLICATION/JSON"},
    ]

    def program(kit: Kit) -> list[Any]:
        app = kit.make_app()
        app.config.update(DEBUG=debug, TRAP_BAD_REQUEST_ERRORS=trap, PROPAGATE_EXCEPTIONS=False)
        for path, view in views.items():
            app.add_url_rule(
                path, path[1:], lambda view=view: view(kit.request), methods=["GET", "POST"]
            )
        return [
            (path, options, ask(app, path, method="POST", **options))
            for path in views
            for options in asked
        ]

    assert_same(program)
