"""Cruse and Flask set the same session cookies, and read each other's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock
from uuid import UUID

import flask
import pytest
from flask.sessions import SecureCookieSessionInterface as FlaskInterface
from flask_and_cruse import Kit, ask, assert_same, outcome
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from cruse_core.json_provider import DefaultJSONProvider
from cruse_core.requests import Request
from cruse_core.responses import Response
from cruse_core.sessions import SecureCookieSessionInterface

NOW = 1_700_000_000.75

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.text().map(Markup),
    st.binary(),
    st.uuids(),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner), st.lists(inner).map(tuple), st.dictionaries(st.text(), inner)
    ),
    max_leaves=8,
)
keys = st.one_of(st.text(), st.sampled_from([" t", " di", "_permanent", "user_id"]))
sessions = st.dictionaries(keys, values, max_size=6)
options = st.fixed_dictionaries(
    {
        "SESSION_COOKIE_DOMAIN": st.sampled_from([None, "", "example.com"]),
        "SESSION_COOKIE_PATH": st.sampled_from([None, "/a b", "/ä"]),
        "SESSION_COOKIE_HTTPONLY": st.booleans(),
        "SESSION_COOKIE_SECURE": st.booleans(),
        "SESSION_COOKIE_SAMESITE": st.sampled_from([None, "Lax", "strict"]),
        "SESSION_COOKIE_PARTITIONED": st.booleans(),
        "SESSION_REFRESH_EACH_REQUEST": st.booleans(),
        "SECRET_KEY": st.sampled_from(["a", b"\x00\xff", "ä" * 200]),
        "SECRET_KEY_FALLBACKS": st.sampled_from([None, [], ["b", b"c"]]),
        "PERMANENT_SESSION_LIFETIME": st.sampled_from([timedelta(0), timedelta(days=2)]),
    }
)


class FakeApp:
    """Cruse's side of a Flask app: the same settings."""

    debug = False
    response_class = Response

    def __init__(self, flask_app: flask.Flask) -> None:
        self.config: Any = flask_app.config
        self.secret_key = flask_app.secret_key
        self.permanent_session_lifetime = flask_app.permanent_session_lifetime
        self.json = DefaultJSONProvider(self)


def make_apps(**config: Any) -> tuple[flask.Flask, FakeApp]:
    flask_app = flask.Flask("flask_app")
    flask_app.config.update(config)
    return flask_app, FakeApp(flask_app)


def visit_flask(app: flask.Flask, cookie: str, change: Callable[[Any], object]) -> Any:
    with app.test_request_context(headers={"Cookie": cookie}) as ctx:
        session = FlaskInterface().open_session(app, ctx.request)
        assert session is not None
        before = dict(session)
        change(session)
        response = app.response_class()
        FlaskInterface().save_session(app, session, response)
        return before, session.modified, response.headers.to_wsgi_list()


def visit_cruse(app: FakeApp, cookie: str, change: Callable[[Any], object]) -> Any:
    session = SecureCookieSessionInterface().open_session(
        app, Request({"HTTP_COOKIE": cookie} if cookie else {})
    )
    assert session is not None
    before = dict(session)
    change(session)
    response = Response()
    SecureCookieSessionInterface().save_session(app, session, response)
    return before, session.modified, response.headers.to_wsgi_list()


@pytest.mark.filterwarnings("ignore:The 'session' cookie is too large")
@given(sessions, options, st.booleans(), st.sampled_from(["update", "clear", "look"]))
def test_cookie_is_the_same(
    values: dict[str, Any], config: dict[str, Any], accessed: bool, second: str
) -> None:
    flask_app, app = make_apps(**config)

    def write(session: Any) -> None:
        session.accessed = accessed
        session.update(values)

    def write_again(session: Any) -> None:
        session.accessed = accessed
        if second == "update":
            session.update(a=1)
        elif second == "clear":
            session.clear()

    with mock.patch("time.time", return_value=NOW):
        theirs, ours = visit_flask(flask_app, "", write), visit_cruse(app, "", write)
        assert without_date(ours) == without_date(theirs)
        cookie = dict(theirs[2]).get("Set-Cookie", "").partition(";")[0]
        theirs, ours = (
            visit_flask(flask_app, cookie, write_again),
            visit_cruse(app, cookie, write_again),
        )
        assert without_date(ours) == without_date(theirs)


def without_date(visit: Any) -> Any:
    """Leave out the expiry date: it is in whole seconds, and one may pass between two calls."""
    before, modified, headers = visit
    cut = [
        (name, [part for part in value.split("; ") if not part.startswith("Expires=")])
        for name, value in headers
    ]
    return before, modified, cut


