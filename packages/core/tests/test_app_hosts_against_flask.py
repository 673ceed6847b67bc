"""Cruse and Flask serve the same hosts, and build the same URLs for them."""

from __future__ import annotations

from typing import Any

import pytest
from flask_and_cruse import Kit, ask, assert_same, outcome
from werkzeug.test import create_environ

HOSTS = [
    "shop.test",
    "api.shop.test",
    "a.b.shop.test:8080",
    "localhost:5000",
    "127.0.0.1:99",
    "[::1]:80",
    "é.test",
    None,
]
SERVER_NAMES = [None, "shop.test", "Shop.test:8080", "localhost:5000"]
TRUSTED_HOSTS = [None, [], ["shop.test"], [".shop.test"], ["localhost"], ["127.0.0.1"]]


def make_environ(host: str | None, path: str) -> dict[str, Any]:
    environ = create_environ(path)
    del environ["HTTP_HOST"]
    if host is not None:
        environ["HTTP_HOST"] = host.encode().decode("latin-1")
    if path == "/mounted":
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = "/mounted", "/"
        environ["wsgi.url_scheme"] = "https"
    return environ


def ask_everywhere(kit: Kit, matching: str, config: dict[str, Any]) -> list[Any]:
    """Return what an app answers to each host, and which URLs it builds outside of requests."""
    app = kit.make_app(host_matching=matching == "host", subdomain_matching=matching == "subdomain")
    app.config.update(config)

    def show(**values: str) -> Any:
        request = kit.request
        kit.session["seen"] = True
        return {
            "values": values,
            "request": [request.host, request.url, request.root_path, request.url_root],
            "trusted": request.trusted_hosts,
            "built": [
                outcome(kit.url_for, "home", _external=True),
                outcome(kit.url_for, "inner"),
                outcome(kit.url_for, "home", _scheme="https"),
            ],
        }

    places: dict[str, tuple[dict[str, str], dict[str, str]]] = {
        "no": ({}, {}),
        "subdomain": ({"subdomain": "api"}, {"subdomain": "<name>"}),
        "host": ({"host": "<name>.shop.test"}, {"host": "<name>"}),
    }
    inner, variable = places[matching]
    app.add_url_rule("/", "home", show, **({"host": "shop.test"} if matching == "host" else {}))
    app.add_url_rule("/inner", "inner", show, **inner)
    app.add_url_rule("/variable", "variable", show, **variable)

    def build(**options: Any) -> str:
        with app.app_context():
            return str(kit.url_for("home", **options))

    def read(**options: Any) -> str:
        with app.test_request_context("/x?y=1", **options) as ctx:
            return str(ctx.request.url)

    answers = [
        (host, path, ask(app, environ=make_environ(host, path)))
        for host in HOSTS
        for path in ("/", "/inner", "/variable", "/mounted", "/nowhere")
    ]
    answers += [outcome(build, **options) for options in ({}, {"_external": False})]
    answers += [outcome(build, _scheme="https"), outcome(build, _scheme="x", _external=False)]
    return [*answers, outcome(read), outcome(read, subdomain="api", url_scheme="https")]


class TestSettings:
    """R11, R12, R13 and the settings that say where an app is."""

    @pytest.mark.parametrize("trusted_hosts", TRUSTED_HOSTS)
    @pytest.mark.parametrize("server_name", SERVER_NAMES)
    @pytest.mark.parametrize("matching", ["no", "subdomain", "host"])
    def test_server_name_and_trusted_hosts(
        self, matching: str, server_name: str | None, trusted_hosts: list[str] | None
    ) -> None:
        config = {"SERVER_NAME": server_name, "TRUSTED_HOSTS": trusted_hosts}
        assert_same(lambda kit: ask_everywhere(kit, matching, config))

    @pytest.mark.parametrize("scheme", ["http", "https"])
    @pytest.mark.parametrize("root", ["/", "/root", "/root/", "root"])
    @pytest.mark.parametrize("server_name", [None, "shop.test", "shop.test:80"])
    def test_application_root_and_preferred_url_scheme(
        self, server_name: str | None, root: str, scheme: str
    ) -> None:
        config = {
            "SERVER_NAME": server_name,
            "APPLICATION_ROOT": root,
            "PREFERRED_URL_SCHEME": scheme,
        }
        assert_same(lambda kit: ask_everywhere(kit, "no", config))
