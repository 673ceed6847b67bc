"""What happens with a session that is too large for its cookie."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import Client

from cruse_core import App, Response, session
from cruse_core.errors import SessionCookieError, SessionCookieWarning
from cruse_core.notices import be_lenient
from cruse_core.sessions import SecureCookieSessionInterface, SessionApp

# Random, so that compression does not help.
CART = secrets.token_hex(4000)


@pytest.fixture
def app(app: App) -> App:
    @app.route("/buy/<int:count>")
    def buy(count: int) -> str:
        session["user"] = 7
        session["cart"] = CART[:count]
        return "bought"

    return app


class TestOtherwise:
    def test_warning_names_the_keys_by_size(self, client: Client) -> None:
        with pytest.warns(SessionCookieWarning) as caught:
            response = client.get("/buy/6000")
        message = str(caught[0].message)
        header = response.headers["Set-Cookie"]
        assert message.startswith(
            f"The 'session' cookie is too large: it has {len(header)} bytes of 4093 that are"
        )
        assert "'cart' (6011 bytes), 'user' (10 bytes)." in message
        assert "Keep what is large in a database, and only its id in the session." in message
        assert len(caught) == 1
        assert caught[0].filename == __file__

    def test_cookie_is_sent_as_it_is(self, client: Client) -> None:
        with pytest.warns(SessionCookieWarning):
            client.get("/buy/6000")
        cookie = client.get_cookie("session")
        assert cookie is not None
        assert len(cookie.value) > 4093

    def test_small_session_is_fine(self, client: Client) -> None:
        assert client.get("/buy/100").text == "bought"

    def test_limit_is_the_apps(self, app: App, client: Client) -> None:
        app.config["MAX_COOKIE_SIZE"] = 100
        with pytest.warns(SessionCookieWarning, match="bytes of 100 that are allowed"):
            client.get("/buy/100")

    def test_no_limit_is_respected(self, app: App, client: Client) -> None:
        app.config["MAX_COOKIE_SIZE"] = 0
        app.debug = True
        assert client.get("/buy/6000").text == "bought"
        assert client.get_cookie("session") is not None

    def test_only_the_largest_keys_are_named(self, app: App, client: Client) -> None:
        @app.route("/many")
        def many() -> str:
            session.update({f"key{n}": CART[1000 * n :][: 900 + n] for n in range(8)})
            return ""

        with pytest.warns(SessionCookieWarning, match=r"'key7' .*'key3' \(9\d\d bytes\)\. Keep"):
            client.get("/many")

    def test_signature_of_ones_own_is_measured_too(self, app: App, client: Client) -> None:
        class Plain(SecureCookieSessionInterface):
            def get_signing_serializer(self, app: SessionApp) -> URLSafeTimedSerializer | None:
                return URLSafeTimedSerializer("other")

        app.session_interface = Plain()
        with pytest.warns(SessionCookieWarning, match=r"'cart' \(60\d\d bytes\), 'user'"):
            client.get("/buy/6000")
        assert client.get("/buy/100").text == "bought"

    @pytest.mark.filterwarnings("ignore:The 'session' cookie is too large. the value was")
    def test_response_of_ones_own_still_sets_it(self, app: App, client: Client) -> None:
        class Own(Response):
            def set_cookie(self, *args: Any, **kwargs: Any) -> None:
                super().set_cookie(*args, **kwargs)
                self.headers["X-Set"] = "yes"

        app.response_class = Own
        with pytest.warns(SessionCookieWarning, match="'cart'"):
            response = client.get("/buy/6000")
        assert response.headers["X-Set"] == "yes"


class TestInDebugMode:
    def test_error_reaches_the_developer(self, app: App, client: Client) -> None:
        app.debug = True
        with pytest.raises(SessionCookieError, match=r"'cart' \(6011 bytes\)") as caught:
            client.get("/buy/6000")
        assert isinstance(caught.value, ValueError)

    def test_error_page_is_sent_without_the_cookie(
        self, app: App, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        app.config.update(DEBUG=True, PROPAGATE_EXCEPTIONS=False)
        with caplog.at_level(logging.ERROR):
            response = client.get("/buy/6000")
        assert response.status_code == 500
        assert "Set-Cookie" not in response.headers
        assert "SessionCookieError" in caplog.text

    def test_app_goes_on_afterwards(self, app: App, client: Client) -> None:
        app.debug = True
        with pytest.raises(SessionCookieError):
            client.get("/buy/6000")
        assert client.get("/buy/10").text == "bought"


class TestWhereFlaskCounts:
    @pytest.fixture(autouse=True)
    def _lenient(self) -> Iterator[None]:
        be_lenient()
        yield
        be_lenient(False)

    def test_debug_mode_warns_as_flask_does(self, app: App, client: Client) -> None:
        app.debug = True
        with pytest.warns(UserWarning, match="'session' cookie is too large"):
            assert client.get("/buy/6000").text == "bought"
