"""Sessions in cookies, and how they are opened and saved."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from itsdangerous import URLSafeTimedSerializer

from cruse_core.errors import SecretKeyError, SessionCookieWarning
from cruse_core.json_provider import DefaultJSONProvider
from cruse_core.json_tags import TaggedJSONSerializer
from cruse_core.requests import Request
from cruse_core.responses import Response
from cruse_core.sessions import (
    NullSession,
    SecureCookieSession,
    SecureCookieSessionInterface,
    SessionInterface,
    SessionMixin,
    session_json_serializer,
)

DEFAULTS: dict[str, Any] = {
    "SECRET_KEY_FALLBACKS": None,
    "APPLICATION_ROOT": "/",
    "SESSION_COOKIE_NAME": "session",
    "SESSION_COOKIE_DOMAIN": None,
    "SESSION_COOKIE_PATH": None,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SECURE": False,
    "SESSION_COOKIE_SAMESITE": None,
    "SESSION_COOKIE_PARTITIONED": False,
    "SESSION_REFRESH_EACH_REQUEST": True,
}


class FakeApp:
    """As much of an app as a session needs."""

    debug = False
    response_class = Response

    def __init__(self, secret_key: str | bytes | None = "secret") -> None:
        self.config = DEFAULTS.copy()
        self.secret_key = secret_key
        self.permanent_session_lifetime = timedelta(days=31)
        self.json = DefaultJSONProvider(self)


class Browser:
    """Keeps one cookie between requests to an app."""

    def __init__(self, app: FakeApp, interface: SessionInterface) -> None:
        self.app = app
        self.interface = interface
        self.header = ""

    @property
    def request(self) -> Request:
        return Request({"HTTP_COOKIE": self.header} if self.header else {})

    def open(self) -> SessionMixin:
        session = self.interface.open_session(self.app, self.request)
        assert session is not None
        return session

    def visit(self, change: Callable[[Any], object] | None = None) -> Response:
        """Open the session, run *change* on it as a view would, and save it."""
        session = self.open()
        if change is not None:
            session.accessed = True
            change(session)
        response = Response()
        self.interface.save_session(self.app, session, response)
        for header in response.headers.getlist("Set-Cookie"):
            self.header = header.partition(";")[0]
        return response


@pytest.fixture
def app() -> FakeApp:
    return FakeApp()


@pytest.fixture
def interface() -> SecureCookieSessionInterface:
    return SecureCookieSessionInterface()


@pytest.fixture
def browser(app: FakeApp, interface: SecureCookieSessionInterface) -> Browser:
    return Browser(app, interface)


def set_cookie(response: Response) -> str:
    [header] = response.headers.getlist("Set-Cookie")
    return header


def cookie_options(response: Response) -> str:
    return set_cookie(response).partition("; ")[2]


class TestSecureCookieSession:
    @pytest.mark.parametrize(
        "change",
        [
            lambda s: s.__setitem__("b", 1),
            lambda s: s.__delitem__("a"),
            lambda s: s.setdefault("b"),
            lambda s: s.pop("a"),
            lambda s: s.popitem(),
            lambda s: s.update(),
            lambda s: s.update({"b": 1}, c=2),
            lambda s: s.__ior__({"b": 1}),
            lambda s: s.clear(),
            lambda s: setattr(s, "permanent", False),
        ],
    )
    def test_change_is_noticed(self, change: Callable[[SecureCookieSession], object]) -> None:
        session = SecureCookieSession({"a": 1})
        assert not session.modified
        change(session)
        assert session.modified

    @pytest.mark.parametrize(
        "look",
        [
            lambda s: s["a"],
            lambda s: s.setdefault("a", 2),
            lambda s: s.pop("b", None),
            lambda s: s | {"b": 1},
            lambda s: s.permanent,
        ],
    )
    def test_look_is_no_change(self, look: Callable[[SecureCookieSession], object]) -> None:
        session = SecureCookieSession({"a": 1})
        look(session)
        assert not session.modified
        assert session == {"a": 1}

    def test_failed_change_is_no_change(self) -> None:
        session = SecureCookieSession()
        with pytest.raises(KeyError):
            session.pop("b")
        with pytest.raises(KeyError):
            del session["b"]
        with pytest.raises(KeyError):
            session.popitem()
        assert not session.modified

    def test_is_a_dict_and_a_session(self) -> None:
        session = SecureCookieSession()
        assert isinstance(session, dict)
        assert isinstance(session, SessionMixin)
        session |= {"a": 1}
        assert repr(session) == "<SecureCookieSession {'a': 1}>"
        assert session.pop("a") == 1

    def test_permanent_is_an_item(self) -> None:
        session = SecureCookieSession()
        session.permanent = True
        assert session == {"_permanent": True}
        assert session.permanent


class TestNullSession:
    def test_can_be_read(self) -> None:
        session = NullSession()
        assert session.get("a") is None
        assert "a" not in session

    @pytest.mark.parametrize(
        "write",
        [
            lambda s: s.__setitem__("b", 1),
            lambda s: s.__delitem__("a"),
            lambda s: s.setdefault("b"),
            lambda s: s.pop("a"),
            lambda s: s.popitem(),
            lambda s: s.update(a=1),
            lambda s: s.__ior__({"b": 1}),
            lambda s: s.clear(),
            lambda s: setattr(s, "permanent", True),
        ],
    )
    def test_write_says_how_to_set_a_key(self, write: Callable[[NullSession], object]) -> None:
        with pytest.raises(SecretKeyError, match=r"session is unavailable.*Set app\.secret_key"):
            write(NullSession())


class TestSessionInterface:
    def test_is_abstract(self, app: FakeApp) -> None:
        interface = SessionInterface()
        with pytest.raises(NotImplementedError):
            interface.open_session(app, Request({}))
        with pytest.raises(NotImplementedError):
            interface.save_session(app, SecureCookieSession(), Response())

    def test_null_session(self, app: FakeApp) -> None:
        interface = SessionInterface()
        session = interface.make_null_session(app)
        assert interface.is_null_session(session)
        assert not interface.is_null_session(SecureCookieSession())
        assert not interface.needs_saving_unread(app, Request({}))
        assert not interface.opens_when_read


class TestOpenSession:
    def test_no_secret_key_no_session(self, browser: Browser, app: FakeApp) -> None:
        app.secret_key = None
        assert browser.interface.open_session(app, browser.request) is None

    def test_values_come_back(self, browser: Browser) -> None:
        values = {"a": (1, b"2"), "b": "text", "c": {" t": [1]}}
        browser.visit(lambda session: session.update(values))
        session = browser.open()
        assert session == values
        assert not session.modified

    @pytest.mark.parametrize("cookie", ["session=a.b.c", "session=", "other=1"])
    def test_invalid_cookie_gives_an_empty_session(self, browser: Browser, cookie: str) -> None:
        browser.header = cookie
        assert browser.open() == {}

    def test_cookie_expires(self, browser: Browser, app: FakeApp) -> None:
        browser.visit(lambda session: session.update(a=1))
        app.permanent_session_lifetime = timedelta(seconds=-1)
        assert browser.open() == {}

    def test_changed_key_counts_at_once(self, browser: Browser, app: FakeApp) -> None:
        browser.visit(lambda session: session.update(a=1))
        app.secret_key = "other"
        assert browser.open() == {}
        app.config["SECRET_KEY_FALLBACKS"] = ["secret"]
        assert browser.open() == {"a": 1}
        browser.visit(lambda session: session.update(a=2))
        app.config["SECRET_KEY_FALLBACKS"].clear()
        assert browser.open() == {"a": 2}

    def test_custom_provider_reads_and_writes(self, browser: Browser, app: FakeApp) -> None:
        class Provider(DefaultJSONProvider):
            def dumps(self, obj: Any, **kwargs: Any) -> str:
                return super().dumps(obj, **kwargs)[::-1]

            def loads(self, s: str | bytes, **kwargs: Any) -> Any:
                return super().loads(s[::-1], **kwargs)

        app.json = Provider(app)
        browser.visit(lambda session: session.update(a=(1,)))
        assert browser.open() == {"a": (1,)}


class TestSaveSession:
    def test_untouched_session_adds_no_header(self, browser: Browser) -> None:
        headers = browser.visit().headers
        assert "Set-Cookie" not in headers
        assert "Vary" not in headers

    def test_read_session_varies(self, browser: Browser) -> None:
        response = browser.visit(lambda session: session.get("a"))
        assert response.headers["Vary"] == "Cookie"
        assert "Set-Cookie" not in response.headers

    def test_vary_keeps_what_is_there(self, browser: Browser) -> None:
        response = Response(headers={"Vary": "Accept"})
        session = browser.open()
        session.accessed = True
        browser.interface.save_session(browser.app, session, response)
        assert response.headers["Vary"] == "Accept, Cookie"

    def test_default_options(self, browser: Browser) -> None:
        response = browser.visit(lambda session: session.update(a=1))
        assert cookie_options(response) == "HttpOnly; Path=/"
        assert response.headers["Vary"] == "Cookie"

    def test_name_outside_of_ascii_is_sent_in_utf8(self, browser: Browser, app: FakeApp) -> None:
        app.config["SESSION_COOKIE_NAME"] = "küche"
        response = browser.visit(lambda session: session.update(a=1))
        assert set_cookie(response).startswith("küche=".encode().decode("latin-1"))
        assert cookie_options(response) == "HttpOnly; Path=/"

        def keep(session: SecureCookieSession) -> None:
            session.permanent = True

        response = browser.visit(keep)
        assert cookie_options(response).startswith("Expires=")
        assert "küche" not in set_cookie(response)

    def test_all_options(self, browser: Browser, app: FakeApp) -> None:
        app.config.update(
            SESSION_COOKIE_NAME="other",
            SESSION_COOKIE_DOMAIN="example.com",
            SESSION_COOKIE_PATH="/a b",
            SESSION_COOKIE_HTTPONLY=False,
            SESSION_COOKIE_SECURE=True,
            SESSION_COOKIE_SAMESITE="lax",
            SESSION_COOKIE_PARTITIONED=True,
        )
        response = browser.visit(lambda session: session.update(a=1))
        options = "Secure; Path=/a%20b; SameSite=Lax; Partitioned"
        assert cookie_options(response) == f"Domain=example.com; {options}"
        assert browser.open() == {"a": 1}
        response = browser.visit(lambda session: session.clear())
        assert set_cookie(response) == (
            "other=; Domain=example.com; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; "
            + options
        )

    def test_changed_options_count_at_once(self, browser: Browser, app: FakeApp) -> None:
        browser.visit(lambda session: session.update(a=1))
        app.config["SESSION_COOKIE_SECURE"] = True
        response = browser.visit(lambda session: session.update(a=1))
        assert cookie_options(response) == "Secure; HttpOnly; Path=/"

    def test_path_falls_back_to_the_application_root(self, browser: Browser, app: FakeApp) -> None:
        app.config["APPLICATION_ROOT"] = "/shop"
        response = browser.visit(lambda session: session.update(a=1))
        assert cookie_options(response).endswith("Path=/shop")

    def test_permanent_session_expires_later(self, browser: Browser) -> None:
        response = browser.visit(lambda session: setattr(session, "permanent", True))
        assert cookie_options(response).startswith("Expires=")
        assert cookie_options(response).endswith(" GMT; HttpOnly; Path=/")

    def test_permanent_session_is_refreshed(self, browser: Browser, app: FakeApp) -> None:
        browser.visit(lambda session: setattr(session, "permanent", True))
        response = browser.visit()
        assert [name for name, _ in response.headers][-2:] == ["Set-Cookie", "Vary"]
        app.config["SESSION_REFRESH_EACH_REQUEST"] = False
        assert "Set-Cookie" not in browser.visit().headers

    def test_session_that_notices_the_refresh_itself_varies(
        self, app: FakeApp, interface: SecureCookieSessionInterface
    ) -> None:
        class NoticingSession(SecureCookieSession):
            def get(self, key: str, default: Any = None) -> Any:
                self.accessed = True
                return super().get(key, default)

        response = Response()
        interface.save_session(app, NoticingSession({"_permanent": True}), response)
        assert response.headers["Vary"] == "Cookie"

    def test_emptied_session_deletes_the_cookie(self, browser: Browser) -> None:
        browser.visit(lambda session: session.update(a=1))
        response = browser.visit(lambda session: session.clear())
        assert set_cookie(response).startswith("session=; Expires=Thu, 01 Jan 1970")
        assert response.headers["Vary"] == "Cookie"

    def test_large_cookie_warns(self, browser: Browser) -> None:
        text = "".join(chr(33 + i * i * 7 % 90) for i in range(9000))
        with pytest.warns(SessionCookieWarning, match="'session' cookie is too large"):
            browser.visit(
                lambda session: session.update(
                    a=[hashlib.sha512(text[i:].encode()).hexdigest() for i in range(70)]
                )
            )

    def test_response_class_may_set_cookies_itself(
        self, app: FakeApp, interface: SecureCookieSessionInterface
    ) -> None:
        class OtherResponse(Response):
            def set_cookie(self, key: str, *args: Any, **kwargs: Any) -> None:
                self.headers["X-Cookie"] = key

        response = OtherResponse()
        interface.save_session(app, _changed({"a": 1}), response)
        assert response.headers["X-Cookie"] == "session"

    def test_session_may_be_any_mapping(
        self, app: FakeApp, interface: SecureCookieSessionInterface
    ) -> None:
        class ListSession(SessionMixin):
            def __init__(self) -> None:
                self.items_ = [("a", 1)]

            def __getitem__(self, key: str) -> Any:
                return dict(self.items_)[key]

            def __setitem__(self, key: str, value: Any) -> None: ...
            def __delitem__(self, key: str) -> None: ...
            def __iter__(self) -> Any:
                return (key for key, _ in self.items_)

            def __len__(self) -> int:
                return len(self.items_)

        response = Response()
        interface.save_session(app, ListSession(), response)
        browser = Browser(app, interface)
        browser.header = set_cookie(response).partition(";")[0]
        assert browser.open() == {"a": 1}


def _changed(values: dict[str, Any]) -> SecureCookieSession:
    session = SecureCookieSession(values)
    session.modified = True
    return session


class TestUnusualSigning:
    """What is out of the ordinary is signed by ItsDangerous itself."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("salt", "other"),
            ("key_derivation", "django-concat"),
            ("digest_method", hashlib.sha512),
            ("serializer", TaggedJSONSerializer(default=str)),
        ],
    )
    def test_attribute_is_honoured(self, browser: Browser, name: str, value: Any) -> None:
        browser.visit(lambda session: session.update(a=(1,)))
        setattr(browser.interface, name, value)
        assert browser.open() == ({"a": (1,)} if name == "serializer" else {})
        browser.visit(lambda session: session.update(a=(2,)))
        assert browser.open() == {"a": (2,)}

    def test_serializer_with_tags_uses_the_provider(self, browser: Browser, app: FakeApp) -> None:
        class Serializer(TaggedJSONSerializer):
            pass

        app.json.default = lambda value: "default"
        browser.interface.serializer = Serializer()  # type: ignore[attr-defined]  # of the subclass
        browser.visit(lambda session: session.update(a=(1j,)))
        assert browser.open() == {"a": ("default",)}

    def test_serializer_of_another_kind(self, browser: Browser) -> None:
        class Reversed:
            def dumps(self, value: Any) -> str:
                return repr(value)[::-1]

            def loads(self, text: str) -> Any:
                return {"seen": text[::-1]}

        browser.interface.serializer = Reversed()  # type: ignore[attr-defined]  # of the subclass
        browser.visit(lambda session: session.update(a=1))
        assert browser.open() == {"seen": "{'a': 1}"}

    def test_serializer_that_overrides_loads(self, browser: Browser) -> None:
        class Serializer(TaggedJSONSerializer):
            def loads(self, value: str) -> Any:
                return {"seen": value}

        browser.interface.serializer = Serializer()  # type: ignore[attr-defined]  # of the subclass
        browser.visit(lambda session: session.update(a=1))
        assert browser.open() == {"seen": '{"a":1}'}

    @pytest.mark.parametrize("as_subclass", [True, False])
    def test_overridden_get_signing_serializer(self, app: FakeApp, as_subclass: bool) -> None:
        def get_signing_serializer(app: object) -> URLSafeTimedSerializer:
            return URLSafeTimedSerializer("own key")

        interface: Any
        if as_subclass:

            class Interface(SecureCookieSessionInterface):
                def get_signing_serializer(self, app: Any) -> URLSafeTimedSerializer:
                    return get_signing_serializer(app)

            interface = Interface()
        else:
            interface = SecureCookieSessionInterface()
            interface.get_signing_serializer = get_signing_serializer
        browser = Browser(app, interface)
        response = browser.visit(lambda session: session.update(a=1))
        cookie = set_cookie(response).partition(";")[0].removeprefix("session=")
        assert get_signing_serializer(app).loads(cookie) == {"a": 1}
        assert browser.open() == {"a": 1}