@given(st.text(alphabet="._-Aa=é ", max_size=20), st.integers(0, 60), st.integers(0, 3))
def test_forged_cookie_is_refused_alike(noise: str, at: int, cut: int) -> None:
    flask_app, app = make_apps(SECRET_KEY="secret")
    headers = visit_cruse(app, "", lambda session: session.update(a=1))[2]
    cookie = dict(headers)["Set-Cookie"].partition(";")[0]
    forged = (cookie[:at] + noise + cookie[at + cut :]).encode().decode("latin-1")

    def look(session: Any) -> None: ...

    assert visit_cruse(app, forged, look)[0] == visit_flask(flask_app, forged, look)[0]


@pytest.mark.parametrize("age", [0, 2 * 24 * 3600, 2 * 24 * 3600 + 1, -1])
def test_age_is_judged_alike(age: int) -> None:
    flask_app, app = make_apps(SECRET_KEY="a", PERMANENT_SESSION_LIFETIME=timedelta(days=2))
    with mock.patch("time.time", return_value=NOW):
        headers = visit_flask(flask_app, "", lambda session: session.update(a=1))[2]
    cookie = dict(headers)["Set-Cookie"].partition(";")[0]
    with mock.patch("time.time", return_value=NOW + age):
        found = visit_cruse(app, cookie, lambda session: None)[0]
        assert found == visit_flask(flask_app, cookie, lambda session: None)[0]


@pytest.mark.parametrize(
    "attributes",
    [{"salt": "other"}, {"key_derivation": "concat"}, {"digest_method": hashlib.sha256}],
)
def test_unusual_signing_is_the_same(attributes: dict[str, Any]) -> None:
    flask_app, app = make_apps(SECRET_KEY="a")

    class Theirs(FlaskInterface):
        pass

    ours = SecureCookieSessionInterface()
    for name, value in attributes.items():
        setattr(Theirs, name, staticmethod(value) if callable(value) else value)
        setattr(ours, name, value)
    with mock.patch("time.time", return_value=NOW):
        theirs = Theirs().get_signing_serializer(flask_app)
        general = ours.get_signing_serializer(app)
        assert theirs is not None
        assert general is not None
        assert general.dumps({"a": (1,)}) == theirs.dumps({"a": (1,)})


ACTS: dict[str, Callable[[Any], object]] = {
    "get": lambda session: session.get("a"),
    "contains": lambda session: "a" in session,
    "length": len,
    "truth": bool,
    "items": lambda session: list(session.items()),
    "compare": lambda session: session == {},
    "set": lambda session: session.__setitem__("a", 1),
    "delete": lambda session: session.__delitem__("a"),
    "pop": lambda session: session.pop("a", None),
    "popitem": lambda session: session.popitem(),
    "setdefault": lambda session: session.setdefault("list", []),
    "nested": lambda session: session.setdefault("list", []).append(1),
    "clear": lambda session: session.clear(),
    "update": lambda session: session.update(
        t=(1, 2), b=b"x", u=UUID(int=1), d=datetime(2020, 1, 1, tzinfo=UTC), m=Markup("<b>")
    ),
    "large": lambda session: session.__setitem__("large", "ab" * 3000),
    "make permanent": lambda session: setattr(session, "permanent", True),
    "make temporary": lambda session: setattr(session, "permanent", False),
    "is permanent": lambda session: session.permanent,
    "mark modified": lambda session: setattr(session, "modified", True),
    "mark unmodified": lambda session: setattr(session, "modified", False),
    "mark unread": lambda session: setattr(session, "accessed", False),
    "flags": lambda session: [session.new, session.modified],
}
life_options = st.fixed_dictionaries(
    {},
    optional={
        "APPLICATION_ROOT": st.just("/app"),
        "MAX_COOKIE_SIZE": st.sampled_from([0, 20]),
        "PERMANENT_SESSION_LIFETIME": st.sampled_from([60, 0, timedelta(microseconds=5)]),
        "SECRET_KEY": st.sampled_from([b"\xff", "", None]),
        "SECRET_KEY_FALLBACKS": st.sampled_from([None, [], ["old"], ("old", b"x")]),
        "SESSION_COOKIE_DOMAIN": st.sampled_from(["shop.test", "", False]),
        "SESSION_COOKIE_HTTPONLY": st.just(False),
        "SESSION_COOKIE_NAME": st.sampled_from(["sid", "ü x"]),
        "SESSION_COOKIE_PARTITIONED": st.just(True),
        "SESSION_COOKIE_PATH": st.sampled_from(["/p", "", "a b"]),
        "SESSION_COOKIE_SAMESITE": st.sampled_from(["Lax", "sometimes"]),
        "SESSION_COOKIE_SECURE": st.just(True),
        "SESSION_REFRESH_EACH_REQUEST": st.just(False),
    },
)
visits = st.fixed_dictionaries(
    {
        "acts": st.lists(st.sampled_from(sorted(ACTS)), max_size=3),
        "later_seconds": st.sampled_from([0, 1, 59, 100_000]),
        "rotate": st.sampled_from([False, False, False, True]),
        "vary": st.sampled_from([None, None, "Accept", "Accept, cookie"]),
    }
)


