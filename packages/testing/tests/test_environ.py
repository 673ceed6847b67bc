from __future__ import annotations

import datetime

import pytest

from cruse_testing import EnvironBuilder, TestingApp


def url_of(app: TestingApp, path: str = "/", **kwargs: str) -> str:
    with app.test_request_context(path, **kwargs) as ctx:
        return ctx.request.url


class TestURL:
    @pytest.mark.parametrize(
        ("path", "url"),
        [
            ("/", "http://localhost/"),
            ("", "http://localhost/"),
            ("rel", "http://localhost/rel"),
            ("/x?y=1", "http://localhost/x?y=1"),
            ("/x?y=a%20b", "http://localhost/x?y=a%20b"),
            ("/x?", "http://localhost/x"),
            ("https://h.org/x?y=1#f", "https://h.org/x?y=1"),
            ("//h.org/x", "http://h.org/x"),
            ("https:///x", "https://localhost/x"),
        ],
    )
    def test_starts_from_the_path(self, app: TestingApp, path: str, url: str) -> None:
        assert url_of(app, path) == url

    def test_starts_with_what_the_configuration_says(self, app: TestingApp) -> None:
        app.config.update(
            SERVER_NAME="shop.org:8000", APPLICATION_ROOT="/root/", PREFERRED_URL_SCHEME="https"
        )
        with app.test_request_context("/x", subdomain="www") as ctx:
            assert ctx.request.url == "https://www.shop.org:8000/root/x"
            assert ctx.request.root_path == "/root"

    def test_scheme_can_be_given(self, app: TestingApp) -> None:
        assert url_of(app, "/x", url_scheme="https") == "https://localhost/x"
        assert url_of(app, "http://h.org/x", url_scheme="https") == "http://h.org/x"

    def test_base_url_replaces_the_configuration(self, app: TestingApp) -> None:
        app.config["SERVER_NAME"] = "shop.org"
        assert url_of(app, "/x?y=1", base_url="https://h.org/sub") == "https://h.org/sub/x?y=1"

    @pytest.mark.parametrize("other", [{"subdomain": "www"}, {"url_scheme": "https"}])
    def test_base_url_excludes_its_own_parts(self, app: TestingApp, other: dict[str, str]) -> None:
        with pytest.raises(AssertionError, match="Leave out the one or the other"):
            EnvironBuilder(app, base_url="http://h.org", **other)


class TestJSON:
    def test_is_serialised_by_the_app(self, app: TestingApp) -> None:
        builder = EnvironBuilder(app, method="POST", json={"day": datetime.date(2020, 1, 1)})
        request = builder.get_request()
        assert request.get_json() == {"day": "Wed, 01 Jan 2020 00:00:00 GMT"}
        assert request.mimetype == "application/json"