class TestOpensWhenRead:
    def test_by_default(self) -> None:
        class Renamed(SecureCookieSessionInterface):
            def get_cookie_name(self, app: Any) -> str:
                return "renamed"

        assert SecureCookieSessionInterface().opens_when_read
        assert Renamed().opens_when_read

    def test_not_if_a_subclass_overrides_a_step(self) -> None:
        class Logged(SecureCookieSessionInterface):
            def open_session(self, app: Any, request: Request) -> SecureCookieSession | None:
                return super().open_session(app, request)

        class Derived(Logged):
            pass

        assert not Logged().opens_when_read
        assert not Derived().opens_when_read

    def test_not_if_a_step_is_replaced_on_the_instance(self) -> None:
        interface = SecureCookieSessionInterface()
        interface.salt = "other"
        assert interface.opens_when_read
        with mock.patch.object(interface, "save_session"):
            assert not interface.opens_when_read
        assert SecureCookieSessionInterface().opens_when_read


class TestNeedsSavingUnread:
    def test_permanent_session_to_be_refreshed(self, browser: Browser, app: FakeApp) -> None:
        interface = browser.interface
        assert not interface.needs_saving_unread(app, browser.request)
        browser.visit(lambda session: session.update(a=1))
        assert not interface.needs_saving_unread(app, browser.request)
        browser.visit(lambda session: setattr(session, "permanent", True))
        assert interface.needs_saving_unread(app, browser.request)
        app.config["SESSION_REFRESH_EACH_REQUEST"] = False
        assert not interface.needs_saving_unread(app, browser.request)


class TestSigningSerializer:
    def test_needs_a_key(self, interface: SecureCookieSessionInterface) -> None:
        assert interface.get_signing_serializer(FakeApp(None)) is None

    def test_shared_serializer_takes_new_tags(self) -> None:
        assert SecureCookieSessionInterface().serializer is session_json_serializer

    def test_works_without_warnings(self, browser: Browser, app: FakeApp) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            browser.visit(lambda session: session.update(a=1))