def live(kit: Kit, config: dict[str, Any], visited: list[dict[str, Any]]) -> list[Any]:
    """Return the answers to a browser that keeps its cookie."""
    app = kit.make_app()
    app.config.update(config)
    now: dict[str, Any] = {}

    @app.route("/")
    def act() -> Any:
        done = [str(outcome(ACTS[name], kit.session)) for name in now["acts"]]
        response = kit.make_response(done)
        if now["vary"]:
            response.headers["Vary"] = now["vary"]
        return response

    answers = []
    cookie = ""
    seconds = NOW
    for visit in visited:
        now.update(visit)
        seconds += visit["later_seconds"]
        if visit["rotate"] and app.secret_key:
            app.config["SECRET_KEY_FALLBACKS"] = [app.secret_key]
            app.secret_key = "new"
        with mock.patch("time.time", return_value=seconds):
            answer = ask(app, headers={"Cookie": cookie} if cookie else {})
        # Both warn of a cookie that is too large; Cruse goes on in words of its own.
        *sent, warned = answer
        answers.append((*sent, [text.partition(":")[0] for text in warned]))
        for name, value in answer[1]:
            if name == "Set-Cookie":
                cookie = value.partition(";")[0]
    return answers


@given(life_options, st.lists(visits, min_size=1, max_size=6))
def test_session_lives_alike(config: dict[str, Any], visited: list[dict[str, Any]]) -> None:
    assert_same(lambda kit: live(kit, config, visited))


def make_interfaces(kit: Kit, calls: list[Any]) -> dict[str, Any]:
    """Return interfaces that extensions and apps might write."""
    base = kit.sessions.SecureCookieSessionInterface

    class MemorySession(dict[str, Any], kit.sessions.SessionMixin):
        pass

    class Memory(kit.sessions.SessionInterface):
        def open_session(self, app: Any, request: Any) -> Any:
            calls.append(("open", request.path, request.endpoint))
            return MemorySession(a=1)

        def save_session(self, app: Any, session: Any, response: Any) -> None:
            calls.append(("save", dict(session), response.status))
            response.headers["X-Saved"] = str(self.should_set_cookie(app, session))

    class Unavailable(Memory):
        def open_session(self, app: Any, request: Any) -> Any:
            super().open_session(app, request)

    class Counted(base):
        def open_session(self, app: Any, request: Any) -> Any:
            calls.append("open")
            return super().open_session(app, request)

        def save_session(self, *args: Any) -> None:
            calls.append("save")
            super().save_session(*args)

        def should_set_cookie(self, *args: Any) -> Any:
            calls.append("should set")
            return super().should_set_cookie(*args)

    class Chosen(base):
        salt = "other"
        key_derivation = "django-concat"
        digest_method = staticmethod(hashlib.sha256)

        def get_cookie_domain(self, app: Any) -> str:
            return "shop.test"

        def get_cookie_samesite(self, app: Any) -> str:
            return "Lax"

        def get_expiration_time(self, app: Any, session: Any) -> datetime:
            return datetime(2031, 1, 1, tzinfo=UTC)

    class NoSigner(base):
        def get_signing_serializer(self, app: Any) -> None:
            return None

    class PlainJSON(base):
        serializer = json

    return {
        cls.__name__: cls() for cls in (Memory, Unavailable, Counted, Chosen, NoSigner, PlainJSON)
    }


@pytest.mark.parametrize(
    "name", ["Memory", "Unavailable", "Counted", "Chosen", "NoSigner", "PlainJSON"]
)
@pytest.mark.parametrize("place", ["app", "class"])
def test_custom_interface_is_asked_alike(name: str, place: str) -> None:
    def program(kit: Kit) -> list[Any]:
        calls: list[Any] = []
        interface = make_interfaces(kit, calls)[name]
        if place == "class":
            app = kit.make_app(type("Own", (kit.App,), {"session_interface": interface}))
        else:
            app = kit.make_app()
            app.session_interface = interface
        app.add_url_rule("/read", "read", lambda: dict(kit.session))
        app.add_url_rule("/write", "write", lambda: str(kit.session.update(b=2)))
        app.add_url_rule("/clear", "clear", lambda: str(kit.session.clear()))
        app.add_url_rule("/fail", "fail", lambda: str(1 / 0))
        app.add_url_rule("/", "nothing", lambda: "nothing")
        answers = []
        cookie = ""
        for path in ("/", "/read", "/write", "/read", "/", "/clear", "/read", "/fail", "/nowhere"):
            answer = ask(app, path, headers={"Cookie": cookie} if cookie else {})
            answers.append((path, answer, calls.copy()))
            calls.clear()
            for header, value in answer[1] if isinstance(answer, tuple) else ():
                if header == "Set-Cookie":
                    cookie = value.partition(";")[0]
        return answers

    assert_same(program)
