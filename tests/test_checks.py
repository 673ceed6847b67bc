"""`cruse check` on the whole framework: a hardened program, and fifteen ways to spoil it."""

from __future__ import annotations

import json
import os
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
]


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
    def test_there_are_fifteen_ways(self) -> None:
        assert len({finding for *_, finding in SPOILT}) == 15

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
