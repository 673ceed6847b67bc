"""`cruse check` on the whole framework: a hardened program, ways to spoil it, and the examples."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HARDENED = {
    "shop.py": """
        from cruse import Blueprint, Cruse, render_template, session
        from werkzeug.middleware.proxy_fix import ProxyFix

        app = Cruse(__name__)
        app.config.update(
            SECRET_KEY="kP2vX9qLw4Zt7RmB1sYd6GhJ",
            SESSION_COOKIE_SECURE=True,
            SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Lax",
            TRUSTED_HOSTS=["shop.example"],
            MAX_CONTENT_LENGTH=1_000_000,
        )
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)

        orders = Blueprint(
            "orders",
            __name__,
            url_prefix="/orders",
            static_folder="order_files",
            template_folder="order_pages",
        )


        @app.get("/")
        def index() -> str:
            session["visits"] = session.get("visits", 0) + 1
            return render_template("index.html")


        @app.get("/articles/<uuid:key>")
        def article(key: object) -> str:
            return str(key)


        @app.get("/articles/<name>")
        def search(name: str) -> str:
            return name


        @orders.route("/", methods=["GET", "POST"])
        def listing() -> str:
            return "No orders"


        app.register_blueprint(orders)
        """,
    "order_files/order.css": "",
    "order_pages/order.html": "",
    "static/shop.css": "",
    "templates/index.html": "Shop",
}

# What is added to the end of the program, or set in its environment, and what is found then.
SPOILT: list[tuple[str, str, dict[str, str], str]] = [
    ("default key", 'app.secret_key = "change-me"', {}, "security.secret_key_default"),
    ("weak key", 'app.secret_key = "Tr0ub4dor&3"', {}, "security.secret_key_weak"),
    ("debug mode", "app.debug = True", {}, "security.debug"),
    (
        "cookie over HTTP",
        'app.config["SESSION_COOKIE_SECURE"] = False',
        {},
        "security.session_cookie_secure",
    ),
    (
        "cookie for scripts",
        'app.config["SESSION_COOKIE_HTTPONLY"] = False',
        {},
        "security.session_cookie_httponly",
    ),
    (
        "cookie for other sites",
        'app.config["SESSION_COOKIE_SAMESITE"] = None',
        {},
        "security.session_cookie_samesite",
    ),
    ("any host", 'app.config["TRUSTED_HOSTS"] = None', {}, "security.trusted_hosts"),
    ("any body", 'app.config["MAX_CONTENT_LENGTH"] = None', {}, "security.body_limit"),
    (
        "debugger for the network",
        "",
        {"CRUSE_DEBUG": "1", "CRUSE_RUN_HOST": "0.0.0.0"},
        "security.debugger_exposed",
    ),
    ("no proxy fix", "del app.wsgi_app", {"FORWARDED_ALLOW_IPS": "*"}, "security.proxy_fix"),
    ("duplicate route", 'app.add_url_rule("/", "again", index)', {}, "routes.duplicate"),
    (
        "shadowed route",
        'app.add_url_rule("/articles/<any(red, blue):colour>", "colour", lambda colour: colour)',
        {},
        "routes.shadowed",
    ),
    ("no static folder", 'orders.static_folder = "missing"', {}, "folders.static_missing"),
    (
        "no template folder",
        'app.register_blueprint(Blueprint("x", __name__, template_folder="missing"))',
        {},
        "folders.templates_missing",
    ),
    (
        "empty blueprint",
        'app.register_blueprint(Blueprint("x", __name__))',
        {},
        "blueprints.empty",
    ),
    ("size in words", 'app.config["MAX_CONTENT_LENGTH"] = "16MB"', {}, "settings.type"),
    (
        "key that repeats",
        'app.secret_key = "k3v9Zt7RmB" * 4',
        {},
        "security.secret_key_weak",
    ),
    (
        "key made at start",
        "import secrets; app.secret_key = secrets.token_hex()",
        {},
        "security.secret_key_made_at_start",
    ),
    (
        "removed setting",
        'app.config["JSON_SORT_KEYS"] = False',
        {},
        "settings.removed",
    ),
    (
        "server name with scheme",
        'app.config["SERVER_NAME"] = "https://shop.example"',
        {},
        "settings.server_name",
    ),
    (
        "root without slash",
        'app.config["APPLICATION_ROOT"] = "shop"',
        {},
        "settings.application_root",
    ),
    (
        "scheme with more",
        'app.config["PREFERRED_URL_SCHEME"] = "https://"',
        {},
        "settings.url_scheme",
    ),
    (
        "cookie with prefix and domain",
        'app.config.update(SESSION_COOKIE_NAME="__Host-s", SESSION_COOKIE_DOMAIN="shop.example")',
        {},
        "settings.session_cookie",
    ),
    (
        "cookie for a top-level domain",
        'app.config["SESSION_COOKIE_DOMAIN"] = "com"',
        {},
        "security.session_cookie_domain",
    ),
    ("star for a host", 'app.config["TRUSTED_HOSTS"] = ["*"]', {}, "settings.trusted_hosts"),
    (
        "top-level domain as a host",
        'app.config["TRUSTED_HOSTS"] = [".com"]',
        {},
        "security.trusted_hosts_shared",
    ),
    ("mode for tests", "app.testing = True", {}, "security.testing"),
    (
        "errors for the server",
        'app.config["PROPAGATE_EXCEPTIONS"] = True',
        {},
        "security.propagate_exceptions",
    ),
    (
        "templates read again",
        'app.config["TEMPLATES_AUTO_RELOAD"] = True',
        {},
        "security.templates_auto_reload",
    ),
    ("no escaping", "app.jinja_env.autoescape = False", {}, "security.autoescape"),
    (
        "debugger around the app",
        "from werkzeug.debug import DebuggedApplication\n"
        "app.wsgi_app = DebuggedApplication(app.wsgi_app, evalex=True)",
        {},
        "security.debugger_around_app",
    ),
    (
        "many proxies",
        "app.wsgi_app = ProxyFix(app.wsgi_app, x_for=3)",
        {},
        "security.proxy_fix_depth",
    ),
    ("code as static files", 'orders.static_folder = "."', {}, "security.static_folder"),
    (
        "rule for a subdomain",
        'app.add_url_rule("/", "api", index, subdomain="api")',
        {},
        "routes.subdomain_unmatched",
    ),
    (
        "rule for a host",
        'app.add_url_rule("/admin", "admin", index, host="admin.shop.example")',
        {},
        "routes.host_ignored",
    ),
]

EXAMPLES = Path(__file__).parents[1] / "examples"

# What a program need not have set yet while nobody comes.
NOT_SET = {
    "security.body_limit",
    "security.proxy_fix",
    "security.secret_key_missing",
    "security.session_cookie_samesite",
    "security.session_cookie_secure",
    "security.trusted_hosts",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The file of the hardened program, with everything it needs."""
    for name, text in HARDENED.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(line.removeprefix(" " * 8) for line in text.splitlines()))
    return tmp_path / "shop.py"


