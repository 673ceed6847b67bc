"""Cruse and Flask set the same session cookies, and read each other's."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

import flask
import pytest
from flask.sessions import SecureCookieSessionInterface as FlaskInterface
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
