"""Describe every in-process scenario: what is asked, and what each framework must answer.

What Cruse must reach is in `targets.py`; how a framework does it is in `apps/`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from . import content
from .messages import Answer, Request

BODY_CHECK = Callable[[bytes], str | None]


@dataclass(frozen=True)
class Scenario:
    """One thing that all frameworks are asked to do.

    Attributes:
        name: How it is called on the command line.
        title: How it is called in tables.
        request: What is sent.
        check_body: Returns what is wrong with a body, or None.
        status: The status code that must come.
        media_type: The start that the Content-Type must have.
        headers: Further headers that must come with exactly this value.
        cookie: The cookie that must be set, if any.
        sized: Whether Content-Length must be the length of the body.
        login: A request to send first; its cookies go into *request*.
    """

    name: str
    title: str
    request: Request
    check_body: BODY_CHECK
    status: int = 200
    media_type: str = "text/html"
    headers: dict[str, str] = field(default_factory=dict)
    cookie: str | None = None
    sized: bool = True
    login: Request | None = None

    def find_problems(self, answer: Answer) -> list[str]:
        """Return in what an answer differs from what this scenario asks for."""
        problems: list[str] = []
        if answer.status != self.status:
            problems.append(f"status {answer.status}, not {self.status}")
        media_type = answer.find_header("Content-Type") or ""
        if self.media_type and not media_type.lower().startswith(self.media_type):
            problems.append(f"Content-Type {media_type!r}, not {self.media_type!r}")
        for name, value in self.headers.items():
            if answer.find_header(name) != value:
                problems.append(f"{name} {answer.find_header(name)!r}, not {value!r}")
        length = answer.find_header("Content-Length")
        if self.sized and length != str(len(answer.body)):
            problems.append(f"Content-Length {length!r} for {len(answer.body)} bytes")
        if self.cookie is not None and f"{self.cookie}=" not in answer.make_cookie_header():
            problems.append(f"cookie {self.cookie!r} is not set")
        problem = self.check_body(answer.body)
        return [*problems, problem] if problem else problems


def is_text(expected: str | bytes) -> BODY_CHECK:
    """Return a check that the body is exactly this."""
    wanted = expected.encode() if isinstance(expected, str) else expected

    def check(body: bytes) -> str | None:
        return None if body == wanted else f"body {body[:80]!r}, not {wanted[:80]!r}"

    return check


def is_json(expected: object) -> BODY_CHECK:
    """Return a check that the body is this value as JSON, however it is spaced or sorted."""

    def check(body: bytes) -> str | None:
        try:
            return None if json.loads(body) == expected else f"another JSON value: {body[:80]!r}"
        except ValueError:
            return f"body {body[:80]!r} is no JSON"

    return check


def is_table(body: bytes) -> str | None:
    """Return what is wrong with the rendered table, or None."""
    text = body.decode()
    if text.count("<tr>") != len(content.ROWS) + 1:
        return f"{text.count('<tr>')} rows"
    return None if "Part &lt;7&gt;" in text else "names are not escaped"


def is_anything(body: bytes) -> str | None:
    """Accept each framework's own page."""
    return None if body else "an empty body"