def check(shop: Path, *args: str, **variables: str) -> tuple[int, list[dict[str, Any]]]:
    """Run `cruse check` in a process of its own; return its status and what it found."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("CRUSE_", "FORWARDED_"))}
    # A route that is registered twice may be told of while the program is loaded, too.
    command = [sys.executable, "-W", "ignore", "-m", "cruse_cli", "--app", shop.name, "check"]
    result = subprocess.run(
        [*command, "--json", *args],
        cwd=shop.parent,
        env={**env, **variables},
        capture_output=True,
        text=True,
    )
    assert result.stderr == ""
    return result.returncode, json.loads(result.stdout)


def lines_with(path: Path, text: str) -> Iterator[str]:
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if text in line:
            yield f"{path}:{number}"


class TestHardenedProgram:
    @pytest.mark.parametrize("args", [(), ("--deploy",), ("--deploy", "--fail-level", "debug")])
    def test_gives_no_finding(self, shop: Path, args: tuple[str, ...]) -> None:
        assert check(shop, *args) == (0, [])


class TestSpoiltProgram:
    @pytest.mark.parametrize(
        ("source", "variables", "id"),
        [pytest.param(*row[1:], id=row[0].replace(" ", "-")) for row in SPOILT],
    )
    def test_each_gives_its_finding_alone_and_fails(
        self, shop: Path, source: str, variables: dict[str, str], id: str
    ) -> None:
        with shop.open("a") as file:
            file.write(f"\n{source}\n")
        status, findings = check(shop, "--deploy", **variables)
        assert [finding["id"] for finding in findings] == [id]
        assert status == 1
        (finding,) = findings
        assert set(finding) == {"id", "severity", "message", "place", "remedy"}
        assert all(finding.values())

    def test_places_of_code_are_file_and_line(self, shop: Path) -> None:
        with shop.open("a") as file:
            file.write('\napp.register_blueprint(Blueprint("empty", __name__))\n')
            file.write('app.add_url_rule("/", "again", search)\n')
        _, findings = check(shop)
        places = [finding["place"] for finding in findings]
        assert places == [
            *lines_with(shop, '@app.get("/articles/<name>")'),
            *lines_with(shop, 'Blueprint("empty"'),
        ]


class TestExamples:
    @pytest.mark.parametrize(
        ("folder", "app"),
        [
            ("deploy", "wsgi"),
            ("deploy", "notes"),
            ("field_notes", "field_notes"),
            ("json_service", "json_service"),
        ],
    )
    def test_nothing_is_found_but_what_nobody_has_set(
        self, tmp_path: Path, folder: str, app: str
    ) -> None:
        # It may make files beside itself.
        copy = shutil.copytree(EXAMPLES / folder, tmp_path / folder)
        _, findings = check(copy / app, "--deploy", CRUSE_SKIP_DOTENV="1")
        assert {finding["id"] for finding in findings} <= NOT_SET

    def test_nothing_at_all_with_the_settings_for_the_public(self, tmp_path: Path) -> None:
        copy = shutil.copytree(EXAMPLES / "deploy", tmp_path / "deploy")
        lines = (copy / "notes.env").read_text().split()
        settings = {name: value for name, _, value in (line.partition("=") for line in lines)}
        settings["NOTES_SECRET_KEY"] = "kP2vX9qLw4Zt7RmB1sYd6GhJ"
        assert check(copy / "wsgi", "--deploy", **settings) == (0, [])
