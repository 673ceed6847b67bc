"""Ask the guestbook everything, and print what it answers as one JSON object on each line.

It runs on whatever `flask` is in its process; `test_same_answers.py` starts it twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
from flask.testing import FlaskClient
from flask_login import FlaskLoginClient, user_logged_in, user_logged_out
from werkzeug.test import TestResponse

from guestbook import create_app
from guestbook.extensions import db
from guestbook.models import User

Scene = Callable[["Visitor"], None]

SITE = "https://guestbook.example"
SAFE = {"Referer": f"{SITE}/"}
SCENES: list[Scene] = []

# What is random, secret or of the hour, and what is printed in its place.
VOLATILE = {
    r"[\w-]{16,}\.[\w-]{5,}\.[\w-]{20,}": "<token>",
    r"(nonce[-=]\"?)[\w-]{20,}": r"\1<nonce>",
    r"(session=)[\w-]+": r"\1<session>",
    r"(remember_token=\d+\|)\w+": r"\1<signature>",
    r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT": "<date>",
    r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d": "<time>",
}
VOLATILE_HEADERS = {"X-RateLimit-Reset", "Retry-After"}
UNORDERED_HEADERS = {"Allow", "Access-Control-Allow-Methods"}


def scene(function: Scene) -> Scene:
    """Play *function*, with a visitor of its own, in the order of this file."""
    SCENES.append(function)
    return function


class Visitor:
    """Someone who asks, and notes the answers."""

    def __init__(self, app: flask.Flask, scene_name: str) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.scene_name = scene_name

    def ask(self, method: str, path: str, expect: int, **options: Any) -> TestResponse:
        """Send a request, note the answer, and fail unless its status is *expect*."""
        options.setdefault("base_url", SITE)
        response = self.client.open(path, method=method, **options)
        body = response.get_data(as_text=True)
        self.note(
            f"{method} {path}",
            status=response.status,
            headers=sorted((name, mask_header(name, value)) for name, value in response.headers),
            body=mask(body),
        )
        if response.status_code != expect:
            raise SystemExit(f"{method} {path}: {response.status}, not {expect}\n{body}")
        return response

    def note(self, asked: str, **answer: Any) -> None:
        """Print something that must be the same on both frameworks."""
        print(json.dumps({"scene": self.scene_name, "asked": asked, **answer}), flush=True)

    def send_form(self, path: str, expect: int, page: str = "", **fields: str) -> TestResponse:
        """Send the form of *page*, by default of the page at *path*, with its CSRF token."""
        text = self.client.get(page or path, base_url=SITE).get_data(as_text=True)
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', text)
        data = {**fields, "csrf_token": token[1] if token else "none found"}
        return self.ask("POST", path, expect, data=data, headers=SAFE)

    def log_in(self, name: str) -> None:
        self.send_form("/account/login", 302, name=name, password="secret-123")


def mask(text: str) -> str:
    """Replace in *text* what differs from run to run."""
    for pattern, replacement in VOLATILE.items():
        text = re.sub(pattern, replacement, text)
    return text


def mask_header(name: str, value: str) -> str:
    """Return *value* without what differs from run to run."""
    if name in VOLATILE_HEADERS:
        return "<time>"
    if name in UNORDERED_HEADERS:
        return ", ".join(sorted(value.split(", ")))
    return mask(value)


# ---------------------------------------------------------------------------------------- the visit


@scene
def strangers(visitor: Visitor) -> None:
    visitor.ask("GET", "/", 302, base_url="http://guestbook.example")  # Flask-Talisman
    visitor.ask("GET", "/", 200)
    visitor.ask("GET", "/?page=7", 404)  # Flask-SQLAlchemy
    visitor.ask("HEAD", "/", 200)
    visitor.ask("OPTIONS", "/sign", 200)
    visitor.ask("DELETE", "/", 405)
    visitor.ask("GET", "/static/book.css", 200)
    visitor.ask("GET", "/nowhere", 404)
    visitor.ask("GET", "/entries/1", 404)
    visitor.ask("GET", "/teapot", 418)
    visitor.ask("GET", "/broken", 500)
    visitor.ask("GET", "/sign", 302)  # Flask-Login
    visitor.ask("GET", "/account/login?next=/sign", 200)


@scene
def accounts(visitor: Visitor) -> None:
    def note_login(app: flask.Flask, user: User) -> None:
        visitor.note("signal", user=user.name, app=app.name)

    user_logged_in.connect(note_login, visitor.app)
    user_logged_out.connect(note_login, visitor.app)
    visitor.ask("POST", "/account/register", 400, data={"name": "ada"})  # Flask-WTF: no Referer
    visitor.ask("POST", "/account/register", 400, data={"name": "ada"}, headers=SAFE)
    visitor.send_form("/account/register", 200, name="a", password="short")
    visitor.send_form("/account/register", 302, name="ada", password="secret-123")
    visitor.ask("GET", "/", 200)
    visitor.ask("GET", "/account/", 200)
    visitor.send_form("/account/register", 200, name="ada", password="secret-123")
    visitor.send_form("/account/logout", 302, page="/")
    visitor.send_form("/account/login", 200, name="ada", password="wrong")
    visitor.send_form("/account/login?next=/sign", 302, name="ada", password="secret-123")
    visitor.client.delete_cookie("session", domain="guestbook.example")
    visitor.ask("GET", "/", 200)  # Flask-Login remembers ...
    visitor.ask("GET", "/account/", 302)  # ... but wants the password anew for this.
    with visitor.client.session_transaction(base_url=SITE) as session:
        visitor.note("session", fresh=session.get("_fresh"), user=session.get("_user_id"))


@scene
def entries(visitor: Visitor) -> None:
    visitor.log_in("ada")
    visitor.ask("GET", "/sign", 200)
    visitor.send_form("/sign", 200, text="", visited_on="yesterday")
    for number in range(1, 6):
        text = f"Visit <b>{number}</b>"
        visitor.send_form("/sign", 302, text=text, visited_on=f"2024-05-0{number}")
    visitor.ask("GET", "/", 200)
    visitor.ask("GET", "/?page=2", 200)
    visitor.ask("GET", "/entries/3", 200)
    outbox = visitor.app.extensions["mailman"].outbox  # Flask-Mailman
    visitor.note("outbox", mails=[[m.from_email, m.to, m.subject, m.body] for m in outbox])


@scene
def languages(visitor: Visitor) -> None:
    german = {"Accept-Language": "de-AT,de;q=0.8,en;q=0.5"}
    visitor.ask("GET", "/", 200, headers=german)
    visitor.ask("GET", "/account/login", 200, headers=german)
    visitor.ask("GET", "/language/fr", 404)
    visitor.ask("GET", "/language/de", 302)
    visitor.ask("GET", "/sign", 302)
    visitor.ask("GET", "/account/login", 200)
    visitor.ask("GET", "/entries/2", 200)
    visitor.ask("GET", "/language/en", 302)
    visitor.ask("GET", "/entries/2", 200, headers=german)


@scene
def caches(visitor: Visitor) -> None:
    visitor.ask("GET", "/statistics", 200)
    visitor.ask("GET", "/statistics", 200)
    visitor.ask("GET", "/statistics?author=ada", 200)
    visitor.ask("GET", "/memoized?author=nobody", 200)
    visitor.log_in("ada")
    visitor.send_form("/sign", 302, text="Once more", visited_on="2024-06-01")
    visitor.ask("GET", "/statistics", 200)
    visitor.ask("GET", "/memoized", 200)


@scene
def limits(visitor: Visitor) -> None:
    for expect in (200, 200, 429, 429):
        visitor.ask("GET", "/export.csv", expect)
    guest = {"REMOTE_ADDR": "192.0.2.7"}
    german = {"Accept-Language": "de"}
    visitor.ask("GET", "/export.csv", 200, environ_overrides=guest)
    visitor.ask("GET", "/export.csv", 200, environ_overrides=guest, headers=german)


@scene
def json_api(visitor: Visitor) -> None:
    friend, stranger = {"Origin": "https://friends.example"}, {"Origin": "https://other.example"}
    visitor.ask("GET", "/api/entries", 200, headers=friend)  # Flask-Cors
    visitor.ask("GET", "/api/entries?page=2&page_size=3", 200, headers=stranger)
    visitor.ask("GET", "/", 200, headers=friend)
    asking = {**friend, "Access-Control-Request-Method": "POST"}
    visitor.ask("OPTIONS", "/api/entries", 200, headers=asking)
    visitor.ask("GET", "/api/entries?page=none", 422)
    visitor.ask("GET", "/api/entries/99", 404)
    etag = visitor.ask("GET", "/api/entries/1", 200).headers["ETag"]
    visitor.ask("GET", "/api/entries/1", 304, headers={"If-None-Match": etag})
    visitor.ask("POST", "/api/tokens", 422, json={"name": "ada"})
    visitor.ask("POST", "/api/tokens", 400, data="{", content_type="application/json")
    visitor.ask("POST", "/api/tokens", 401, json={"name": "ada", "password": "wrong"})
    answer = visitor.ask("POST", "/api/tokens", 200, json={"name": "ada", "password": "secret-123"})
    bearer = {"Authorization": f"Bearer {answer.get_json()['token']}"}
    entry = {"text": "By the API", "visited_on": "2024-07-01"}
    visitor.ask("POST", "/api/entries", 401, json=entry)  # Flask-JWT-Extended
    visitor.ask("POST", "/api/entries", 422, json=entry, headers={"Authorization": "Bearer a.b.c"})
    visitor.ask("POST", "/api/entries", 422, json={"text": ""}, headers=bearer)
    address = visitor.ask("POST", "/api/entries", 201, json=entry, headers=bearer).location
    visitor.ask("GET", address, 200)
    visitor.ask("PUT", address, 405, headers=bearer)
    visitor.ask("DELETE", address, 204, headers=bearer)
    visitor.ask("GET", address, 404)
    wrong = {"name": "ada", "password": "wrong"}
    for expect in (401, 401, 401, 429):
        visitor.ask("POST", "/api/tokens", expect, json=wrong)
    visitor.ask("GET", "/api/openapi.json", 200)  # flask-smorest


@scene
def old_api(visitor: Visitor) -> None:
    visitor.ask("GET", "/v0/entries/1", 200)  # Flask-RESTful
    visitor.ask("GET", "/v0/entries/77", 404)
    visitor.ask("GET", "/v0/entries/x", 404)
    visitor.ask("POST", "/v0/entries/1", 405)
    visitor.ask("PUT", "/v0/entries/1", 400, json={})
    visitor.ask("PUT", "/v0/entries/1", 202, json={"text": "Other words"})
    visitor.ask("GET", "/v0/failure", 500)


@scene
def keeper(visitor: Visitor) -> None:
    visitor.ask("GET", "/admin/", 200)  # Flask-Admin
    visitor.ask("GET", "/admin/keeper_entries/", 302)
    visitor.log_in("ada")
    visitor.ask("GET", "/admin/keeper_entries/", 403)
    visitor.client = visitor.app.test_client()
    visitor.log_in("keeper")
    visitor.ask("GET", "/admin/keeper_entries/", 200)
    visitor.ask("GET", "/admin/keeper_entries/?search=Visit&sort=1&desc=1", 200)
    visitor.ask("GET", "/admin/keeper_users/edit/?id=2", 200)
    visitor.send_form("/admin/keeper_users/edit/?id=2", 302, language="de")
    visitor.ask("GET", "/admin/keeper_users/", 200)
    visitor.ask("POST", "/admin/keeper_entries/delete/", 400, data={"id": "1"}, headers=SAFE)
    visitor.send_form("/admin/keeper_entries/delete/", 302, page="/admin/keeper_entries/", id="1")
    visitor.ask("GET", "/admin/keeper_entries/export/csv/", 200)
    visitor.ask("GET", "/admin/static/admin/js/helpers.js", 200)


@scene
def clients_of_tests(visitor: Visitor) -> None:
    visitor.app.test_client_class = FlaskLoginClient
    with visitor.app.app_context():
        keeper = db.session.scalar(db.select(User).filter_by(name="keeper"))
    visitor.client = visitor.app.test_client(user=keeper)
    visitor.ask("GET", "/sign", 200, base_url="https://localhost")
    visitor.app.test_client_class = None


@scene
def toolbar(visitor: Visitor) -> None:
    visitor.app = create_app({"DEBUG": True, "DEBUG_TB_ENABLED": True, "DEBUG_TB_PANELS": PANELS})
    visitor.client = visitor.app.test_client()
    page = visitor.client.get("/", base_url=SITE).get_data(as_text=True)  # Flask-DebugToolbar
    titles = re.findall(r"<h3>\s*(.*?)\s*</h3>", page)
    visitor.note("toolbar", shown='id="flDebug"' in page, titles=titles)
    visitor.ask("GET", "/_debug_toolbar/static/js/toolbar.js", 200)


PANELS = [
    f"flask_debugtoolbar.panels.{name}"
    for name in (
        "versions.VersionDebugPanel",
        "headers.HeaderDebugPanel",
        "request_vars.RequestVarsDebugPanel",
        "template.TemplateDebugPanel",
        "sqlalchemy.SQLAlchemyDebugPanel",
        "config_vars.ConfigVarsDebugPanel",
        "route_list.RouteListDebugPanel",
        "logger.LoggingPanel",
    )
]


def main() -> None:
    """Play all scenes on one application."""
    print(json.dumps({"framework": Path(str(flask.__file__)).parent.name}))
    app = create_app()
    for play in SCENES:
        play(Visitor(app, play.__name__))
    print(json.dumps({"scenes": [play.__name__ for play in SCENES]}))


if __name__ == "__main__":
    main()
