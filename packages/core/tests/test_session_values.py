"""What a session can hold, and cookies that hold something else."""

from __future__ import annotations

import logging
import zlib
from typing import Any
from uuid import UUID

import pytest
from itsdangerous import TimestampSigner
from itsdangerous.encoding import base64_encode
from werkzeug.test import Client

from cruse_core import App, session
from cruse_core.errors import ConfigError, SessionValueError
from cruse_core.json_provider import DefaultJSONProvider
from cruse_core.json_tags import JSONTag, TaggedJSONSerializer
from cruse_core.sessions import SecureCookieSessionInterface


class OtherInterface(SecureCookieSessionInterface):
    """Signs through ItsDangerous."""

    class Serializer(TaggedJSONSerializer):
        """A serializer that is not quite the usual one."""

    serializer = Serializer()


@pytest.fixture(params=[SecureCookieSessionInterface, OtherInterface], autouse=True)
def _interface(app: App, request: pytest.FixtureRequest) -> None:
    app.session_interface = request.param()


def sign(payload: bytes) -> str:
    """Return a cookie that is signed as those of the app, whatever it holds."""
    signer = TimestampSigner("test", salt="cookie-session", key_derivation="hmac")
    return signer.sign(payload).decode()


class TestNonsense:
    @pytest.fixture(autouse=True)
    def _routes(self, app: App) -> None:
        @app.get("/read")
        def read() -> dict[str, Any]:
            return dict(session)

        @app.get("/write")
        def write() -> str:
            session["a"] = 1
            return ""

    @pytest.mark.parametrize(
        "document",
        [
            b"nonsense",
            b"",
            b"\xff\xfe",
            b"[1, 2]",
            b"7",
            b"null",
            b'"text"',
            b'{" u": "no UUID"}',
            b'{"a": {" u": 5}}',
            b'{"a": {" b": "x"}}',
            b'{" t": [1]}',
            b"[" * 2_000,
        ],
    )
    @pytest.mark.parametrize("pack", [bytes, zlib.compress])
    def test_with_the_right_signature_is_an_empty_session(
        self,
        app: App,
        client: Client,
        document: bytes,
        pack: Any,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        start = b"" if pack is bytes else b"."
        client.set_cookie("session", sign(start + base64_encode(pack(document))))
        with caplog.at_level(logging.DEBUG, "cruse_core"):
            assert client.get("/read").json == {}
        (record,) = caplog.records
        assert (record.name, record.levelname) == ("cruse_core", "DEBUG")
        assert "valid signature" in record.message
        client.get("/write")
        assert client.get("/read").json == {"a": 1}

    def test_that_is_not_packed_at_all_is_one_too(self, client: Client) -> None:
        for payload in (b"", b".", b"%%%", b".eJw"):
            client.set_cookie("session", sign(payload))
            assert client.get("/read").json == {}

    def test_does_not_hide_a_session(self, app: App, client: Client) -> None:
        client.get("/write")
        cookie = client.get_cookie("session")
        assert cookie is not None
        header = f"session={sign(base64_encode(b'[]'))}; session={cookie.value}"
        response = Client(app, use_cookies=False).get("/read", headers={"Cookie": header})
        assert response.json == {"a": 1}

    def test_of_an_unsigned_cookie_is_not_worth_a_word(
        self, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        client.set_cookie("session", "nonsense")
        with caplog.at_level(logging.DEBUG, "cruse_core"):
            assert client.get("/read").json == {}
        assert caplog.records == []


def store(app: App, client: Client, values: dict[Any, Any]) -> None:
    """Let a view put *values* into the session."""
    app.testing = True

    @app.get("/store")
    def view() -> str:
        session.update(values)
        return ""

    client.get("/store")


class TestValues:
    @pytest.mark.parametrize(
        ("stored", "name"),
        [
            ({"a": 1, "cart": object()}, "'cart', of the type object"),
            ({"a": 1, "deep": {"er": [object()]}}, "'deep', of the type dict"),
            ({"a": {1}}, "'a', of the type set"),
            ({"a": {("x", "y"): 1}}, "'a', of the type dict"),
            ({("x", "y"): 1}, r"\('x', 'y'\), of the type int"),
        ],
    )
    def test_error_names_session_key_and_what_can_be_stored(
        self, app: App, client: Client, stored: dict[Any, Any], name: str
    ) -> None:
        with pytest.raises(SessionValueError, match=rf"The session 'session'.*{name}") as caught:
            store(app, client, stored)
        assert isinstance(caught.value, TypeError)
        assert "UUID and Markup" in str(caught.value)
        assert "app.json" not in str(caught.value).replace(str(caught.value.__cause__), "")

    def test_advised_tag_brings_the_value_back(self, app: App, client: Client) -> None:
        class TagComplex(JSONTag):
            key = " c"

            def check(self, value: Any) -> bool:
                return isinstance(value, complex)

            def to_json(self, value: Any) -> Any:
                return [value.real, value.imag]

            def to_python(self, value: Any) -> Any:
                return complex(*value)

        interface: Any = app.session_interface
        interface.serializer = type(interface.serializer)()
        interface.serializer.register(TagComplex)
        app.add_url_rule("/read", "read", lambda: repr((session["z"], session["id"])))
        store(app, client, {"z": 1 + 2j, "id": UUID(int=1)})
        assert client.get("/read").text == repr((1 + 2j, UUID(int=1)))

    def test_error_of_a_whole_session_is_left_as_it_is(self, app: App, client: Client) -> None:
        class Provider(DefaultJSONProvider):
            def dumps(self, obj: Any, **kwargs: Any) -> str:
                if len(obj) > 1:
                    raise ZeroDivisionError
                return super().dumps(obj, **kwargs)

        app.json = Provider(app)
        with pytest.raises(ZeroDivisionError):
            store(app, client, {"a": 1, "b": 2})


class TestKeys:
    @pytest.mark.usefixtures("lenient")
    @pytest.mark.parametrize(
        ("name", "value"),
        [("SECRET_KEY", 12345), ("SECRET_KEY_FALLBACKS", "old"), ("SECRET_KEY_FALLBACKS", b"old")],
    )
    def test_of_another_type_open_no_session(
        self, app: App, client: Client, name: str, value: object
    ) -> None:
        app.config[name] = value
        app.testing = True
        app.add_url_rule("/", "index", lambda: dict(session))
        with pytest.raises(ConfigError, match=f"{name} is"):
            client.get("/")

    @pytest.mark.usefixtures("lenient")
    def test_character_of_a_fallback_forges_nothing(self, app: App, client: Client) -> None:
        app.config["SECRET_KEY_FALLBACKS"] = [""]
        app.add_url_rule("/", "index", lambda: dict(session))
        signer = TimestampSigner(b"", salt="cookie-session", key_derivation="hmac")
        client.set_cookie("session", signer.sign(base64_encode(b'{"admin":true}')).decode())
        assert client.get("/").json == {}