BROWSER_HEADERS = (
    ("Connection", "keep-alive"),
    ("Cache-Control", "max-age=0"),
    ("Sec-Ch-Ua", '"Chromium";v="126", "Not.A/Brand";v="8"'),
    ("Sec-Ch-Ua-Mobile", "?0"),
    ("Sec-Ch-Ua-Platform", '"Linux"'),
    ("Upgrade-Insecure-Requests", "1"),
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"),
    ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"),
    ("Sec-Fetch-Site", "same-origin"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-User", "?1"),
    ("Sec-Fetch-Dest", "document"),
    ("Referer", "http://127.0.0.1:8000/start"),
    ("Accept-Encoding", "gzip, deflate, br"),
    ("Accept-Language", "en-GB,en;q=0.9,de;q=0.8"),
)
BROWSER_REQUEST = Request(
    "/search",
    query=urlencode({"q": "analytical engine", "page": "2", "sort": "date", "lang": "en"}),
    headers=(
        *BROWSER_HEADERS,
        ("Cookie", "theme=dark; visitor=8c1f5e2ab9; consent=all; timezone=Europe/London"),
    ),
)
JSON_TYPE = (("Content-Type", "application/json"),)
FORM_TYPE = (("Content-Type", "application/x-www-form-urlencoded"),)
BOUNDARY = "----measured1815"
UPLOAD_TYPE = (("Content-Type", f"multipart/form-data; boundary={BOUNDARY}"),)

PAGE = {
    "user": "ada",
    "area": 7,
    "visits": 1,
    "items": [{"id": n, "name": f"item {n}"} for n in range(5)],
}

SCENARIOS: tuple[Scenario, ...] = (
    Scenario("text", "text, one static route", Request(), is_text(content.GREETING)),
    Scenario("hooks", "5 before + 5 after hooks", Request(), is_text(content.GREETING)),
    Scenario(
        "dynamic",
        "dynamic route among 300 routes",
        Request("/users/42/posts/on-the-engine"),
        is_text("42 on-the-engine"),
    ),
    Scenario(
        "nested", "route of a nested blueprint", Request("/api/v1/items/42"), is_text("item 42")
    ),
    Scenario(
        "missing",
        "404 among 300 routes",
        Request("/area57/12/nothing"),
        is_anything,
        status=404,
        media_type="",
    ),
    Scenario(
        "missing-handled",
        "404 among 300 routes, with an error handler",
        Request("/area57/12/nothing"),
        is_text("nothing here"),
        status=404,
    ),
    Scenario(
        "json",
        "JSON of 10 fields",
        Request(),
        is_json(content.TEN_FIELDS),
        media_type="application/json",
    ),
    Scenario(
        "echo",
        "JSON echo 1 KB",
        Request("/", "POST", headers=JSON_TYPE, body=json.dumps(content.ECHO).encode()),
        is_json(content.ECHO),
        media_type="application/json",
    ),
    Scenario(
        "headers",
        "query, cookies, 15 browser headers, 3 read",
        BROWSER_REQUEST,
        is_text("analytical engine, dark, en-GB,en;q=0.9,de;q=0.8"),
    ),
    Scenario(
        "form",
        "urlencoded form of 10 fields",
        Request("/", "POST", headers=FORM_TYPE, body=content.FORM_BODY),
        is_text("10 ada@example.org"),
    ),
    Scenario(
        "session",
        "signed session read and write",
        Request("/"),
        is_text("ada 2"),
        cookie=content.SESSION_COOKIE,
        login=Request("/login"),
    ),
    Scenario(
        "url_for",
        "url_for x 5",
        Request("/"),
        is_text("/ /about /users/42 /areas/7 /users/42/posts/on-the-engine"),
    ),
    Scenario("template", "Jinja2 table of 20 rows", Request("/"), is_table),
    Scenario(
        "static",
        "static file 64 KB",
        Request(f"/static/{content.PHOTO}"),
        lambda body: None if len(body) == content.PHOTO_BYTES else f"{len(body)} bytes",
        media_type="image/jpeg",
    ),
    Scenario(
        "stream",
        "stream of 100 chunks",
        Request("/"),
        is_text(b"".join(content.CHUNKS)),
        sized=False,
    ),
    Scenario("async", "async view under WSGI", Request("/"), is_text(content.GREETING)),
    Scenario(
        "upload",
        "multipart upload 1 MB",
        Request("/", "POST", headers=UPLOAD_TYPE, body=content.make_upload_body(BOUNDARY)),
        is_text(f"album {content.UPLOAD_NAME} {content.UPLOAD_BYTES}"),
    ),
    Scenario(
        "page",
        "a real page: session, g, hooks, blueprint, JSON",
        Request("/shop/areas/7", query="limit=5"),
        is_json(PAGE),
        media_type="application/json",
        headers={"X-Frame-Options": "DENY"},
        login=Request("/login"),
    ),
)
BY_NAME: dict[str, Scenario] = {scenario.name: scenario for scenario in SCENARIOS}
